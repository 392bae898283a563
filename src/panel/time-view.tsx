import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import { prepareCanvas } from './draw-canvas.ts';
import { drawPlayhead, drawTimeline, positionAt, TIME_HEIGHT, timeGeometry } from './draw-time.ts';
import { isRefused, lowerBound, operationText, stepOfOperation } from './open-recording.ts';
import type { OpenRecording, RecordingShown } from './open-recording.ts';
import { operationSentence } from './operation-sentence.ts';
import type { PageActions } from './page-actions.ts';
import { SectionFrame } from './section-frame.tsx';
import { reduceTimeline, timeParts } from './timeline.ts';
import type { TimePart } from './timeline.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

const PAGE = 256;

export interface TimeViewProps {
  readonly state: PanelState;
  readonly shown: RecordingShown | undefined;
  readonly position: number;
  readonly table: boolean;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

/** The run as a line of operations, with the one position from which everything else is shown. */
export function TimeView({ state, shown, position, table, tokens, actions }: TimeViewProps): JSX.Element {
  const recording = shown?.kind === 'open' ? shown.recording : undefined;
  const parts = useMemo(() => (recording ? timeParts(recording) : []), [recording]);
  if (!recording) {
    return (
      <SectionFrame id="time" head={text.time}>
        <p class="dim">{shown?.kind === 'broken' ? shown.error : shown?.kind === 'loading' ? fill(text.timeLoading, formatBytes(shown.loaded), formatBytes(shown.total)) : text.waiting}</p>
      </SectionFrame>
    );
  }
  return (
    <SectionFrame id="time" head={text.time} meta={timeMeta(recording)}>
      {table
        ? <TimeTables state={state} recording={recording} parts={parts} position={position} actions={actions} />
        : <TimePicture state={state} recording={recording} parts={parts} position={position} tokens={tokens} actions={actions} />}
    </SectionFrame>
  );
}

function timeMeta({ about, player, refused }: OpenRecording): string {
  const operations = groupDigits(player.playable);
  const rest = [groupDigits(refused.length), groupDigits(player.highWater)];
  const meta = player.playable === 1 ? fill(text.timeMetaOne, ...rest) : fill(text.timeMeta, operations, ...rest);
  return about.complete ? meta : `${meta} · ${fill(text.timeFirst, operations)}`;
}

/** What a part is: the step's text without its outcome. */
function partTitle(state: PanelState, { step, refused }: TimePart): string {
  const found = state.scenario?.steps.find(({ index }) => index === step);
  const title = found?.summary.split(':')[0] ?? '';
  return refused > 0 ? `${step} · ${title} · ${fill(text.refusedCount, groupDigits(refused))}` : `${step} · ${title}`;
}

interface PictureProps {
  readonly state: PanelState;
  readonly recording: OpenRecording;
  readonly parts: readonly TimePart[];
  readonly position: number;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

function TimePicture({ state, recording, parts, position, tokens, actions }: PictureProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const ground = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const geometry = useMemo(() => timeGeometry(width), [width]);
  const timeline = useMemo(() => reduceTimeline(recording, Math.max(1, geometry.right - geometry.left)), [recording, geometry]);
  const { player, refused } = recording;
  const operations = player.playable;
  const used = position < recording.about.slotsFrom ? undefined : position > 0 ? (player.usedAfter[position - 1] ?? 0) : 0;

  useLayoutEffect(() => {
    const context = ground.current && width > 0 ? prepareCanvas(ground.current, width, TIME_HEIGHT) : undefined;
    if (context) drawTimeline(context, timeline, geometry, tokens, player.slots, parts, (part) => partTitle(state, part));
  }, [timeline, geometry, tokens, parts, state.scenario]);
  useLayoutEffect(() => {
    const context = overlay.current && width > 0 ? prepareCanvas(overlay.current, width, TIME_HEIGHT) : undefined;
    if (context) drawPlayhead(context, timeline, geometry, tokens, { position, used, slots: player.slots, refused: refused.length, isRefused: position > 0 && isRefused(recording, position - 1) });
  }, [timeline, geometry, tokens, position]);

  const seekTo = (event: PointerEvent): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box) actions.seek(positionAt(geometry, event.clientX - box.left, operations));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = {
      ArrowRight: position + 1, ArrowUp: position + 1, ArrowLeft: position - 1, ArrowDown: position - 1,
      PageUp: position + PAGE, PageDown: position - PAGE, Home: 0, End: operations,
    }[event.key];
    if (target !== undefined) actions.seek(target);
    else if (event.key === 'Enter') actions.enterWhy();
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="timeline" ref={frame} role="slider" tabIndex={0} aria-label={text.timeRole} aria-valuemin={0} aria-valuemax={operations} aria-valuenow={position}
      aria-valuetext={operationSentence(recording, position)} onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && seekTo(event)}
    >
      <canvas ref={ground} aria-hidden="true" />
      <canvas ref={overlay} class="over" aria-hidden="true" />
    </div>
  );
}

/** The numbers of the picture: its parts, and the operations that were refused. */
function TimeTables({ state, recording, parts, position, actions }: Omit<PictureProps, 'tokens'>): JSX.Element {
  const { refused, player } = recording;
  const at = parts.findIndex((part) => position > part.first && position <= part.end);
  const failed = lowerBound(refused, refused.length, position - 1);
  const rows = useMemo(() => Array.from(refused), [refused]);
  return (
    <>
      <DataTable
        id="part"
        label={text.partsTable}
        rows={parts}
        columns={[
          { key: 'step', head: text.step, kind: 'number', cell: (part) => groupDigits(part.step) },
          { key: 'what', head: text.operation, cell: (part) => state.scenario?.steps.find(({ index }) => index === part.step)?.op ?? '' },
          { key: 'first', head: text.operations, cell: (part) => (part.end === part.first + 1 ? groupDigits(part.end) : `${groupDigits(part.first + 1)}–${groupDigits(part.end)}`) },
          { key: 'refused', head: text.failures, kind: 'number', cell: (part) => groupDigits(part.refused) },
          { key: 'high', head: text.highWaterHead, kind: 'number', cell: (part) => (part.end < recording.about.slotsFrom ? text.unknown : groupDigits(part.highWater)) },
          { key: 'used', head: text.usedAtEnd, kind: 'number', cell: (part) => (part.end < recording.about.slotsFrom ? text.unknown : groupDigits(part.used)) },
          { key: 'copied', head: text.copiedBytes, kind: 'number', cell: (part) => groupDigits(part.copied) },
        ]}
        selected={at < 0 ? undefined : at}
        onSelect={(index) => actions.seek(parts[index]?.end ?? 0)}
        onEnter={actions.enterWhy}
      />
      {rows.length > 0 && (
        <DataTable
          id="refusal"
          label={text.refusedTable}
          rows={rows}
          columns={[
            { key: 'operation', head: text.operation, kind: 'number', cell: (operation) => groupDigits(operation + 1) },
            { key: 'step', head: text.step, kind: 'number', cell: (operation) => groupDigits(stepOfOperation(recording, operation) ?? 0) },
            { key: 'used', head: text.usedSlots, kind: 'number', cell: (operation) => groupDigits(player.usedAfter[operation] ?? 0) },
            { key: 'what', head: text.type, kind: 'text', cell: (operation) => operationText(recording, operation) },
          ]}
          selected={rows[failed] === position - 1 ? failed : undefined}
          onSelect={(index) => actions.seek((rows[index] ?? 0) + 1)}
          onEnter={actions.enterWhy}
        />
      )}
    </>
  );
}
