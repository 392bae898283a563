import { excerpt } from '../text-problem.ts';
import type { Evidence, Fact } from '../../core/platform/fact.ts';
import type { PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { Reading, TextProblem } from '../text-problem.ts';
import { SourceText, type TreeText } from './source-text.ts';
import { type TreeSource, treeFeatures, treeLineage } from './tree-features.ts';

const PARTS = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL', 'EXTRAVERSION'] as const;
const ASSIGNMENT = /^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]{0,8}:?=[ \t]{0,8}([^#\n]{0,80})/;
/** The version stands at the top of the Makefile; rules further down reuse the names. */
const VERSION_LINES = 40;

/**
 * What a kernel tree says of itself: its release from the top-level Makefile, and what its source text does, which no version
 * number tells of a tree with backports.
 * @param sources the files of TREE_SOURCES that are there
 */
export function readKernelTree(makefile: TreeText, sources: ReadonlyMap<TreeSource, TreeText> = new Map()): Reading<PlatformFacts> {
  const release = readRelease(makefile);
  const texts = new Map([...sources].map(([path, text]) => [path, new SourceText(text)]));
  const features = treeFeatures(texts);
  const lineage = treeLineage(texts);
  return { facts: { ...release.facts, ...(lineage ? { lineage } : {}), ...(features.size > 0 ? { treeFeatures: features } : {}) }, problems: release.problems };
}

function readRelease({ text, uri }: TreeText): Reading<PlatformFacts> {
  const parts = new Map<string, string>();
  let from: Evidence | undefined;
  for (const [index, content] of text.slice(0, 8192).split('\n', VERSION_LINES).entries()) {
    const [whole, name, value] = ASSIGNMENT.exec(content) ?? [];
    if (whole === undefined || name === undefined || value === undefined || parts.has(name)) continue;
    parts.set(name, value.trim());
    from ??= { kind: 'tree', uri, line: index + 1, column: 1, endColumn: whole.trimEnd().length + 1, text: whole.trimEnd() };
  }
  const [version, patchLevel, subLevel = '', extra = ''] = PARTS.map((name) => parts.get(name));
  if (!from || !isNumber(version) || !isNumber(patchLevel) || !(subLevel === '' || isNumber(subLevel))) {
    const problem: TextProblem = { uri, line: from?.line ?? 1, column: 1, expected: "VERSION, PATCHLEVEL and SUBLEVEL, as at the top of a kernel tree's Makefile", found: excerpt(from?.text ?? text.split('\n', 1)[0] ?? '') };
    return { facts: {}, problems: [problem] };
  }
  const literal = /^[\w.+~-]{0,60}$/.test(extra) ? extra : '';
  const kernelRelease: Fact<string> = { value: `${version}.${patchLevel}${subLevel === '' ? '' : `.${subLevel}`}${literal}`, from };
  return { facts: { kernelRelease }, problems: [] };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,4}$/.test(text);
}
