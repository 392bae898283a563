import type { MapRequest, MapResult } from './aperture.ts';

/** Where slots come from: one pool, or a set that can grow. */
export interface SlotSource {
  map(request: MapRequest): MapResult;
  /** @returns slots given back, or undefined where nothing is mapped at that address */
  unmap(address: number): number | undefined;
}
