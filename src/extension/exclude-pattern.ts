/**
 * One glob that matches what any of several does, for an interface that takes one; undefined for none, so that the editor's own
 * excludes hold alone. Alternatives within alternatives are written out: VS Code's globs have one level of braces.
 */
export function excludePattern(globs: readonly string[]): string | undefined {
  const all = globs.map((glob) => glob.trim()).filter((glob) => glob !== '').flatMap(expandBraces);
  if (all.length === 0) return undefined;
  return all.length === 1 ? all[0] : `{${all.join(',')}}`;
}

function expandBraces(glob: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(glob);
  if (!braces) return [glob];
  const before = glob.slice(0, braces.index);
  const after = glob.slice(braces.index + braces[0].length);
  return (braces[1] ?? '').split(',').flatMap((alternative) => expandBraces(`${before}${alternative}${after}`));
}
