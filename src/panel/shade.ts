import { NO_DEVICE } from '../protocol/recording-columns.ts';
import type { ApertureModel } from './aperture-model.ts';

export const SHADES = ['size', 'age', 'cpu'] as const;
export type Shade = (typeof SHADES)[number];

/** One of the four shades, or the one of mappings that the filter leaves out. */
export type ShadeClass = 0 | 1 | 2 | 3 | typeof FILTERED;
export const FILTERED = 4;

/** What the map is shaded by, and the only device whose mappings are; all where none is named. */
export interface ShadeBy {
  readonly shade: Shade;
  readonly device: string | undefined;
}

/** The shade of a mapping by its number in the model's `owners`. */
export function shadeOf(model: ApertureModel, { shade, device }: ShadeBy): (owner: number) => ShadeClass {
  const { now, recording } = model;
  if (!recording) {
    return (owner) => {
      const mapping = model.mapping(owner);
      if (!mapping) return 0;
      if (device !== undefined && mapping.device !== device) return FILTERED;
      return shade === 'age' ? ageClass(now - (mapping.step ?? now)) : shade === 'cpu' ? cpuClass(mapping.cpu ?? 0) : sizeClass(mapping.slots);
    };
  }
  const { columns } = recording.player;
  const wanted = device === undefined ? NO_DEVICE : recording.about.devices.indexOf(device);
  return (owner) => {
    const operation = columns.runOperation[owner] ?? 0;
    if (wanted !== NO_DEVICE && columns.device[operation] !== wanted) return FILTERED;
    return shade === 'age' ? ageClass(now - 1 - operation) : shade === 'cpu' ? cpuClass(columns.cpu[operation] ?? 0) : sizeClass(columns.runCount[owner] ?? 0);
  };
}

function sizeClass(slots: number): ShadeClass {
  return slots < 2 ? 0 : slots < 16 ? 1 : slots < 64 ? 2 : 3;
}

/** By the steps or operations since it was made: 0 is the newest. */
function ageClass(age: number): ShadeClass {
  return age < 64 ? 0 : age < 512 ? 1 : age < 2048 ? 2 : 3;
}

/** Above four processors those that share a shade lie four apart. */
function cpuClass(cpu: number): ShadeClass {
  return (cpu & 3) as ShadeClass;
}
