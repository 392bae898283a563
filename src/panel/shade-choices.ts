import type { PanelAperture } from '../protocol/panel-state.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import type { OpenRecording } from './open-recording.ts';
import { SHADES } from './shade.ts';
import type { Shade, ShadeBy } from './shade.ts';

/** What mappings can be shaded by: only what is known of them. */
export function shadesOf(pool: PanelAperture | undefined, recording: OpenRecording | undefined): readonly Shade[] {
  if (recording) return recording.player.columns.cpu.some((cpu) => cpu > 0) ? SHADES : ['size', 'age'];
  return pool?.mappings.some((mapping) => mapping.step !== undefined) ? ['size', 'age'] : ['size'];
}

export function devicesOf(pool: PanelAperture | undefined, recording: OpenRecording | undefined): readonly string[] {
  return recording ? recording.about.devices : [...new Set(pool?.mappings.map(({ device }) => device))];
}

/** What a view shades by, as far as the pool's mappings have it. */
export function shadeBy(view: PanelViewState, shades: readonly Shade[], devices: readonly string[]): ShadeBy {
  return {
    shade: shades.includes(view.shade) ? view.shade : 'size',
    device: view.device !== undefined && devices.includes(view.device) ? view.device : undefined,
  };
}
