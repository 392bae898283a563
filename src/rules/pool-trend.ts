import type { FailureStatement, LogItem } from '../evidence/log/log-items.ts';

type Failure = Extract<LogItem, FailureStatement>;

/** How far a pool was used at each of the failures that say so, in order. */
export interface PoolTrend {
  /** Size of the pool in slots: what tells the default pool from a restricted one. */
  readonly total: number;
  readonly first: number;
  readonly last: number;
  readonly samples: readonly Failure[];
  /** What the failures say of each device, the most frequent first. */
  readonly devices: readonly DeviceTrend[];
  /** Whether the use rises throughout and ends where the pool does. */
  readonly rising: boolean;
}

/** The failures of one device: how many, from where to where in the log, and the use that they met. */
export interface DeviceTrend {
  readonly device: string;
  readonly failures: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly firstUsed: number;
  readonly lastUsed: number;
}

/** Fewer say nothing of a direction. */
const FEWEST_SAMPLES = 4;
/** Slots that the use must have risen by: a segment. */
const LEAST_RISE = 128;
/** Share of the rise that may have been given back on the way. */
const MOST_GIVEN_BACK = 0.05;
const NEARLY_FULL = 0.9;

/** The trend of `used` for each pool of one boot. */
export function poolTrends(failures: readonly Failure[]): PoolTrend[] {
  const pools = new Map<number, Failure[]>();
  for (const failure of failures) {
    if (failure.failure !== 'buffer-full' || failure.totalSlots === null || failure.usedSlots === null || failure.totalSlots <= 0) continue;
    const samples = pools.get(failure.totalSlots);
    if (samples) samples.push(failure);
    else pools.set(failure.totalSlots, [failure]);
  }
  return [...pools].flatMap(([total, samples]) => {
    const used = samples.map(({ usedSlots }) => usedSlots ?? 0);
    const first = used[0];
    const last = used.at(-1);
    if (first === undefined || last === undefined) return [];
    return [{ total, first, last, samples, devices: devicesOf(samples), rising: isRising(used, total) }];
  });
}

function isRising(used: readonly number[], total: number): boolean {
  const first = used[0] ?? 0;
  const last = used.at(-1) ?? 0;
  if (used.length < FEWEST_SAMPLES || last - first < LEAST_RISE || last < total * NEARLY_FULL) return false;
  let fallen = 0;
  for (const [index, value] of used.entries()) fallen += Math.max(0, (used[index - 1] ?? value) - value);
  return fallen <= (last - first) * MOST_GIVEN_BACK;
}

function devicesOf(samples: readonly Failure[]): DeviceTrend[] {
  const byDevice = new Map<string, DeviceTrend>();
  for (const { device, line, usedSlots } of samples) {
    if (device === null) continue;
    const used = usedSlots ?? 0;
    const before = byDevice.get(device);
    byDevice.set(device, before ? { ...before, failures: before.failures + 1, lastLine: line, lastUsed: used } : { device, failures: 1, firstLine: line, lastLine: line, firstUsed: used, lastUsed: used });
  }
  return [...byDevice.values()].sort((a, b) => b.failures - a.failures);
}
