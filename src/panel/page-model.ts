import type { HostError, HostMessage } from '../protocol/panel-messages.ts';
import type { OperationDetail } from '../protocol/operation-detail.ts';
import type { PanelState, PanelStep } from '../protocol/panel-state.ts';
import { fill, panelStrings } from '../protocol/panel-strings.ts';
import { positionOfLine, positionOfRefusal, positionOfStep, stepOfOperation } from './open-recording.ts';
import type { OpenRecording, RecordingShown } from './open-recording.ts';
import type { PageActions } from './page-actions.ts';
import type { SettingsShown } from './settings-view.tsx';
import type { SearchModel } from './search-model.ts';
import type { PanelSelection, PanelViewState } from '../protocol/panel-view-state.ts';

/** All that the page shows, and what it keeps over a reload (`view`). */
export interface PageModel {
  readonly state: PanelState | undefined;
  readonly error: HostError | undefined;
  readonly busy: { readonly what: string | undefined } | undefined;
  /** The recording that the state tells of, as far as it is there. */
  readonly recording: RecordingShown | undefined;
  /** The operation that the extension has explained last. */
  readonly operation: OperationShown | undefined;
  /** The step that was tried under other settings last. */
  readonly settings: SettingsShown | undefined;
  readonly view: PanelViewState;
}

/** Why an operation of a recording came out as it did. */
export interface OperationShown {
  /** Id of the recording. */
  readonly recording: string;
  readonly detail: OperationDetail;
  readonly search: SearchModel | undefined;
}

export type PageEvent =
  | Exclude<HostMessage, { kind: 'reply' | 'exportAs' }>
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly retry: boolean }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'recording'; readonly shown: RecordingShown }
  | { readonly kind: 'seek'; readonly position: number }
  | { readonly kind: 'operation'; readonly shown: OperationShown }
  | { readonly kind: 'view'; readonly change: Partial<Omit<PanelViewState, 'version' | 'selection'>> }
  | { readonly kind: 'select'; readonly selection: PanelSelection | undefined };

/** One event after another; the picture that is there stays until a better one comes. */
export function nextPage(page: PageModel, event: PageEvent): PageModel {
  switch (event.kind) {
    case 'state':
      return {
        state: event.state, error: undefined, busy: undefined, view: viewFor(event.state, page.view, isAskedAnew(page.state, event.state)),
        recording: page.recording?.id === event.state.recording?.id ? page.recording : undefined,
        operation: page.recording?.id === event.state.recording?.id ? page.operation : undefined,
        settings: page.settings?.recording === event.state.recording?.id ? page.settings : undefined,
      };
    case 'settings': {
      const { recording, step, progress, rows, error } = event;
      return recording === page.state?.recording?.id ? { ...page, settings: { recording, step, progress, rows, error } } : page;
    }
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
      if (event.selection.kind !== 'step') return { ...page, view: { ...rest, selection: event.selection } };
      const recording = openOf(page);
      const position = recording && positionOfStep(recording, event.selection.index);
      return { ...page, view: { ...rest, step: event.selection.index, ...(position === undefined ? {} : { position }), selection: event.selection } };
    }
    case 'goTo':
      return stepOf(page.state, event.index) ? nextPage(page, { kind: 'select', selection: { kind: 'step', index: event.index } }) : page;
    case 'goToLine': {
      const recording = openOf(page);
      const position = recording && positionOfLine(recording, event.line);
      return position === undefined ? page : nextPage(page, { kind: 'seek', position });
    }
    case 'recording': {
      if (event.shown.id !== page.state?.recording?.id) return page;
      const opened = { ...page, recording: event.shown };
      if (event.shown.kind !== 'open') return opened;
      const { view } = page;
      const { recording } = event.shown;
      const wanted = view.position ?? (view.step === undefined ? undefined : positionOfStep(recording, view.step));
      const { fault } = recording.player;
      const { ends } = recording.about;
      const error = fault !== undefined
        ? { title: panelStrings.recordingEndsEarly, commands: ['showLog' as const], message: fill(panelStrings.recordingPlayable, fault, recording.player.playable) }
        : ends ? { title: panelStrings.recordingEndsEarly, message: ends.text, from: ends.from } : page.error;
      return { ...opened, error, view: viewAt(view, recording, wanted ?? recording.player.playable) };
    }
    case 'operation':
      return event.shown.recording === page.state?.recording?.id ? { ...page, operation: event.shown } : page;
    case 'seek': {
      const recording = openOf(page);
      return recording ? { ...page, view: viewAt(page.view, recording, event.position) } : page;
    }
  }
}

/** The recording, where it can be played. */
export function openOf({ recording }: PageModel): OpenRecording | undefined {
  return recording?.kind === 'open' ? recording.recording : undefined;
}

/** The view after so many operations: the step goes with them. */
function viewAt(view: PanelViewState, recording: OpenRecording, wanted: number): PanelViewState {
  const position = Math.max(0, Math.min(recording.player.playable, Math.round(wanted)));
  const { step: _, selection, ...rest } = view;
  const step = position > 0 ? stepOfOperation(recording, position - 1) : undefined;
  return { ...rest, position, ...(step === undefined ? {} : { step }), ...(selection && selection.kind !== 'step' ? { selection } : {}) };
}

/** The view with everything taken out that the state does not have: kept views outlive what they looked at. */
function viewFor(state: PanelState, view: PanelViewState, asked: boolean): PanelViewState {
  const { step, position, selection, scenario: _, ...rest } = view;
  const steps = state.scenario?.steps ?? [];
  const name = state.scenario?.uri ?? state.scenario?.name;
  const sameScenario = view.scenario === name;
  const cursor = sameScenario && steps.some((each) => each.index === step) ? step : (steps.find((each) => !each.ok) ?? steps[0])?.index;
  return {
    ...rest,
    ...(cursor === undefined ? {} : { step: cursor }),
    ...(sameScenario && position !== undefined ? { position } : {}),
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
      return state.machine !== undefined;
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

/** Where a key leads in a recording: a step of one operation, or to the next or previous refusal; undefined at the end. */
export function positionFrom(recording: OpenRecording, position: number, direction: 1 | -1, failedOnly: boolean): number | undefined {
  if (failedOnly) return positionOfRefusal(recording, position, direction);
  const next = position + direction;
  return next < 0 || next > recording.player.playable ? undefined : next;
}

/** The explanation of the operation that the page stands at, where it has come. */
export function operationOf({ operation, view }: PageModel): OperationShown | undefined {
  return operation && operation.detail.operation === (view.position ?? 0) - 1 ? operation : undefined;
}

/** Goes on by one, or to the next refusal: operations of a recording, else steps. Nothing at the end. */
export function stepOn(page: PageModel, direction: 1 | -1, failedOnly: boolean, actions: Pick<PageActions, 'seek' | 'select'>): void {
  const recording = openOf(page);
  if (recording) {
    const position = positionFrom(recording, page.view.position ?? 0, direction, failedOnly);
    if (position !== undefined) actions.seek(position);
    return;
  }
  const step = page.state && stepFrom(page.state, page.view.step, direction, failedOnly);
  if (step) actions.select({ kind: 'step', index: step.index });
}

/** Nothing known at all: the page offers where to begin instead of blank charts. */
export function isEmpty(state: PanelState): boolean {
  return !state.platform && !state.scenario && !state.aperture && !state.machine && state.limits.length === 0;
}
