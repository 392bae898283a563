import { formatAddress } from '../core/units/addresses.ts';
import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import type { FailureKind } from '../evidence/log/log-facts.ts';
import type { Finding, Headline, SuppressionProblem } from '../rules/finding.ts';
import { causeNoteText, causeText } from './cause-text.ts';
import { dmaReportText } from './dma-report-text.ts';
import { knownCaseText } from './known-case-text.ts';
import { configProblemText, optionProblemText } from './option-text.ts';
import { plural } from './plural.ts';
import { provenanceText } from './provenance-text.ts';
import { knobOf, reasonText } from './reason-text.ts';
import { seenText } from './seen-text.ts';

/** In the kernel's own words, where the name of the kind is none. */
const failureKindText = (kind: FailureKind): string => (kind === 'coherent-failed' ? 'coherent allocation failed' : kind.replaceAll('-', ' '));
const times = (count: number): string => (count > 1 ? ` (${groupDigits(count)} times in this log)` : '');
const who = (device: string | null): string => (device === null ? '' : ` for ${device}`);

/** Headlines that do not say themselves which fact decides. */
const DECIDED_BY_A_FACT: ReadonlySet<Headline['key']> = new Set<Headline['key']>(['coherent-over', 'streaming-over', 'pool-over', 'beyond-mask-memory', 'segment-size-over', 'seen']);

function suppressionText(problem: SuppressionProblem, rule: string): string {
  switch (problem) {
    case 'no-reason': return `This comment does not say why ${rule} is ignored: expected "-- reason" behind the rule`;
    case 'unknown-rule': return `There is no rule ${rule}`;
    case 'no-rule': return 'This comment names no rule: expected "dma-aperture: ignore dma/… -- reason"';
    case 'not-needed': return `Nothing on this line or the next is a finding of ${rule}: the comment can go`;
  }
}

/** A finding's headline: one sentence with the numbers that decide. */
export function headlineText(headline: Headline): string {
  switch (headline.key) {
    case 'coherent-over':
      return `${headline.api} ${headline.bounded ? 'may ask' : 'asks'} for ${formatBytesExact(headline.bytes)}, order ${headline.order}: this platform gives at most ${formatBytes(headline.limit)}`;
    case 'streaming-over':
      return `${headline.api} ${headline.bounded ? 'may map' : 'maps'} ${formatBytesExact(headline.bytes)} at once: ${headline.bounced ? 'if it must bounce, ' : ''}at most ${formatBytes(headline.limit)} can succeed on this platform`;
    case 'pool-over':
      return `${headline.api} ${headline.bounded ? 'may take' : 'takes'} ${formatBytesExact(headline.bytes)} at a time, order ${headline.order}: this platform gives at most ${formatBytes(headline.limit)}`;
    case 'beyond-mask-memory':
      return `${headline.api} asks for ${formatBytesExact(headline.bytes)} below the reach of a ${headline.bits}-bit coherent mask, where at most ${formatBytes(headline.limit)} can lie in one block`;
    case 'order-waste':
      return `${headline.api} asks for ${formatBytesExact(headline.bytes)} and is given a block of order ${headline.order}, ${formatBytes(headline.blockBytes)}: ${formatBytes(headline.blockBytes - headline.bytes)} are wasted`;
    case 'segment-size-over':
      return `${headline.api} allows elements of ${formatBytesExact(headline.bytes)}: ${headline.bounced ? 'one that must bounce may have' : 'one may have'} at most ${formatBytes(headline.limit)} on this platform`;
    case 'mask-below-aperture':
      return headline.end === null
        ? `${headline.api} lets the device reach ${formatBytes(2 ** headline.bits)} (${headline.bits} bits): the aperture may lie beyond, and then nothing can bounce`
        : `${headline.api} lets the device reach ${formatBytes(2 ** headline.bits)} (${headline.bits} bits): the aperture ends at ${formatAddress(headline.end)}, so what must bounce may fail`;
    case 'min-align':
      return `min_align_mask ${formatAddress(headline.mask)} can make the slot search of this kernel endless`;
    case 'outside-size':
      return `${headline.api}: ${headline.text} comes from user space, and nothing bounds it`;
    case 'seen': return seenText(headline.seen);
    case 'suppression': return suppressionText(headline.problem, headline.rule);
    case 'log-oversize':
      return `Mapping of ${formatBytesExact(headline.bytes)}${who(headline.device)} exceeds a segment of ${formatBytes(headline.limit)}: it can never succeed, however large or empty the aperture${times(headline.count)}`;
    case 'log-oversize-offset':
      return `Mapping of ${formatBytesExact(headline.bytes)}${who(headline.device)} leaves no room for its offset within a page: ${formatBytes(headline.limit)} fit for certain, whatever the size of the aperture${times(headline.count)}`;
    case 'log-exhausted':
      return `Aperture exhausted${who(headline.device)}: ${formatBytes(headline.bytes)} asked for, ${groupDigits(headline.used)} of ${groupDigits(headline.total)} slots in use${times(headline.count)}`;
    case 'log-fragmented':
      return `No free run for ${formatBytes(headline.bytes)}${who(headline.device)} although ${groupDigits(headline.total - headline.used)} of ${groupDigits(headline.total)} slots are free: fragmentation, alignment, or areas that are each too full${times(headline.count)}`;
    case 'log-passed-over':
      return `No slots for ${formatBytes(headline.bytes)}${who(headline.device)} although ${groupDigits(headline.total - headline.used)} of ${groupDigits(headline.total)} are free and a run exists: alignment, a segment boundary or the device's mask rules it out${times(headline.count)}`;
    case 'log-rising':
      return `From failure to failure more of the aperture was in use: ${groupDigits(headline.first)} to ${groupDigits(headline.last)} of ${groupDigits(headline.total)} slots over ${groupDigits(headline.samples)} failures${headline.devices.length > 0 ? ` (${headline.devices.map(({ device, failures }) => `${device}: ${groupDigits(failures)}`).join(', ')})` : ''}: mappings may not be given back`;
    case 'log-order-failed': {
      const size = `order ${headline.order} (${formatBytes(4096 * 2 ** headline.order)})`;
      if (headline.beyond) return `Page allocation of ${size} in ${headline.task} failed: the page allocator has no blocks of this order${times(headline.count)}`;
      const free = headline.largest === null ? '' : headline.largest < 0 ? ': no block was free' : `: the largest free block was of order ${headline.largest}`;
      return `Page allocation of ${size} in ${headline.task} failed${free}${times(headline.count)}`;
    }
    case 'log-dma-debug': {
      const limit = headline.limit === null ? '' : headline.report === 'still-mapped' ? ` (${groupDigits(headline.limit)} mappings)` : `, ${formatBytes(headline.limit)}`;
      return `${headline.driver ?? 'A driver'}${who(headline.device)}: ${dmaReportText(headline.report)}${headline.bytes === null ? '' : `: ${formatBytes(headline.bytes)}`}${limit}${times(headline.count)}`;
    }
    case 'log-map-sg-failed':
      return `${headline.driver}${who(headline.device)} could not map a scatterlist (error ${headline.error}): an element had to bounce and found no room, or was larger than a segment${times(headline.count)}`;
    case 'option': return `${headline.option}: ${optionProblemText(headline.problem, headline.of)}`;
    case 'config': return `${headline.symbol === '' ? `Configuration of Linux ${headline.value}` : `${headline.symbol}=${headline.value}`}: ${configProblemText(headline.problem)}`;
    case 'log-no-pool':
      return `A mapping${headline.bytes === null ? '' : ` of ${formatBytes(headline.bytes)}`}${who(headline.device)} had to bounce, and there is no aperture${times(headline.count)}`;
    case 'log-full':
      return `Mapping${headline.bytes === null ? '' : ` of ${formatBytesExact(headline.bytes)}`}${who(headline.device)} found no room in the aperture; the line does not say how full it was${times(headline.count)}`;
    case 'log-beyond-mask':
      return `A mapping${headline.bytes === null ? '' : ` of ${formatBytes(headline.bytes)}`}${who(headline.device)} ends beyond the device's reach${headline.mask === null ? '' : ` (mask ${formatAddress(headline.mask)})`}: no aperture size changes that${times(headline.count)}`;
    case 'log-reduced':
      return `The aperture became smaller than asked for${headline.bytes === null ? '' : `: ${formatBytes(headline.bytes)}`}`;
    case 'log-init-failed': return 'The aperture could not be set up';
    case 'log-other-failure':
      return `DMA failure${who(headline.device)}: ${failureKindText(headline.what)}${headline.bytes === null ? '' : `, ${formatBytes(headline.bytes)}`}`;
    case 'log-aperture':
      return `Aperture of ${formatBytes(headline.bytes)}: ${plural(headline.slots, 'slot')} of 2 KiB in ${plural(headline.segments, 'segment')}; one mapping takes at most 256 KiB`;
  }
}

/** The finding as a message of one line: headline, the deciding fact, and the doubt where there is one. */
export function findingMessage(finding: Finding): string {
  const [fact] = finding.evidence;
  const because = DECIDED_BY_A_FACT.has(finding.headline.key) ? finding.explain.find((step) => step.fact !== undefined && step.fact === fact) : undefined;
  const parts = [headlineText(finding.headline)];
  if (because) parts.push(reasonText(because));
  if (finding.doubt !== undefined) parts.push(`Not certain: ${finding.doubt}`);
  return `${parts.join('. ')}.`;
}

/** What a finding of a log adds to its headline, a line each: why, what is known of the case, what would help. Plain text. */
export function causeLines(finding: Finding): string[] {
  const lines: string[] = [];
  const { cause, cases, suggestion, lines: rests } = finding;
  if (cause && (cause.notes.length > 0 || cause.key === 'coherent-fallback')) lines.push(`${cause.confidence === 'certain' ? 'Cause' : 'Likely cause'}: ${causeText(cause.key)}`, ...cause.notes.map(causeNoteText));
  if (rests && rests.length > 1) lines.push(`Lines ${rests.slice(0, 8).join(', ')}${rests.length > 8 ? ' …' : ''}`);
  for (const id of cases ?? []) {
    const { title, why, helped, didNotHelp, source } = knownCaseText(id);
    lines.push(`Known case: ${title}. ${why}`, ...helped.map((what) => `Helped: ${what}`), ...didNotHelp.map((what) => `Did not help: ${what}`), `Source: ${source}`);
  }
  if (suggestion) lines.push(`Try ${suggestion.option}=${suggestion.value} on ${suggestion.of === 'linux' ? "Linux's" : "Xen's"} command line: ${formatBytes(suggestion.bytes)}`);
  return lines;
}

/** The explanation as Markdown: the chain, then the cause, then what helps and what does not. */
export function explainMarkdown(finding: Finding): string {
  const chain = finding.explain.filter((step) => knobOf(step) === undefined);
  const knobs = finding.explain.filter((step) => knobOf(step) !== undefined);
  const lines = chain.map((step) => `- ${escapeMarkdown(reasonText(step))}${step.fact ? `  \n  _${escapeMarkdown(provenanceText(step.fact))}_` : ''}`);
  const cause = causeLines(finding);
  if (cause.length > 0) lines.push('', ...cause.map((line) => `- ${escapeMarkdown(line)}`));
  if (knobs.length > 0) lines.push('', ...knobs.map((knob) => `- ${escapeMarkdown(reasonText(knob))}`));
  return lines.join('\n');
}

/** Text of evidence may hold anything: it must not become markup. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}
