import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import type { OpenRecording } from './open-recording.ts';
import type { PageActions } from './page-actions.ts';
import { ExportMenu } from './export-menu.tsx';
import { positionFrom, stepFrom } from './page-model.ts';

export interface ToolbarProps {
  readonly state: PanelState;
  readonly recording: OpenRecording | undefined;
  readonly view: PanelViewState;
  readonly playing: boolean;
  readonly actions: PageActions;
}

/** One tab stop; left and right, Home and End move inside it. */
export function Toolbar({ state, recording, view: kept, playing, actions }: ToolbarProps): JSX.Element {
  const { step, view, position = 0 } = kept;
  const bar = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState('platform');
  const steps = state.scenario?.steps ?? [];
  const at = steps.findIndex((each) => each.index === step);

  const buttons = (): HTMLButtonElement[] => [...(bar.current?.querySelectorAll<HTMLButtonElement>('button[data-name]') ?? [])];
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = buttons();
    const index = all.indexOf(document.activeElement as HTMLButtonElement);
    const target = { ArrowRight: (index + 1) % all.length, ArrowLeft: (index - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (index < 0 || target === undefined) return;
    event.preventDefault();
    all[target]?.focus();
  };
  const stop = (name: string): { 'data-name': string; tabIndex: number; onFocus: () => void } => ({
    'data-name': name,
    tabIndex: name === current ? 0 : -1,
    onFocus: () => setCurrent(name),
  });
  const transport = (name: string, label: string, direction: 1 | -1, failedOnly: boolean, icon: JSX.Element): JSX.Element => {
    const target = recording ? positionFrom(recording, position, direction, failedOnly) : stepFrom(state, step, direction, failedOnly)?.index;
    const go = (to: number): void => (recording ? actions.seek(to) : actions.select({ kind: 'step', index: to }));
    // aria-disabled keeps the focus where it is when the last step is reached.
    return (
      <button type="button" class="icon" title={label} aria-label={label} aria-disabled={target === undefined} {...stop(name)}
        onClick={() => target !== undefined && go(target)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">{icon}</svg>
      </button>
    );
  };

  return (
    <div class="bar" role="toolbar" aria-label={text.toolbar} ref={bar} onKeyDown={onKeyDown}>
      <span class="group wide">
        <button type="button" class="chip" title={text.platformHint} {...stop('platform')}
          onClick={() => { actions.select({ kind: 'platform' }); actions.enterWhy(); }}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><rect x="2.5" y="3.5" width="11" height="9" /><path d="M5 6h6M5 8.5h6" /></svg>
          <span>{state.platform?.label ?? text.noPlatform}</span>
        </button>
      </span>
      <span class="group">
        <button type="button" class="chip" {...stop('choose')} onClick={() => actions.command('choosePlatform')}>{text.choosePlatform}</button>
        <button type="button" class="chip" {...stop('scenario')} onClick={() => actions.command('runScenario')}>{text.runScenario}</button>
      </span>
      {steps.length > 0 && (
        <span class="group">
          {transport('previous-failure', text.previousFailure, -1, true, <><path d="M6 4 2.5 8 6 12" /><path class="solid" d="M11 4.5 14 11.5H8z" /></>)}
          {transport('previous', text.previousStep, -1, false, <path d="M10.5 3.5 5.5 8l5 4.5" />)}
          {recording && (
            <button type="button" class="icon" title={playing ? text.pause : text.play} aria-label={playing ? text.pause : text.play} {...stop('play')} onClick={actions.togglePlay}>
              <svg viewBox="0 0 16 16" aria-hidden="true">{playing ? <path d="M5.5 3.5v9M10.5 3.5v9" /> : <path d="M4.5 3 12.5 8l-8 5z" />}</svg>
            </button>
          )}
          {transport('next', text.nextStep, 1, false, <path d="M5.5 3.5 10.5 8l-5 4.5" />)}
          {transport('next-failure', text.nextFailure, 1, true, <><path d="M10 4 13.5 8 10 12" /><path class="solid" d="M5 4.5 8 11.5H2z" /></>)}
          {recording ? <OperationField recording={recording} position={position} actions={actions} /> : <span class="dim">{step === at + 1 ? fill(text.stepOf, groupDigits(step), groupDigits(steps.length)) : fill(text.stepAt, groupDigits(step ?? 0), groupDigits(at + 1), groupDigits(steps.length))}</span>}
        </span>
      )}
      <span class="group push">
        <ExportMenu stop={stop('export')} actions={actions} />
        <span class="toggle" role="group" aria-label={text.showAs}>
          <button type="button" aria-pressed={view === 'picture'} {...stop('picture')} onClick={() => actions.look({ view: 'picture' })}>{text.picture}</button>
          <button type="button" aria-pressed={view === 'table'} {...stop('table')} onClick={() => actions.look({ view: 'table' })}>{text.table}</button>
        </span>
      </span>
    </div>
  );
}

/** The position as a number that can be written: what is being written stays, whatever moves meanwhile. */
function OperationField({ recording, position, actions }: { recording: OpenRecording; position: number; actions: PageActions }): JSX.Element {
  const [draft, setDraft] = useState<string>();
  const go = (value: string): void => {
    setDraft(undefined);
    const digits = value.replace(/[^0-9]/g, '');
    if (digits !== '') actions.seek(Number(digits));
  };
  return (
    <label class="dim">
      {text.operationField}{' '}
      <input class="number" inputMode="numeric" value={draft ?? groupDigits(position)} onInput={(event) => setDraft(event.currentTarget.value)} onChange={(event) => go(event.currentTarget.value)} />
      {' '}{fill(text.operationOf, groupDigits(recording.player.playable))}
    </label>
  );
}
