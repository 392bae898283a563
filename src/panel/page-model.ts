import type { HostError, HostMessage } from '../protocol/panel-messages.ts';
import type { PanelState, PanelStep } from '../protocol/panel-state.ts';
import { panelStrings } from '../protocol/panel-strings.ts';
import type { PanelSelection, PanelViewState } from '../protocol/panel-view-state.ts';

/** All that the page shows, and what it keeps over a reload (`view`). */
export interface PageModel {
  readonly state: PanelState | undefined;
  readonly error: HostError | undefined;
  readonly busy: { readonly what: string | undefined } | undefined;
  readonly view: PanelViewState;
}

export type PageEvent =
  | Exclude<HostMessage, { kind: 'reply' }>
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly retry: boolean }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'view'; readonly change: Partial<Omit<PanelViewState, 'version' | 'selection'>> }
  | { readonly kind: 'select'; readonly selection: PanelSelection | undefined };

/** One event after another; the picture that is there stays until a better one comes. */
export function nextPage(page: PageModel, event: PageEvent): PageModel {
  switch (event.kind) {
    case 'state':
      return { state: event.state, error: undefined, busy: undefined, view: viewFor(event.state, page.view, isAskedAnew(page.state, event.state)) };
    case 'busy':
      return { ...page, busy: event.busy ? { what: event.what } : undefined };
    case 'error':
      return { ...page, error: event.error ?? undefined, busy: undefined };
    case 'refused':
      return { ...page, error: { title: panelStrings.badMessage, message: event.error, commands: ['refresh', 'showLog'] } };
    case 'failed':
      return { ...page, error: { title: panelStrings.requestFailed, message: event.error, ...(event.retry ? { commands: ['refresh'] } : {}) } };
    case 'dismiss':
      return { ...page, error: undefined };
    case 'view':
      return { ...page, view: { ...page.view, ...event.change } };
    case 'select': {
      const { selection: _, ...rest } = page.view;
      if (!event.selection) return { ...page, view: rest };
      const step = event.selection.kind === 'step' ? { step: event.selection.index } : {};
      return { ...page, view: { ...rest, ...step, selection: event.selection } };
    }
  }
}

/** The view with everything taken out that the state does not have: kept views outlive what they looked at. */
function viewFor(state: PanelState, view: PanelViewState, asked: boolean): PanelViewState {
  const { step, selection, scenario: _, ...rest } = view;
  const steps = state.scenario?.steps ?? [];
  const name = state.scenario?.uri ?? state.scenario?.name;
  const sameScenario = view.scenario === name;
  const cursor = sameScenario && steps.some((each) => each.index === step) ? step : (steps.find((each) => !each.ok) ?? steps[0])?.index;
  return {
    ...rest,
    ...(cursor === undefined ? {} : { step: cursor }),
    ...(selection && !asked && holds(state, selection, sameScenario) ? { selection } : {}),
    ...(name === undefined ? {} : { scenario: name }),
  };
}

/** Whether a state explains a call that the one before did not: Why goes to it, whatever was looked at. */
function isAskedAnew(before: PanelState | undefined, { call }: PanelState): boolean {
  const known = before?.call;
  return call !== undefined && !(known && known.from.uri === call.from.uri && known.from.line === call.from.line && known.from.column === call.from.column);
}

function holds(state: PanelState, selection: PanelSelection, sameScenario: boolean): boolean {
  switch (selection.kind) {
    case 'step':
      return sameScenario && (state.scenario?.steps.some((step) => step.index === selection.index) ?? false);
    case 'slot':
      return selection.slot < (state.aperture?.slots ?? 0);
    case 'limit':
      return selection.index < state.limits.length;
    case 'place':
      return selection.index < (state.machine?.ranges.length ?? 0) + (state.machine?.regions.length ?? 0);
    case 'platform':
      return state.platform !== undefined;
    case 'call':
      return state.call !== undefined;
  }
}

/** What Why explains: the selection, else the call that was asked about, else the step of the summary, else the platform. */
export function shownSelection(page: PageModel): PanelSelection | undefined {
  const { selection, step } = page.view;
  if (selection) return selection;
  if (page.state?.call) return { kind: 'call' };
  if (step !== undefined) return { kind: 'step', index: step };
  return page.state?.platform ? { kind: 'platform' } : undefined;
}

export function stepOf(state: PanelState | undefined, index: number | undefined): PanelStep | undefined {
  return state?.scenario?.steps.find((step) => step.index === index);
}

/** The step that many steps further in the file, or the next or previous that failed; undefined at the end. */
export function stepFrom(state: PanelState, index: number | undefined, direction: 1 | -1, failedOnly: boolean): PanelStep | undefined {
  const steps = state.scenario?.steps ?? [];
  for (let at = steps.findIndex((step) => step.index === index) + direction; at >= 0 && at < steps.length; at += direction) {
    const step = steps[at];
    if (step && !(failedOnly && step.ok)) return step;
  }
  return undefined;
}

/** Nothing known at all: the page offers where to begin instead of blank charts. */
export function isEmpty(state: PanelState): boolean {
  return !state.platform && !state.scenario && !state.aperture && !state.machine && state.limits.length === 0;
}
