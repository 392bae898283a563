import { dirname } from 'node:path';
import type { PassingFunction } from '../csource/calls/passing-functions.ts';
import type { ScanShare } from './scan-files.ts';

/** The functions of a file that hand a size on. */
export interface FilePassing {
  readonly file: string;
  readonly functions: readonly PassingFunction[];
}

/**
 * The files that may call such functions: those of the function's folder and below. A driver's files lie together; a function of
 * the same name elsewhere is most likely another.
 */
export function passingCallers(files: readonly string[], defined: readonly FilePassing[]): ScanShare {
  const share: { files: string[]; passing: PassingFunction[][] } = { files: [], passing: [] };
  if (defined.length === 0) return share;
  const byFolder = new Map<string, FilePassing[]>();
  for (const each of defined) {
    const folder = dirname(each.file);
    const list = byFolder.get(folder);
    if (list) list.push(each);
    else byFolder.set(folder, [each]);
  }
  const above = new Map<string, readonly FilePassing[]>();
  const inReach = (folder: string): readonly FilePassing[] => {
    const known = above.get(folder);
    if (known) return known;
    const parent = dirname(folder);
    const found = [...(byFolder.get(folder) ?? []), ...(parent === folder ? [] : inReach(parent))];
    above.set(folder, found);
    return found;
  };
  for (const file of files) {
    const passing = inReach(dirname(file)).flatMap(({ functions }) => functions);
    if (passing.length === 0) continue;
    share.files.push(file);
    share.passing.push(passing);
  }
  return share;
}
