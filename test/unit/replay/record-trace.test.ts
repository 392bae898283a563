import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../src/evidence/trace/trace-operation.ts';
import { RESULTS } from '../../../src/core/scenario/recording.ts';
import { RecordingPlayer } from '../../../src/protocol/recording-player.ts';
import { recordingBounds, unpackRecording } from '../../../src/protocol/unpack-recording.ts';
import { type TraceRecording, type TraceWatch, plansThatFollow, recordTraces } from '../../../src/replay/record-trace.ts';
import { packedRecording } from '../../../src/server/packed-recording.ts';
import { TRACE_NAMES, traceText, tracesIn } from './fixtures.ts';

function recorded(traces: readonly Trace[], boot = traces, watch?: TraceWatch): TraceRecording {
  const work = recordTraces(traces, boot, watch);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function played({ recording, hints, lines }: TraceRecording, { aperture: { slots, areas } }: Trace): RecordingPlayer {
  const { about, bytes } = packedRecording(recording, recording.length, { source: { uri: 'x', label: 'x' } }, lines);
  const columns = unpackRecording(bytes, recordingBounds(about, 99));
  if (!columns.ok) throw new Error(columns.error);
  expect([...columns.value.line!]).toEqual([...lines]);
  return new RecordingPlayer(columns.value, slots, Math.max(1, areas), undefined, hints);
}

describe('a trace as a recording', () => {
  it.each(TRACE_NAMES)('%s: played, it has after every line the counters that the line states', (name) => {
    const traces = tracesIn(traceText(name), name);
    for (let first = 0; first < traces.length;) {
      const range = plansThatFollow(traces, first);
      const shown = traces.slice(...range);
      const run = recorded(shown, traces);
      expect([run.fault, range[0], run.plans.length]).toEqual([undefined, first, shown.length]);
      const player = played(run, shown[0]!);
      expect([player.fault, player.playable]).toEqual([undefined, run.lines.length]);
      let position = 0;
      for (const trace of shown) {
        for (const operation of trace.operations) {
          if (run.lines[position] !== operation.line) continue;
          player.seek(++position);
          if (operation.kind !== 'map' && operation.kind !== 'unmap') continue;
          expect(player.used.reduce((sum, used) => sum + used, 0), `line ${operation.line}`).toBe(operation.used);
          for (const { area, used, hint } of operation.areas) expect([player.used[area], player.hint[area]], `line ${operation.line}, area ${area}`).toEqual([used, hint]);
          const result = operation.kind === 'map' ? { BOUNCE: 'bounce', DIRECT: 'direct', FAIL: 'refused', BADPLAN: 'done' }[operation.result] : { OK: 'released', SKIP: 'done' }[operation.result];
          expect(RESULTS[player.columns.result[position - 1]!]).toBe(result);
        }
      }
      expect(position).toBe(player.playable);
      first = range[1];
    }
  });

  it('holds plans of one boot that go on where the one before ended', () => {
    const traces = tracesIn(traceText('dom0-6.1.192-discontig'));
    expect([0, 1, 2].map((plan) => plansThatFollow(traces, plan))).toEqual([[0, 3], [0, 3], [0, 3]]);
    const other = tracesIn(traceText('native-5.10.262-aligned'));
    // Its second plan starts where no line says how the hint got there.
    expect([0, 1].map((plan) => plansThatFollow(other, plan))).toEqual([[0, 1], [1, 2]]);
  });

  it('ends before the first line that the model does not answer as the kernel did', () => {
    const lines = traceText('native-6.1.192-areas').split('\n');
    const at = lines.findIndex((line, index) => index > 200 && /^m,.*,BOUNCE,/.test(line));
    const fields = lines[at]!.split(',');
    fields[9] = String(Number(fields[9]) + 1);
    lines[at] = fields.join(',');
    const [trace] = tracesIn(lines.join('\n'));
    const run = recorded([trace!]);
    const { fault, lines: kept } = run;
    expect([played(run, trace!).fault, played(run, trace!).playable]).toEqual([undefined, kept.length]);
    expect(fault?.line).toBe(at + 1);
    expect([fault!.stated, fault!.predicted].every((text) => text.includes('slot='))).toBe(true);
    expect(kept.at(-1)).toBe(at);
  });

  it('explains a mapping that was refused, with the areas that were searched', () => {
    const [trace] = tracesIn(traceText('native-6.1.192-areas'));
    const { recording, lines } = recorded([trace!]);
    const operation = recording.result.subarray(0, recording.length).indexOf(RESULTS.indexOf('refused'));
    expect(operation).toBeGreaterThan(0);
    const heard: { line: number; ok: boolean | undefined; last: string | undefined }[] = [];
    const areas: number[] = [];
    recorded([trace!], [trace!], {
      operation,
      onSearch: (_aperture, { area }) => areas.push(area),
      onOutcome: (line, verdict) => heard.push({ line, ok: verdict?.ok, last: verdict?.explain.find(({ key }) => !key.startsWith('knob-') && key !== 'bounce-forced' && key !== 'request-slots')?.key }),
    });
    expect(heard).toEqual([{ line: lines[operation], ok: false, last: 'no-free-run' }]);
    expect([...areas].sort()).toEqual([0, 1, 2, 3]);
  });
});
