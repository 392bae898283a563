import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import type { PanelRequest } from '../protocol/panel-messages.ts';
import type { PanelState, PanelStep } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { apertureModel } from './aperture-model.ts';
import { ApertureView } from './aperture-view.tsx';
import { Banner } from './banner.tsx';
import { EmptyView } from './empty-view.tsx';
import { LimitsView } from './limits-view.tsx';
import { machineModel } from './machine-model.ts';
import { MachineView } from './machine-view.tsx';
import type { PageActions } from './page-actions.ts';
import type { PageHost } from './page-host.ts';
import { isEmpty, nextPage, shownSelection, stepFrom, stepOf } from './page-model.ts';
import type { PageModel } from './page-model.ts';
import { Mark, StepsView } from './steps-view.tsx';
import { Toolbar } from './toolbar.tsx';
import { useTokens } from './use-canvas.ts';
import { WhyView } from './why-view.tsx';

/** The whole page: it shows the last state that came, and asks the host for everything else. */
export function Page({ host }: { host: PageHost }): JSX.Element {
  const initial: PageModel = { state: undefined, error: undefined, busy: undefined, view: host.kept };
  const [page, dispatch] = useReducer(nextPage, initial);
  const whyHead = useRef<HTMLHeadingElement>(null);
  const tokens = useTokens();
  const { state, view } = page;

  const actions = useMemo((): PageActions => {
    const ask = (body: PanelRequest): void => {
      void host.request(body).then((outcome) => {
        if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: body.kind === 'ready' });
      });
    };
    return {
      select: (selection) => dispatch({ kind: 'select', selection }),
      enterWhy: () => whyHead.current?.focus(),
      look: (change) => dispatch({ kind: 'view', change }),
      open: ({ uri, line, column }) => ask({ kind: 'openEvidence', uri, line, column }),
      command: (command) => ask({ kind: 'command', command }),
      runScenario: (scenario) => ask({ kind: 'runScenario', scenario }),
    };
  }, [host]);

  useEffect(() => {
    const stop = host.listen(dispatch, (error) => dispatch({ kind: 'refused', error }));
    void host.request({ kind: 'ready' }).then((outcome) => {
      if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: true });
    });
    return stop;
  }, [host]);

  useEffect(() => host.keep(view), [host, view]);

  // A call that was asked about is what the person came for: in a narrow panel Why lies below everything else.
  const asked = state?.call && `${state.call.from.uri}:${state.call.from.line}:${state.call.from.column}`;
  useEffect(() => {
    if (asked !== undefined) whyHead.current?.scrollIntoView({ block: 'start' });
  }, [asked]);

  // Told once the selection rests: a held arrow key passes over many steps.
  const told = view.selection?.kind === 'step' ? view.selection.index : undefined;
  useEffect(() => {
    if (told === undefined) return undefined;
    const timer = window.setTimeout(() => {
      void host.request({ kind: 'selectStep', index: told }).then((outcome) => {
        if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: false });
      });
    }, 100);
    return () => window.clearTimeout(timer);
  }, [host, told]);

  // With the drawing, not after it: a key pressed in between would walk from the step before.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!state || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
      if (event.key === 'Escape' && view.selection) actions.select(undefined);
      if (event.key === 't' || event.key === 'T') actions.look({ view: view.view === 'table' ? 'picture' : 'table' });
      const moves: Readonly<Record<string, readonly [1 | -1, boolean]>> = { f: [1, true], F: [-1, true], '.': [1, false], ',': [-1, false] };
      const move = moves[event.key];
      const step = move && stepFrom(state, view.step, move[0], move[1]);
      if (step) actions.select({ kind: 'step', index: step.index });
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [state, view, actions]);

  const aperture = useMemo(() => state?.aperture && apertureModel(state.aperture), [state]);
  const machine = useMemo(() => state?.machine && machineModel(state.machine), [state]);
  const selection = shownSelection(page);
  const empty = state !== undefined && isEmpty(state);

  return (
    <main aria-busy={page.busy !== undefined}>
      <h1 class="unseen">{state?.title ?? text.title}</h1>
      {state && !empty && <Toolbar state={state} step={view.step} view={view.view} actions={actions} />}
      {(page.busy || (!state && !page.error)) && <div class="progress" role="progressbar" aria-label={page.busy?.what ?? text.working} />}
      {page.error && <Banner error={page.error} actions={actions} onDismiss={() => dispatch({ kind: 'dismiss' })} />}
      {!empty && (
        <div class={state ? 'summary' : 'summary late'} role="status">
          {state ? <Summary state={state} step={stepOf(state, view.step)} /> : <p class="dim">{page.error ? text.notAnswered : text.waiting}</p>}
        </div>
      )}
      {state && (empty ? (
        <EmptyView library={state.library} actions={actions} />
      ) : (
        <>
          <div class="columns">
            <div class="column">
              <LimitsView limits={state.limits} platform={state.platform !== undefined} selection={selection} actions={actions} />
              {state.scenario && <StepsView scenario={state.scenario} selection={selection} table={view.view === 'table'} actions={actions} />}
              <ApertureView pool={state.aperture} model={aperture} view={view} now={state.aperture?.atStep ?? state.scenario?.steps.at(-1)?.index ?? 0} tokens={tokens} actions={actions} />
            </div>
            <WhyView state={state} selection={selection} aperture={aperture} machine={machine} focus={whyHead} actions={actions} />
          </div>
          <MachineView model={machine} view={view} tokens={tokens} actions={actions} />
        </>
      ))}
    </main>
  );
}

/** One sentence: the step that the page stands at, else what the platform is. */
function Summary({ state, step }: { state: PanelState; step: PanelStep | undefined }): JSX.Element {
  if (!step) return <p>{[state.platform?.label, apertureSentence(state)].filter(Boolean).join(' · ')}</p>;
  const number = groupDigits(step.index);
  return (
    <>
      <Mark failed={!step.ok} />
      <p>
        <strong class={step.ok ? undefined : 'fail'}>{fill(step.ok ? text.stepDone : text.stepFailed, number)}</strong> {step.summary}
      </p>
    </>
  );
}

function apertureSentence({ aperture }: PanelState): string {
  if (!aperture) return text.noAperture;
  return fill(text.apertureMeta, fill(text.slotsMany, groupDigits(aperture.slots)), groupDigits(aperture.used), groupDigits(aperture.slots - aperture.used));
}
