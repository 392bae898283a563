import { excerpt } from '../text-problem.ts';
import type { Evidence, Fact } from '../../core/platform/fact.ts';
import type { PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { Reading, TextProblem } from '../text-problem.ts';

export interface TreeText {
  readonly uri: string;
  readonly text: string;
}

/** Texts of a kernel tree; paths are relative to its root. */
export interface KernelTreeTexts {
  /** `Makefile`. */
  readonly makefile: TreeText;
  /** `arch/x86/xen/mmu_pv.c` (mmu.c before 4.12). */
  readonly mmuPv?: TreeText;
}

const PARTS = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL', 'EXTRAVERSION'] as const;
const ASSIGNMENT = /^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]{0,8}:?=[ \t]{0,8}([^#\n]{0,80})/;
/** The version stands at the top of the Makefile; rules further down reuse the names. */
const VERSION_LINES = 40;
const DEFINE = /^[ \t]{0,8}#[ \t]{0,8}define[ \t]{1,8}(MAX_CONTIG_ORDER|MIN_CONTIG_ORDER)[ \t]{1,8}(\d{1,2})\b/;

/**
 * What a kernel tree says of itself: its release from the top-level Makefile, and whether swiotlb-xen's coherent
 * allocations are still limited by MAX_CONTIG_ORDER (arch/x86/xen/mmu_pv.c: xen_create_contiguous_region; the limit is gone
 * in 6.14 and in stable releases that took e93ec87286bd).
 */
export function readKernelTree({ makefile, mmuPv }: KernelTreeTexts): Reading<PlatformFacts> {
  const release = readRelease(makefile);
  const order = mmuPv && readContigOrder(mmuPv);
  return {
    facts: { ...release.facts, ...order?.facts },
    problems: [...release.problems, ...(order?.problems ?? [])],
  };
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

function readContigOrder({ text, uri }: TreeText): Reading<PlatformFacts> {
  let created: Evidence | undefined;
  let minimum: Evidence | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const [whole, name, digits] = DEFINE.exec(content) ?? [];
    const place = (column: number, found: string): Evidence => ({ kind: 'tree', uri, line: index + 1, column, endColumn: column + found.length, text: found });
    if (whole !== undefined && name === 'MAX_CONTIG_ORDER') return { facts: { treeMaxContigOrder: { value: Number(digits), from: place(1, whole) } }, problems: [] };
    if (whole !== undefined) minimum ??= place(1, whole);
    const at = content.indexOf('xen_create_contiguous_region');
    if (at >= 0) created ??= place(at + 1, 'xen_create_contiguous_region');
  }
  const from = minimum ?? created;
  if (from && created) return { facts: { treeMaxContigOrder: { value: null, from } }, problems: [] };
  return { facts: {}, problems: [{ uri, line: 1, column: 1, expected: 'arch/x86/xen/mmu_pv.c with xen_create_contiguous_region()', found: excerpt(text.split('\n', 1)[0] ?? '') }] };
}
