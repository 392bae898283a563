import { SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { type KernelRelease, atLeast, parseKernelRelease } from '../core/platform/kernel-release.ts';
import type { Lineage, PlatformFacts } from '../core/platform/platform-facts.ts';
import { parseSwiotlbParameter } from '../core/platform/swiotlb-parameter.ts';
import { type XenVersion, parseXenVersion, xenAtLeast } from '../core/platform/xen-version.ts';
import { commandLinesIn } from '../evidence/cmdline/boot-configuration.ts';
import { type CommandLineOption, parseCommandLine } from '../evidence/cmdline/command-line.ts';
import { parseIommuOption } from '../evidence/cmdline/iommu-option.ts';
import { parseBits, parseDom0Mem, parseMemopMaxOrder } from '../evidence/cmdline/xen-options.ts';
import { commandLineOf, linuxOptionsLineOf } from '../evidence/log/item-queries.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import { RULES } from '../ids.ts';
import type { Finding, OptionProblem, Span } from './finding.ts';
import { LineIndex } from './line-index.ts';

type Side = 'linux' | 'xen';

/** What is known of who reads the options; what is not known is not judged. */
export interface OptionReader {
  readonly lineage: Lineage | undefined;
  readonly release: KernelRelease | undefined;
  readonly xen: XenVersion | undefined;
  readonly apertureBytes: number | undefined;
}

interface Mistake {
  readonly problem: OptionProblem;
  /** Where in the command line, from 0; the whole option where absent. */
  readonly from?: number;
  readonly length?: number;
}

/** Options that are read by some versions of Xen only: [name, from, before, in words]. Sources: `dma-facts` 7.3. */
const XEN_ERAS: readonly (readonly [string, readonly [number, number, number], readonly [number, number, number] | undefined, string])[] = [
  ['lowmem_emergency_pool', [3, 0, 2], [3, 0, 4], 'Xen 3.0.2 and 3.0.3'],
  ['dma_emergency_pool', [3, 0, 4], [3, 3, 0], 'Xen 3.0.4 to 3.2'],
  ['dma_bits', [3, 0, 4], undefined, 'Xen 3.0.4 and later'],
  ['low_mem_virq_limit', [4, 2, 0], undefined, 'Xen 4.2 and later'],
  ['memop_max_order', [4, 7, 0], undefined, 'Xen 4.7 and later'],
  ['dom0_iommu', [4, 12, 0], undefined, 'Xen 4.12 and later'],
];
/** Names that mean nothing on the one's command line, as the other reads them. */
const OF_THE_OTHER: Readonly<Record<Side, readonly string[]>> = {
  linux: ['dom0_mem', 'dom0_max_vcpus', 'dom0_iommu', 'memop_max_order', 'low_mem_virq_limit', 'lowmem_emergency_pool', 'dma_emergency_pool'],
  xen: ['swiotlb', 'swiotlb_bits', 'coherent_pool', 'mem_encrypt', 'cma'],
};
/** Names that a slip of one letter is looked for in: long enough that no other option is meant. */
const NAMES: Readonly<Record<Side, readonly string[]>> = { linux: ['swiotlb', 'coherent_pool', 'mem_encrypt'], xen: ['dom0_mem', 'dma_bits', 'memop_max_order', 'dom0_iommu'] };
/** Below so many slots, and above so many MiB, the number was hardly meant in that unit. */
const FEW_SLOTS = 1024;
const MANY_MIB = 4096;

/** What the facts of a boot say of who reads its options. */
export function optionReaderOf(facts: PlatformFacts = {}): OptionReader {
  return {
    lineage: facts.lineage?.value,
    release: facts.kernelRelease && parseKernelRelease(facts.kernelRelease.value, facts.kernelBanner?.value),
    xen: facts.xenVersion && parseXenVersion(facts.xenVersion.value),
    apertureBytes: facts.apertureBytes?.from.kind === 'log' ? facts.apertureBytes.value : undefined,
  };
}

/** The options of a boot's command lines that its kernel or hypervisor does not read, reads otherwise, or could not grant. */
export function checkCommandLines(items: readonly LogItem[], facts: PlatformFacts): Finding[] {
  const reader = optionReaderOf(facts);
  return (['linux', 'xen'] as const).flatMap((side) => {
    const item = side === 'linux' ? linuxOptionsLineOf(items) : commandLineOf(items, 'xen-command-line');
    if (!item?.commandLine) return [];
    // Put together from several lines there is no one place to point to.
    const at = item.text.indexOf(item.commandLine);
    if (at < 0) return [];
    return checkOptions(item.commandLine, side, reader, (from, length) => {
      const column = item.column + at + from;
      return { line: item.line, column, endLine: item.line, endColumn: Math.min(column + length, item.endColumn) };
    });
  });
}

/** The same for the command lines that a file sets: what boots it is known from elsewhere, or not at all. */
export function checkBootConfiguration(uri: string, text: string, reader: OptionReader): Finding[] {
  const index = new LineIndex(text);
  return commandLinesIn(uri, text).flatMap((line) => checkOptions(line.text, line.of, reader, (from, length) => index.span(line.offset + from, line.offset + from + length)));
}

function checkOptions(line: string, side: Side, reader: OptionReader, spanOf: (from: number, length: number) => Span): Finding[] {
  return parseCommandLine(line).options.flatMap((option) => mistakesOf(option, side, reader).map((mistake): Finding => ({
    ruleId: RULES.commandLineOption, severity: mistake.problem.key === 'unit' ? 'information' : 'warning', confidence: mistake.problem.key === 'misspelt' ? 'likely' : 'certain',
    span: mistake.from === undefined ? spanOf(option.offset, option.endOffset - option.offset) : spanOf(mistake.from, Math.max(1, mistake.length ?? 1)),
    headline: { key: 'option', of: side, option: option.name, problem: mistake.problem }, explain: [], evidence: [],
  })));
}

function mistakesOf(option: CommandLineOption, side: Side, reader: OptionReader): Mistake[] {
  const name = option.name.replaceAll('-', '_');
  const meant = NAMES[side].find((known) => isOneOff(name, known));
  if (meant !== undefined) return [{ problem: { key: 'misspelt', meant } }];
  if (OF_THE_OTHER[side].includes(name)) return [side === 'linux' ? outOfTime('Xen', "Linux's command line") : outOfTime('Linux', "Xen's command line")];
  return side === 'linux' ? linuxMistakes(name, option, reader) : xenMistakes(name, option, reader);
}

function linuxMistakes(name: string, option: CommandLineOption, { lineage, release, apertureBytes }: OptionReader): Mistake[] {
  if (name === 'iommu') return option.value === undefined ? [] : parseIommuOption(option.value, 'linux').errors.map((error) => unreadable(error, option));
  if ((name === 'swiotlb_bits' || name === 'dma_bits') && lineage === 'mainline') {
    return [outOfTime(name === 'dma_bits' ? 'XenLinux of Xen 3.1 and later' : 'XenLinux of Xen 3.0.4', release === undefined ? 'a mainline kernel' : `Linux ${release.text}`)];
  }
  if (name !== 'swiotlb' || option.value === undefined || lineage === undefined) return [];
  const parsed = parseSwiotlbParameter(option.value, lineage);
  const mistakes = parsed.errors.map((error) => unreadable(error, option));
  if (release !== undefined && lineage === 'mainline') {
    const version = `Linux ${release.text}`;
    if (parsed.areas !== undefined && !atLeast(release, 6, 0)) mistakes.push(outOfTime('Linux 6.0 and later (the number of areas)', version));
    if (parsed.words.includes('track_hiwater') && !atLeast(release, 7, 3)) mistakes.push(outOfTime('Linux 7.3 and later (track_hiwater)', version));
  }
  const { number } = parsed;
  if (number !== undefined && number > 0) {
    const bytes = lineage === 'mainline' ? Math.ceil(number / SEGMENT_SLOTS) * SEGMENT_SLOTS * SLOT_BYTES : number * 2 ** 20;
    if (Number.isSafeInteger(bytes)) {
      if (lineage === 'mainline' ? number < FEW_SLOTS : number > MANY_MIB) mistakes.push({ problem: { key: 'unit', number, unit: lineage === 'mainline' ? 'slots' : 'MiB', bytes } });
      if (apertureBytes !== undefined && apertureBytes < bytes) mistakes.push({ problem: { key: 'not-granted', asked: bytes, got: apertureBytes } });
    }
  }
  return mistakes;
}

function xenMistakes(name: string, option: CommandLineOption, { xen }: OptionReader): Mistake[] {
  const era = XEN_ERAS.find(([known]) => known === name);
  if (era && xen) {
    const [, from, before, words] = era;
    if (!xenAtLeast(xen, ...from) || (before !== undefined && xenAtLeast(xen, ...before))) return [outOfTime(words, `Xen ${xen.text}`)];
  }
  if (option.value === undefined) return [];
  const errors = name === 'dom0_mem' ? parseDom0Mem(option.value).errors
    : name === 'dma_bits' ? parseBits(option.value).errors
    : name === 'memop_max_order' ? parseMemopMaxOrder(option.value).errors
    : name === 'iommu' ? parseIommuOption(option.value, 'xen').errors : [];
  return errors.map((error) => unreadable(error, option));
}

function unreadable({ offset, text, expected }: { offset: number; text: string; expected: string }, option: CommandLineOption): Mistake {
  return { problem: { key: 'unreadable', text, expected }, from: option.valueOffset + offset, length: text.length };
}

function outOfTime(readBy: string, version: string): Mistake {
  return { problem: { key: 'not-in-this-version', readBy, version } };
}

/** Whether a name is another with one letter changed, left out, put in, or two exchanged. */
function isOneOff(name: string, known: string): boolean {
  if (name === known || Math.abs(name.length - known.length) > 1) return false;
  let at = 0;
  while (at < name.length && name.charAt(at) === known.charAt(at)) at++;
  const [a, b] = [name.slice(at), known.slice(at)];
  if (a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1)) return true;
  return a.charAt(0) === b.charAt(1) && a.charAt(1) === b.charAt(0) && a.slice(2) === b.slice(2);
}
