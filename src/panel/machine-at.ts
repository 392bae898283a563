import { formatAddress } from '../core/units/addresses.ts';
import type { AddressRange } from '../core/units/addresses.ts';
import { groupDigits } from '../core/units/bytes.ts';
import type { MachinePlayer, Piece } from '../protocol/machine-player.ts';
import type { PanelMachine, PanelRecording, PanelRegion } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';

/** The state's machine with its memory as a recording has it where the player stands. */
export function machineAt(machine: PanelMachine, about: NonNullable<PanelRecording['machine']>, player: MachinePlayer): PanelMachine {
  const { freeBlocks: _, ...rest } = machine;
  const blocks = player.freeBlocks();
  const region = (kind: PanelRegion['kind'], label: string) => ({ start, end }: AddressRange): PanelRegion => ({ kind, label, start: formatAddress(start), end: formatAddress(end) });
  const made = (kind: PanelRegion['kind'], label: string) => (piece: Piece): PanelRegion => ({ ...region(kind, fill(label, groupDigits(piece.since)))(piece), operation: piece.since });
  return {
    ...rest, ...(blocks ? { freeBlocks: blocks } : {}),
    regions: [
      ...machine.regions.filter(({ kind }) => kind === 'aperture'),
      ...player.pieces('grown').map(made('aperture', text.grownPool)),
      ...player.pieces('transient').map(made('aperture', text.transientPool)),
      ...player.pieces('contiguous').map(made('contiguous', '#{0}')),
      ...about.owners.flatMap((owner, index) => player.domainRanges(index).map(region('domain', owner))),
      ...player.freeRanges().map(region('free', text.freeInXen)),
    ],
  };
}
