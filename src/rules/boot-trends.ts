import { failureEvents } from '../evidence/log/failure-facts.ts';
import { itemsOfBoot } from '../evidence/log/items-of-boot.ts';
import type { LogBoot, LogReading } from '../evidence/log/read-log.ts';
import { type DeviceTrend, poolTrends } from './pool-trend.ts';

/** How far a pool was in use at the failures of one boot, as `dma-aperture log --json` gives it; in slots. */
export interface BootTrend {
  readonly totalSlots: number;
  readonly failures: number;
  readonly firstUsed: number;
  readonly lastUsed: number;
  readonly highestUsed: number;
  /** Whether the use rose throughout until the pool was full: mappings may not be given back. */
  readonly rising: boolean;
  readonly devices: readonly DeviceTrend[];
}

/** The use over time of each pool that the failures of a boot tell of. */
export function bootTrends(reading: LogReading, { firstLine, lastLine }: LogBoot): BootTrend[] {
  return poolTrends(failureEvents([...itemsOfBoot(reading, firstLine, lastLine)])).map(({ total, first, last, samples, rising, devices }) => ({
    totalSlots: total, failures: samples.length, firstUsed: first, lastUsed: last, highestUsed: samples.reduce((most, { usedSlots }) => Math.max(most, usedSlots ?? 0), 0), rising, devices,
  }));
}
