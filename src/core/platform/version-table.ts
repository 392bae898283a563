import type { Fact } from './fact.ts';
import { type KernelRelease, atLeast } from './kernel-release.ts';

/** One row of a feature's history: the value that holds from a mainline release on, and the stable releases that carry it too. */
export interface VersionRow<T> {
  readonly value: T;
  /** First mainline release: [6, 14]; [0, 0] for the row that holds before all others. */
  readonly since: readonly [number, number];
  /** First release candidate of `since` that has it; later candidates and the release have it too. Absent: the merge window's, rc1. */
  readonly candidate?: number;
  /** Branch to the first sublevel that carries it by backport: `{ '6.12': 16 }`. */
  readonly stable?: Readonly<Record<string, number>>;
  /** Branch to the last sublevel that is known not to carry it, where the first that does is not known. */
  readonly stableUnknownSince?: Readonly<Record<string, number>>;
  /** File, function or symbol, and how the row is known. */
  readonly source: string;
}

/**
 * The value that a table gives for a release: the last row that has begun, by mainline release or by backport.
 * A release string that does not state its sublevel leaves backports open, and that of a vendor who takes in what later releases
 * bring leaves every later row open: the fact then carries that doubt.
 * @param rows oldest first; the first row's `since` is [0, 0]
 */
export function valueAt<T>(rows: readonly VersionRow<T>[], release: KernelRelease): Fact<T> {
  const branch = `${release.version[0]}.${release.version[1]}`;
  let [chosen] = rows;
  if (!chosen) throw new RangeError('a version table needs a first row');
  let doubt: string | undefined;
  for (const row of rows) {
    if (hasBegun(row, release)) {
      chosen = row;
      doubt = undefined;
      continue;
    }
    if (release.takesLater !== undefined && row.value !== chosen.value) {
      doubt ??= `${release.takesLater} takes changes of later kernels into ${branch}: whether ${release.text} has this one is not known (${row.source})`;
      continue;
    }
    const backport = row.stable?.[branch];
    const openAfter = row.stableUnknownSince?.[branch];
    if (backport !== undefined) {
      if (release.sublevel === 'unknown') {
        doubt = `${release.text} does not say its stable release: ${branch}.${backport} and later behave otherwise (${row.source})`;
      } else if (release.version[2] >= backport) {
        chosen = row;
        doubt = openAfter !== undefined && release.version[2] < openAfter ? doubt : undefined;
      } else if (openAfter !== undefined && release.version[2] > openAfter) {
        doubt = `which release of ${branch} took this over by backport is not known (${row.source})`;
      }
    }
  }
  return { value: chosen.value, from: { kind: 'default', source: chosen.source }, ...(doubt === undefined ? {} : { doubt }) };
}

function hasBegun(row: VersionRow<unknown>, release: KernelRelease): boolean {
  const [major, minor] = row.since;
  if (!atLeast(release, major, minor)) return false;
  const sameRelease = release.version[0] === major && release.version[1] === minor && release.version[2] === 0;
  if (!sameRelease || release.candidate === undefined) return true;
  return release.candidate >= (row.candidate ?? 1);
}
