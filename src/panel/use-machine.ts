import { useMemo } from 'preact/hooks';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { Turnover } from '../protocol/machine-player.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { machineAt } from './machine-at.ts';
import { machineModel } from './machine-model.ts';
import type { MachineModel } from './machine-model.ts';
import type { OpenRecording } from './open-recording.ts';
import { poolsOf } from './pools-view.tsx';
import type { ShownPool } from './pools-view.tsx';

export interface MachineShown {
  readonly machine: MachineModel | undefined;
  readonly when: string | undefined;
  readonly earlier: boolean;
  readonly moved: string | undefined;
  readonly counted: number | undefined;
}

const NO_POOLS: readonly ShownPool[] = [];

/** Pools beside the first, after so many operations. */
export function usePools(recording: OpenRecording | undefined, position: number): readonly ShownPool[] {
  const player = recording?.machine;
  player?.seek(position);
  return useMemo(() => (player ? poolsOf(player) : NO_POOLS), [player, player?.serial]);
}

/** The machine after so many operations, where a recording tells of it, else as the state has it. */
export function useMachine(state: PanelState | undefined, recording: OpenRecording | undefined, position: number): MachineShown {
  const player = recording?.machine;
  const about = recording?.about.machine;
  player?.seek(position);
  const serial = player?.serial;
  const machine = useMemo(() => {
    if (!state?.machine) return undefined;
    return machineModel(player && about ? machineAt(state.machine, about, player) : state.machine);
  }, [state?.machine, player, serial]);
  if (!player || !about) return { machine, when: state?.recording ? text.afterLastStep : undefined, earlier: false, moved: undefined, counted: undefined };
  const { lastChange } = player;
  const turnover = lastChange === position ? player.turnover() : [];
  return {
    machine, earlier: position < player.from,
    when: position === 0 ? text.afterBoot : fill(text.afterOperation, groupDigits(position)),
    moved: turnover.length === 0 ? undefined : fill(text.turnover, groupDigits(position), turnover.map((each) => turnoverText(each, about.owners)).join(', ')),
    // Natively most operations change what the kernel's own allocator has: it is counted after some of them.
    counted: about.allocator === 'Linux' && lastChange < position ? lastChange : undefined,
  };
}

function turnoverText({ owner, came, went }: Turnover, owners: readonly string[]): string {
  if (owner === undefined) return came > 0 ? fill(text.turnoverMore, formatBytes(came)) : fill(text.turnoverLess, formatBytes(went));
  const name = owners[owner] ?? '';
  if (came > 0 && went > 0) return fill(text.turnoverOwner, name, formatBytes(came), formatBytes(went));
  return came > 0 ? fill(text.turnoverGiven, name, formatBytes(came)) : fill(text.turnoverGave, name, formatBytes(went));
}
