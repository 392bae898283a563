import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../src/core/scenario/scenario-platform.ts';
import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import { BUILT_IN_PLATFORMS } from '../../../src/core/platform/built-in-platforms.ts';
import { fromBase64, toBase64 } from '../../../src/protocol/base64.ts';
import { ByteReader, ByteWriter } from '../../../src/protocol/byte-stream.ts';
import { NO_CHANGES } from '../../../src/protocol/machine-changes.ts';
import { packRecording } from '../../../src/protocol/pack-recording.ts';
import { VERDICTS } from '../../../src/core/swiotlb/replay-search.ts';
import { SEARCH_VERDICTS } from '../../../src/protocol/operation-detail.ts';
import { packCandidates, unpackCandidates } from '../../../src/protocol/pack-candidates.ts';
import type { RecordingColumns } from '../../../src/protocol/recording-columns.ts';
import { RecordingPlayer } from '../../../src/protocol/recording-player.ts';
import { packedRun } from '../../../src/server/packed-recording.ts';
import { recordingBounds, unpackRecording } from '../../../src/protocol/unpack-recording.ts';

const SLOTS = 1024;
const AREAS = 4;
const ACTIVE = builtInPlatform(BUILT_IN_PLATFORMS[0]!.id)!;
const BOUNDS = { operationNames: 8, devices: 4, results: 9, steps: 50, changes: 0, owners: 0, lines: false };

interface Run { readonly operation: number; readonly first: number; readonly count: number }

/** Operations that take and give back runs of slots as some allocator might: never twice, never across a segment. */
const recordings = fc.array(fc.record({ take: fc.boolean(), at: fc.nat(SLOTS - 1), size: fc.integer({ min: 1, max: 128 }), pick: fc.nat(1000), bytes: fc.integer({ min: 0, max: 2 ** 40 }), kind: fc.nat(3) }), { maxLength: 300 })
  .map((wishes) => {
    const runs: Run[] = [];
    const live: Run[] = [];
    const busy = new Set<number>();
    for (const [operation, { take, at, size, pick }] of wishes.entries()) {
      if (take) {
        const end = Math.min(at + size, (Math.floor(at / 128) + 1) * 128);
        let count = 0;
        while (at + count < end && !busy.has(at + count)) busy.add(at + count++);
        if (count === 0) continue;
        const run = { operation, first: at, count };
        runs.push(run);
        live.push(run);
      } else if (live.length > 0) {
        const [gone] = live.splice(pick % live.length, 1);
        for (let slot = gone!.first; slot < gone!.first + gone!.count; slot++) busy.delete(slot);
        runs.push({ operation, first: gone!.first, count: -gone!.count });
      }
    }
    return columnsOf(runs, wishes);
  });

function columnsOf(runs: readonly Run[], operations: readonly { bytes: number; kind: number }[]): RecordingColumns {
  return {
    operations: operations.length, runs: runs.length,
    step: Uint32Array.from(operations, (_, at) => Math.floor(at / 7)),
    operation: Uint8Array.from(operations, ({ kind }) => kind), device: Uint16Array.from(operations, ({ kind }) => (kind === 3 ? 0xffff : kind)),
    result: Uint8Array.from(operations, ({ kind }) => kind * 2), cpu: Uint16Array.from(operations, ({ bytes }) => bytes % 5),
    bytes: Float64Array.from(operations, ({ bytes }) => bytes), copied: Float64Array.from(operations, ({ bytes, kind }) => [0, bytes, 17, bytes + 1][kind]!),
    runOperation: Uint32Array.from(runs, ({ operation }) => operation), runFirst: Uint32Array.from(runs, ({ first }) => first), runCount: Int32Array.from(runs, ({ count }) => count),
    machine: NO_CHANGES,
  };
}

/** The aperture after so many operations, worked out from the start and slot by slot. */
function naive(columns: RecordingColumns, position: number): { owners: number[]; hint: number[]; used: number } {
  const owners = new Array<number>(SLOTS).fill(-1);
  const hint = new Array<number>(AREAS).fill(0);
  for (let run = 0; run < columns.runs && columns.runOperation[run]! < position; run++) {
    const first = columns.runFirst[run]!;
    const count = columns.runCount[run]!;
    for (let slot = first; slot < first + Math.abs(count); slot++) owners[slot] = count > 0 ? run : -1;
    const area = Math.floor(first / (SLOTS / AREAS));
    if (count > 0) hint[area] = (first + count - area * (SLOTS / AREAS)) % (SLOTS / AREAS);
  }
  return { owners, hint, used: owners.filter((owner) => owner !== -1).length };
}

describe('a packed recording', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(recordings, (columns) => {
      const read = unpackRecording(packRecording(columns), { ...BOUNDS, operations: columns.operations, runs: columns.runs });
      expect(read).toEqual({ ok: true, value: columns });
    }));
  });

  it('that is cut short, goes on, or counts otherwise is refused with its place', () => {
    fc.assert(fc.property(recordings, fc.nat(), (columns, at) => {
      const bytes = packRecording(columns);
      const bounds = { ...BOUNDS, operations: columns.operations, runs: columns.runs };
      const error = (value: Uint8Array, more = {}): string => {
        const read = unpackRecording(value, { ...bounds, ...more });
        return read.ok ? '' : read.error;
      };
      expect(error(bytes.subarray(0, at % bytes.length))).toMatch(/^recording: /);
      expect(error(Uint8Array.from([...bytes, 0]))).toBe(`recording: goes on behind its end, at byte ${bytes.length}`);
      expect(error(bytes, { operations: columns.operations + 1 })).toBe(`recording: ${columns.operations} operations, expected ${columns.operations + 1}`);
    }));
  });

  it('survives any damage to its bytes without a throw', () => {
    fc.assert(fc.property(recordings, fc.nat(), fc.nat(255), (columns, at, value) => {
      const bytes = packRecording(columns);
      bytes[at % bytes.length] = value;
      const read = unpackRecording(bytes, { ...BOUNDS, operations: columns.operations, runs: columns.runs });
      if (read.ok) new RecordingPlayer(read.value, SLOTS, AREAS).seek(columns.operations);
    }));
  });

  it('travels as base64 text', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }), { numRuns: 20 });
    expect(fromBase64('not base64!')).toBeUndefined();
  });

  it('writes numbers up to 2^53, signed ones too, and texts', () => {
    fc.assert(fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.integer()), fc.string(), (plain, signed, text) => {
      const out = new ByteWriter();
      for (const value of plain) out.number(value);
      for (const value of signed) out.signed(value);
      out.text(text);
      const input = new ByteReader(out.bytes());
      expect(plain.map(() => input.number())).toEqual(plain);
      expect(signed.map(() => input.signed())).toEqual(signed);
      expect(input.text(1000)).toBe(text);
      expect(input.atEnd).toBe(true);
    }));
  });
});

describe('the slots that a search looked at', () => {
  const candidates = fc.array(fc.tuple(fc.nat(SLOTS - 1), fc.nat(SEARCH_VERDICTS.length - 1)), { maxLength: 200 })
    .map((list) => ({ slots: Uint32Array.from(list, ([slot]) => slot), verdicts: Uint8Array.from(list, ([, verdict]) => verdict) }));

  it('are read as they were written; damage is refused, not thrown', () => {
    expect(SEARCH_VERDICTS).toEqual(VERDICTS);
    fc.assert(fc.property(candidates, fc.nat(), fc.nat(255), (given, at, value) => {
      const bytes = packCandidates(given);
      expect(unpackCandidates(bytes, given.slots.length, SLOTS)).toEqual({ ok: true, value: given });
      expect(unpackCandidates(bytes, given.slots.length + 1, SLOTS).ok).toBe(false);
      if (bytes.length === 0) return;
      expect(unpackCandidates(bytes.subarray(0, -1), given.slots.length, SLOTS).ok).toBe(false);
      bytes[at % bytes.length] = value;
      const read = unpackCandidates(bytes, given.slots.length, SLOTS);
      if (read.ok) expect(read.value.slots.every((slot) => slot < SLOTS)).toBe(true);
    }));
  });
});

describe('a played recording', () => {
  it('shows after any seeks what the operations up to there leave', () => {
    fc.assert(fc.property(recordings, fc.array(fc.nat(320), { minLength: 1, maxLength: 30 }), fc.constantFrom(0.01, 2 ** 26), (columns, seeks, keyframeBytes) => {
      const player = new RecordingPlayer(columns, SLOTS, AREAS, keyframeBytes);
      expect(player.fault).toBeUndefined();
      for (const wanted of seeks) {
        player.seek(wanted);
        player.settle();
        const { owners, hint, used } = naive(columns, player.position);
        expect(player.position).toBe(Math.min(wanted, columns.operations));
        expect([...player.owners]).toEqual(owners);
        expect([...player.hint]).toEqual(hint);
        expect(player.used.reduce((sum, each) => sum + each, 0)).toBe(used);
        const lengths = new Array<number>(129).fill(0);
        if (player.position > 0) expect(player.usedAfter[player.position - 1]).toBe(used);
        for (let segment = 0; segment < SLOTS / 128; segment++) {
          const free = owners.slice(segment * 128, segment * 128 + 128).map((owner) => (owner < 0 ? '.' : 'x')).join('');
          expect(player.runs.free[segment]).toBe(free.replaceAll('x', '').length);
          expect(player.runs.longest[segment]).toBe(Math.max(...free.split('x').map((run) => run.length)));
          for (const run of free.split('x')) if (run.length > 0) lengths[run.length]!++;
        }
        expect([...player.runs.byLength]).toEqual(lengths);
      }
    }), { numRuns: 60 });
  });

  it('tells which segments a seek has changed', () => {
    fc.assert(fc.property(recordings, fc.nat(300), fc.nat(300), (columns, from, to) => {
      const player = new RecordingPlayer(columns, SLOTS, AREAS);
      player.seek(from);
      player.settle();
      const before = player.owners.slice();
      player.seek(to);
      const changed = new Set(player.settle());
      for (let slot = 0; slot < SLOTS; slot++) if (before[slot] !== player.owners[slot]) expect(changed.has(slot >>> 7)).toBe(true);
    }));
  });

  it('ends before the operation that contradicts what was before it, and says why', () => {
    const taken = { operation: 0, first: 10, count: 4 };
    const operations = Array.from({ length: 3 }, () => ({ bytes: 1, kind: 0 }));
    const fault = (...runs: Run[]): [string | undefined, number] => {
      const player = new RecordingPlayer(columnsOf([taken, ...runs], operations), SLOTS, AREAS);
      player.seek(9);
      expect([...player.owners].filter((owner) => owner === 0)).toHaveLength(4);
      return [player.fault, player.playable];
    };
    expect(fault({ operation: 2, first: 13, count: 2 })).toEqual(['operation 3: takes slot 13, which is in use', 2]);
    expect(fault({ operation: 1, first: 20, count: 1 }, { operation: 1, first: 10, count: -3 })).toEqual(['operation 2: gives 3 slots from slot 10 back, which no mapping holds so', 1]);
    expect(fault({ operation: 1, first: 1023, count: 2 })).toEqual([`operation 2: slots 1023 to 1024 of ${SLOTS}`, 1]);
  });

  it('of a scenario\'s run ends as the machine does, after every operation', () => {
    const parsed = parseScenario(JSON.stringify({
      name: 'x', platform: { linux: '6.12.117', domain: 'native', memory: '2G', swiotlb: '4096,4,force', cpus: 4 },
      devices: { nic: { mask: 64 }, disk: { mask: 32, minAlignMask: 4095 } },
      steps: [
        { op: 'workload', device: 'nic', shape: 'nic', ticks: 200, cpus: 4, keep: true },
        { op: 'dma_map_sg', id: 'list', device: 'disk', elements: [4096, 70_000, 300_000] },
        { op: 'dma_map_sg', id: 'list2', device: 'disk', elements: [4096, 70_000] },
        { op: 'workload', device: 'disk', shape: 'block', ticks: 100, cpus: 4, keep: true },
        { op: 'dma_unmap_sg', id: 'list2' },
      ],
    }));
    if (!parsed.ok) throw new Error(parsed.problems[0]!.message);
    const run = runScenario(parsed.scenario, platformOf(parsed.scenario, ACTIVE), { record: true });
    const { system, totals } = run;
    const { pool, highWater } = system.machine.aperture!;
    const { about, bytes } = packedRun(run);
    const columns = unpackRecording(bytes, recordingBounds(about, run.steps.length));
    if (!columns.ok) throw new Error(columns.error);
    const player = new RecordingPlayer(columns.value, pool.slots, pool.areas);
    expect([player.fault, player.playable, player.highWater]).toEqual([undefined, totals.operations, highWater]);
    expect([...player.owners].map((owner) => owner < 0)).toEqual([...pool.list].map((run) => run > 0));
    expect([...player.hint]).toEqual([...pool.hint]);
    expect([...player.used]).toEqual([...pool.used]);
    player.seek(0);
    expect(player.owners.every((owner) => owner === -1)).toBe(true);
    expect([...player.hint]).toEqual([0, 0, 0, 0]);
  });
});
