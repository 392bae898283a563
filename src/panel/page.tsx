import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import type { PanelRequest } from '../protocol/panel-messages.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { apertureModel, recordedModel } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';
import { ApertureView } from './aperture-view.tsx';
import { Banner } from './banner.tsx';
import { EmptyView } from './empty-view.tsx';
import { exportPanel } from './export-panel.ts';
import type { ExportSource } from './export-panel.ts';
import { LimitsView } from './limits-view.tsx';
import { MachineView } from './machine-view.tsx';
import { isAlone, isRefused, operationText } from './open-recording.ts';
import type { OpenRecording } from './open-recording.ts';
import { operationHead } from './operation-sentence.ts';
import type { PageActions } from './page-actions.ts';
import type { PageHost } from './page-host.ts';
import { isEmpty, nextPage, openOf, operationOf, shownSelection, stepOf, stepOn } from './page-model.ts';
import type { PageEvent, PageModel } from './page-model.ts';
import { Mark, StepsView } from './steps-view.tsx';
import { TimeView } from './time-view.tsx';
import { Toolbar } from './toolbar.tsx';
import { useTokens } from './use-canvas.ts';
import { useMachine, usePools } from './use-machine.ts';
import { useOperation } from './use-operation.ts';
import { usePlay } from './use-play.ts';
import { useRecording } from './use-recording.ts';
import { useRested } from './use-rested.ts';
import { WhyView } from './why-view.tsx';

/** The whole page: it shows the last state that came, and asks the host for everything else. */
export function Page({ host }: { host: PageHost }): JSX.Element {
  const initial: PageModel = { state: undefined, error: undefined, busy: undefined, recording: undefined, operation: undefined, settings: undefined, view: host.kept };
  const [page, dispatch] = useReducer(nextPage, initial);
  const [playing, setPlaying] = useState(false);
  const whyHead = useRef<HTMLHeadingElement>(null);
  const tokens = useTokens();
  const { state, view } = page;
  const recording = openOf(page);
  const position = view.position ?? 0;
  const source = useRef<ExportSource | undefined>(undefined);
  const actions = useMemo(() => pageActions(host, dispatch, whyHead, setPlaying, source), [host]);

  useEffect(() => {
    const stop = host.listen((message) => (message.kind === 'exportAs' ? actions.exportAs(message.format) : dispatch(message)), (error) => dispatch({ kind: 'refused', error }));
    void host.request({ kind: 'ready' }).then((outcome) => {
      if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: true });
    });
    return stop;
  }, [host]);
  useRecording(host, state, dispatch);
  usePlay(playing && recording !== undefined, position, recording?.player.playable ?? 0, actions.seek, () => setPlaying(false));

  // A call that was asked about is what the person came for: in a narrow panel Why lies below everything else.
  const asked = state?.call && `${state.call.from.uri}:${state.call.from.line}:${state.call.from.column}`;
  useEffect(() => {
    // Not scrollIntoView: that moves the frames around the page too.
    if (asked !== undefined && whyHead.current) window.scrollTo(0, window.scrollY + whyHead.current.getBoundingClientRect().top);
  }, [asked]);
  useSelectedStep(host, dispatch, recording === undefined && state?.recording === undefined && view.selection?.kind === 'step' ? view.selection.index : undefined);
  useKeys(page, playing, actions);

  const aperture = useMemo(() => modelOf(state, recording, position), [state, recording, position]);
  const shown = shownSelection(page);
  // What is costly follows once the position rests: a scrub passes over thousands of operations.
  const rested = useRested(useMemo(() => ({ selection: shown, aperture, position, view }), [shown?.kind, view, aperture]), recording !== undefined);
  useEffect(() => host.keep(rested.view), [host, rested.view]);
  useOperation(host, recording, playing ? undefined : rested.position, dispatch);
  const operation = operationOf(page);
  const pools = usePools(recording, rested.position);
  const { machine, ...memory } = useMachine(state, recording, rested.position);
  source.current = { page, aperture, machine, tokens };
  const empty = state !== undefined && isEmpty(state);

  const steps = useMemo(() => state?.scenario && <StepsView scenario={state.scenario} selection={rested.selection} table={view.view === 'table'} actions={actions} />, [state?.scenario, rested, view.view, actions]);
  const limits = useMemo(() => state && <LimitsView limits={state.limits} platform={state.platform !== undefined} selection={shown} actions={actions} />, [state, rested, view.selection, actions]);
  const why = useMemo(() => state && <WhyView state={state} selection={rested.selection} aperture={rested.aperture} machine={machine} recording={recording} position={rested.position} operation={operation} settings={page.settings} focus={whyHead} actions={actions} />, [state, rested, machine, operation, page.settings, actions]);
  const map = useMemo(() => <MachineView model={machine} view={view} pool={state?.aperture} {...memory} tokens={tokens} actions={actions} />, [machine, state?.aperture, ...Object.values(memory), view.view, view.mask, view.selection, tokens, actions]);

  return (
    <main aria-busy={page.busy !== undefined}>
      <h1 class="unseen">{state?.title ?? text.title}</h1>
      {state && !empty && <Toolbar state={state} recording={recording} view={view} playing={playing} actions={actions} />}
      {(page.busy || page.recording?.kind === 'loading' || (!state && !page.error)) && <div class="progress" role="progressbar" aria-label={page.busy?.what ?? text.working} />}
      {page.error && <Banner error={page.error} actions={actions} onDismiss={() => dispatch({ kind: 'dismiss' })} />}
      {!empty && (
        <div class={state ? 'summary' : 'summary late'} role="status" aria-live={playing ? 'off' : 'polite'}>
          {state ? <Summary page={page} /> : <p class="dim">{page.error ? text.notAnswered : text.waiting}</p>}
        </div>
      )}
      {state && (empty ? (
        <EmptyView library={state.library} actions={actions} />
      ) : (
        <>
          {state.recording && <TimeView state={state} shown={page.recording} position={position} table={view.view === 'table'} tokens={tokens} actions={actions} />}
          <div class="columns">
            <div class="column">
              {!state.scenario && limits}
              <ApertureView pool={state.aperture} earlier={recording !== undefined && position < recording.about.slotsFrom} model={aperture} view={view} pools={pools} search={operation?.search} tokens={tokens} actions={actions} />
              {steps}
              {state.scenario && limits}
            </div>
            {why}
          </div>
          {map}
        </>
      ))}
    </main>
  );
}

/** What the parts of the page can do. */
function pageActions(
  host: PageHost, dispatch: (event: PageEvent) => void, why: RefObject<HTMLHeadingElement | null>, play: (change: (playing: boolean) => boolean) => void,
  source: RefObject<ExportSource | undefined>,
): PageActions {
  const ask = (body: PanelRequest): void => {
    void host.request(body).then((outcome) => {
      if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: body.kind === 'ready' });
    });
  };
  return {
    select: (selection) => dispatch({ kind: 'select', selection }),
    seek: (position) => dispatch({ kind: 'seek', position }),
    exportAs: (format) => {
      if (!source.current) return;
      exportPanel(format, source.current).then((bytes) => ask({ kind: 'export', format, bytes }), (error: unknown) => {
        dispatch({ kind: 'failed', error: error instanceof Error ? error.message : String(error), retry: false });
      });
    },
    togglePlay: () => play((playing) => !playing),
    enterWhy: () => why.current?.focus(),
    look: (change) => dispatch({ kind: 'view', change }),
    open: ({ uri, line, column }) => ask({ kind: 'openEvidence', uri, line, column }),
    command: (command) => ask({ kind: 'command', command }),
    runScenario: (scenario) => ask({ kind: 'runScenario', scenario }),
    trySettings: (step) => {
      const recording = source.current?.page.state?.recording?.id;
      if (recording !== undefined) ask({ kind: 'trySettings', recording, step });
    },
    stopSettings: () => ask({ kind: 'stopSettings' }),
  };
}

/** Tells the host of a selected step once the selection rests: a held arrow key passes over many. */
function useSelectedStep(host: PageHost, dispatch: (event: PageEvent) => void, step: number | undefined): void {
  useEffect(() => {
    if (step === undefined) return undefined;
    const timer = window.setTimeout(() => {
      void host.request({ kind: 'selectStep', index: step }).then((outcome) => {
        if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: false });
      });
    }, 100);
    return () => window.clearTimeout(timer);
  }, [host, step]);
}

/** Keys that work anywhere but in a field. */
function useKeys(page: PageModel, playing: boolean, actions: PageActions): void {
  const { state, view } = page;
  const recording = openOf(page);
  // With the drawing, not after it: a key pressed in between would walk from the step before.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!state || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
      if (event.key === 'Escape' && view.selection) actions.select(undefined);
      if (event.key === 't' || event.key === 'T') actions.look({ view: view.view === 'table' ? 'picture' : 'table' });
      // On a button the key is the button's own.
      if (event.key === ' ' && recording && !(event.target instanceof HTMLButtonElement)) {
        event.preventDefault();
        actions.togglePlay();
      }
      const moves: Readonly<Record<string, readonly [1 | -1, boolean]>> = { f: [1, true], F: [-1, true], '.': [1, false], ',': [-1, false] };
      const move = moves[event.key];
      if (!move) return;
      if (playing) actions.togglePlay();
      stepOn(page, move[0], move[1], actions);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [page, playing, actions]);
}

/** The aperture as the recording has it, where it is there; else as the state does. */
function modelOf(state: PanelState | undefined, recording: OpenRecording | undefined, position: number): ApertureModel | undefined {
  const pool = state?.aperture;
  if (!pool) return undefined;
  if (recording && position < recording.about.slotsFrom) return undefined;
  if (recording && recording.player.slots === pool.slots) return recordedModel(pool, recording, position);
  return apertureModel(pool, pool.atStep ?? state.scenario?.steps.at(-1)?.index ?? 0);
}

/** One sentence: the operation and step that the page stands at, else what the platform is. */
function Summary({ page }: { page: PageModel }): JSX.Element {
  const { state, view } = page;
  const recording = openOf(page);
  const step = stepOf(state, view.step);
  if (!state || !step) return <p>{[state?.platform?.label, state && apertureSentence(state)].filter(Boolean).join(' · ')}</p>;
  // A step of many operations: the operation is what the page stands at.
  const position = view.position ?? 0;
  const many = recording && position > 0 && !isAlone(recording, position - 1);
  const failed = many ? isRefused(recording, position - 1) : !step.ok;
  const head = many ? operationHead(recording, position) : fill(step.ok ? text.stepDone : text.stepFailed, groupDigits(step.index));
  return (
    <>
      <Mark failed={failed} />
      <p>
        <strong class={failed ? 'fail' : undefined}>{head}</strong> {many ? operationText(recording, position - 1) : step.summary}
      </p>
    </>
  );
}

function apertureSentence({ aperture }: PanelState): string {
  if (!aperture) return text.noAperture;
  return fill(text.apertureMeta, fill(text.slotsMany, groupDigits(aperture.slots)), groupDigits(aperture.used), groupDigits(aperture.slots - aperture.used));
}
