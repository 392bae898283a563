import { describe, expect, it } from 'vitest';
import { BUILT_IN_PLATFORMS } from '../../../src/core/platform/built-in-platforms.ts';
import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import { MACHINE_LAYERS as JOURNAL_LAYERS, MachineJournal } from '../../../src/core/scenario/machine-journal.ts';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';
import { runScenario, type ScenarioRun } from '../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../src/core/scenario/scenario-platform.ts';
import type { Scenario } from '../../../src/core/scenario/scenario-schema.ts';
import { parseAddress } from '../../../src/core/units/addresses.ts';
import { MACHINE_LAYERS } from '../../../src/protocol/machine-changes.ts';
import { MachinePlayer } from '../../../src/protocol/machine-player.ts';
import type { PanelMachine } from '../../../src/protocol/panel-state.ts';
import { recordingBounds, unpackRecording } from '../../../src/protocol/unpack-recording.ts';
import { BUILT_IN_SCENARIOS } from '../../../src/server/built-in-scenarios.ts';
import { packedRun } from '../../../src/server/packed-recording.ts';
import { runPanelState } from '../../../src/server/panel-state-of.ts';

const ACTIVE = builtInPlatform(BUILT_IN_PLATFORMS[0]!.id)!;
/** Runs so long that doing them again for every step would take minutes. */
const LONGEST = 20_000;

function parsed(text: string): Scenario {
  const read = parseScenario(text);
  if (!read.ok) throw new Error(read.problems[0]!.message);
  return read.scenario;
}

function played(run: ScenarioRun): MachinePlayer {
  const { about, bytes } = packedRun(run);
  const columns = unpackRecording(bytes, recordingBounds(about, run.steps.length));
  if (!columns.ok) throw new Error(columns.error);
  return new MachinePlayer(columns.value.machine, about.machine!);
}

interface Picture { readonly regions: string[]; readonly blocks: PanelMachine['freeBlocks'] }

function ofPlayer(player: MachinePlayer, owners: number): Picture {
  const regions = player.freeRanges().map(({ start, end }) => `free ${start} ${end}`);
  for (let owner = 0; owner < owners; owner++) regions.push(...player.domainRanges(owner).map(({ start, end }) => `domain ${start} ${end}`));
  regions.push(...player.pieces('contiguous').map(({ start, end }) => `contiguous ${start} ${end}`));
  return { regions: regions.sort(), blocks: player.freeBlocks() };
}

function ofState({ regions, freeBlocks }: PanelMachine): Picture {
  return {
    regions: regions.filter(({ kind }) => kind !== 'aperture').map(({ kind, start, end }) => `${kind} ${parseAddress(start)!} ${parseAddress(end)!}`).sort(),
    blocks: freeBlocks,
  };
}

describe('a machine that is played', () => {
  it('counts its layers as the journal does', () => {
    expect(MACHINE_LAYERS).toEqual(JOURNAL_LAYERS);
  });

  for (const { id, text } of BUILT_IN_SCENARIOS) {
    it(`stands after every step of ${id} as a run up to there leaves it`, () => {
      const scenario = parsed(text);
      const platform = platformOf(scenario, ACTIVE);
      const run = runScenario(scenario, platform, { record: true });
      const player = played(run);
      const owners = run.recording!.machine.owners.length;
      player.seek(run.totals.operations);
      expect(ofPlayer(player, owners)).toEqual(ofState(runPanelState(run).machine!));
      if (run.totals.operations > LONGEST) return;
      const done = [0];
      for (const { operations } of run.steps) done.push(done.at(-1)! + operations);
      // Backwards, then forwards again, from and to anywhere.
      const steps = done.map((_, step) => step);
      for (const step of [...steps].reverse().concat(steps.filter((each) => each % 3 === 0))) {
        if (done[step]! < player.from) continue;
        player.seek(done[step]!);
        const beginning = runScenario({ ...scenario, steps: scenario.steps.slice(0, step) }, platform);
        expect(ofPlayer(player, owners), `after step ${step}`).toEqual(ofState(runPanelState(beginning).machine!));
      }
    });
  }

  const domains = {
    name: 'Guests', platform: { xen: '4.17', linux: '6.1.192', domain: 'dom0', memory: '4G', domainMemory: '1G', cpus: 1 }, devices: { card: { mask: 32 } },
    steps: [
      { op: 'xen_create_domain', id: 'one', size: '512M' },
      { op: 'dma_alloc_coherent', id: 'ring', device: 'card', size: '2M' },
      { op: 'xen_destroy_domain', id: 'one' },
      { op: 'xen_create_domain', id: 'two', size: '256M' },
      { op: 'balloon_inflate', size: '64M' },
      { op: 'dma_free_coherent', id: 'ring' },
    ],
  };

  it('holds each domain\'s frames, and what an operation moved', () => {
    const run = runScenario(parsed(JSON.stringify(domains)), platformOf(parsed(JSON.stringify(domains)), ACTIVE), { record: true });
    expect(run.steps.map(({ outcome }) => outcome.ok)).toEqual([true, true, true, true, true, true]);
    const player = played(run);
    const bytes = (owner: number): number => player.domainRanges(owner).reduce((sum, { start, end }) => sum + end - start, 0);
    const MIB = 2 ** 20;
    player.seek(6);
    expect([bytes(1) / MIB, bytes(2) / MIB]).toEqual([0, 256]);
    player.seek(5);
    expect(player.turnover()).toEqual([{ owner: 0, came: 0, went: 64 * MIB }, { came: 64 * MIB, went: 0 }]);
    player.seek(2);
    expect(player.turnover()).toEqual([{ owner: 0, came: 2 * MIB, went: 2 * MIB }]);
    expect([bytes(1) / MIB, bytes(2) / MIB]).toEqual([512, 0]);
    expect(player.pieces('contiguous')).toHaveLength(1);
    player.seek(0);
    expect([bytes(1), player.pieces('contiguous').length, player.turnover().length]).toEqual([0, 0, 0]);
  });

  it('holds grown and transient pools with the slots in use of each, after every operation', () => {
    const scenario = parsed(JSON.stringify({
      name: 'Growing', platform: { linux: '6.12.117', domain: 'native', memory: '8G', swiotlb: '1024,1,force', cpus: 2, config: { CONFIG_SWIOTLB_DYNAMIC: 'y' } }, devices: { nic: { mask: 64 } },
      steps: [{ op: 'workload', device: 'nic', sizes: [{ from: '4K', to: '200K' }], perTick: 3, lifetime: [5, 40], ticks: 60, cpus: 2, keep: true }],
    }));
    const platform = platformOf(scenario, ACTIVE);
    const run = runScenario(scenario, platform, { record: true });
    const player = played(run);
    const dynamic = run.system.dynamicPools!;
    const first = run.system.machine.aperture!;
    const grown = dynamic.pools.filter((each) => each !== first).map(({ pool }) => [pool.start, pool.slots, pool.totalUsed]).sort(([a], [b]) => a! - b!);
    expect(grown.length).toBeGreaterThan(2);
    const shown = (): number[][] => player.pieces('grown').map((piece) => [piece.start, (piece.end - piece.start) / 2048, player.usedSlots(piece).used]).sort(([a], [b]) => a! - b!);
    player.seek(run.totals.operations);
    expect(shown()).toEqual(grown);
    expect(player.pieces('transient').reduce((sum, { start, end }) => sum + (end - start) / 2048, 0)).toBe(dynamic.transientSlots);
    // Back and forth: each place is the same from either side.
    const forwards: number[][][] = [];
    player.seek(0);
    for (let position = 0; position <= run.totals.operations; position += 7) {
      player.seek(position);
      forwards.push(shown());
    }
    expect(forwards.some((pools) => pools.length === 1)).toBe(true);
    for (let at = forwards.length - 1; at >= 0; at--) {
      player.seek(7 * at);
      expect(shown()).toEqual(forwards[at]);
      for (const piece of player.pieces('grown')) expect(player.usedSlots(piece).runs.reduce((sum, { count }) => sum + count, 0)).toBe(player.usedSlots(piece).used);
    }
  });

  it('of a journal that overflows tells nothing', () => {
    const journal = new MachineJournal(2);
    for (let at = 0; at < 3; at++) journal.add(at, MACHINE_LAYERS.frames, at * 65_536, 4096);
    expect([journal.overflown, journal.length]).toEqual([true, 0]);
    journal.add(9, MACHINE_LAYERS.frames, 0, 4096);
    expect(journal.length).toBe(0);
  });

  it('of a journal keeps what continues as one', () => {
    const journal = new MachineJournal();
    journal.add(1, MACHINE_LAYERS.frames, 8192, 4096);
    journal.add(1, MACHINE_LAYERS.frames, 12_288, 4096);
    journal.add(1, MACHINE_LAYERS.frames, 4096, 4096);
    journal.add(1, MACHINE_LAYERS.frames, 4096, -4096);
    journal.add(2, MACHINE_LAYERS.frames, 4096, 4096);
    expect([journal.length, journal.first[0], journal.count[0], journal.count[1]]).toEqual([3, 4096, 12_288, -4096]);
  });
});
