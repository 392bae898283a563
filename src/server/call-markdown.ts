import { type Fact, evidenceOf } from '../core/platform/fact.ts';
import type { Limit } from '../core/platform/limits.ts';
import type { Reason } from '../core/platform/reason.ts';
import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import { orderBytes, orderFor, pagesFor } from '../core/units/pages.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import type { SizeResult } from '../csource/evaluate/evaluate-size.ts';
import { amountText } from '../render/amount-text.ts';
import { escapeMarkdown, headlineText } from '../render/finding-text.ts';
import { evidenceLabel, provenanceText } from '../render/provenance-text.ts';
import { knobOf, reasonText } from '../render/reason-text.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import type { CheckedCall } from '../rules/check-source.ts';
import type { Finding } from '../rules/finding.ts';
import type { EditorLinks } from './editor-links.ts';

/** Steps beyond these are counted, not shown: a hover is read at a glance. */
const MOST_STEPS = 12;

/**
 * All that is known of one call: its size in every unit, the arithmetic with each name a link to its definition, the limit with
 * the fact behind it, and the rules that it breaks.
 */
export function callMarkdown({ call, findings: all }: CheckedCall, limits: PlatformLimits, links: EditorLinks): string {
  const { size } = call;
  const findings = all.filter(({ suppressed }) => !suppressed);
  const limit = limitFor(call, limits);
  const parts = [sizeMarkdown(call)];
  // The verdict first: a hover shows a few lines before it has to be scrolled.
  if (findings.length > 0) parts.push(...findings.map((finding) => headlineMarkdown(finding, links)));
  else if (limit) parts.push(limitSentence(call, limit));
  const steps = stepsMarkdown(size, links);
  if (size.kind !== 'exact' || steps === '') parts.push(escapeMarkdown(size.why));
  if (steps !== '') parts.push(steps);
  const reasons = findings.length > 0 ? findings.flatMap(({ explain }) => explain) : limit?.binding ? [limit.binding.because] : [];
  if (reasons.length > 0) parts.push('---', reasonsMarkdown(reasons, links));
  const explain = links.explain(call.line, call.column);
  parts.push([`_${escapeMarkdown(limits.platform.label)}_`, ...(explain === undefined ? [] : [`[Explain in the panel](${explain})`])].join(' · '));
  return parts.join('\n\n');
}

/** The limit that a call is held against; undefined for calls that no limit is known of. */
export function limitFor({ family, unit }: DmaCall, limits: PlatformLimits): Limit | undefined {
  if (unit !== 'bytes') return undefined;
  if (family === 'coherent') return limits.coherent;
  return family === 'streaming' ? limits.streaming : undefined;
}

/** The arithmetic of a size as a list, each name a link to where it is defined; its result stands elsewhere. */
export function stepsMarkdown(size: SizeResult, links: EditorLinks): string {
  const last = size.steps.at(-1);
  const steps = size.kind === 'exact' && last && !last.at && last.value === String(size.bytes) ? size.steps.slice(0, -1) : size.steps;
  const lines = steps.slice(0, MOST_STEPS).map((step) => {
    const named = /^(\w+) = ([^]*)$/.exec(step.text);
    const name = code(named?.[1] ?? step.text);
    const rest = named?.[2] ?? '';
    const place = step.at && links.place(step.at.path, step.at.line, step.at.column);
    const shown = place === undefined ? name : `[${name}](${place})`;
    const value = step.value === undefined || rest === step.value ? '' : ` = ${groupDigits(BigInt(step.value))}`;
    const where = step.at ? ` — ${escapeMarkdown(`${step.at.path.split('/').at(-1) ?? ''}:${step.at.line}`)}` : '';
    return `- ${shown}${rest === '' ? '' : ` = ${code(rest)}`}${value}${where}`;
  });
  if (steps.length > MOST_STEPS) lines.push(`- and ${steps.length - MOST_STEPS} more`);
  return lines.join('\n');
}

function sizeMarkdown(call: DmaCall): string {
  const { size } = call;
  const text = call.sizeText.replace(/\s+/g, ' ').trim();
  const shown = text === '' ? escapeMarkdown(call.api) : code(text);
  if (size.kind === 'unknown') return `**${shown}: size not established**`;
  if (size.kind === 'bounded') {
    const ends = [size.min === undefined || size.min === 0 ? '' : `at least ${amountText(size.exactly?.min ?? size.min, call.unit, formatBytesExact)}`, size.max === undefined ? '' : `at most ${unitsOf(call, size.max)}`];
    return `**${shown}**: ${ends.filter((end) => end !== '').join(', ')}`;
  }
  if (call.unit !== 'bytes') return `**${shown} = ${unitsOf(call, size.bytes)}**`;
  const asks = call.allocation?.kind === 'exact' ? ` · the pool asks for ${formatBytesExact(call.allocation.bytes)} at a time` : '';
  return `**${shown} = ${formatBytes(size.bytes)}** · ${unitsOf(call, size.bytes, false)}${asks}`;
}

/** Bytes, pages and, for what has to be one block, the order. */
function unitsOf({ family, unit, size }: DmaCall, bytes: number, first = true): string {
  if (unit !== 'bytes') return amountText((size.kind === 'unknown' ? undefined : size.exactly?.max) ?? bytes, unit);
  const parts = [first ? formatBytesExact(bytes) : `${groupDigits(bytes)} B`];
  if (bytes > 0) {
    const pages = pagesFor(bytes);
    parts.push(`${groupDigits(pages)} page${pages === 1 ? '' : 's'}`);
    if (family === 'coherent') parts.push(`order ${orderFor(bytes)}${orderBytes(orderFor(bytes)) === bytes ? '' : ` (a block of ${formatBytes(orderBytes(orderFor(bytes)))})`}`);
    if (family === 'streaming') parts.push(`${groupDigits(Math.ceil(bytes / 2048))} slot${bytes <= 2048 ? '' : 's'} if it bounces`);
  }
  return parts.join(' · ');
}

function limitSentence({ size }: DmaCall, limit: Limit): string {
  if (!limit.binding) return 'No limit of this platform is known for it.';
  const largest = size.kind === 'exact' ? size.bytes : size.kind === 'bounded' ? size.max : undefined;
  const verdict = largest !== undefined && largest <= limit.bytes ? 'Within the limit' : 'Limit';
  return `${verdict}: ${formatBytes(limit.bytes)}${limit.applies === 'when-bounced' ? ' where it must bounce' : ''}`;
}

function headlineMarkdown({ severity, headline, ruleId, doubt }: Finding, links: EditorLinks): string {
  const name = { error: 'Error', warning: 'Warning', information: 'Information' }[severity];
  const rule = links.rule(ruleId);
  const lines = [`**${name}**: ${escapeMarkdown(headlineText(headline))} — ${rule === undefined ? escapeMarkdown(ruleId) : `[${escapeMarkdown(ruleId)}](${rule})`}`];
  if (doubt !== undefined) lines.push(`Not certain: ${escapeMarkdown(doubt)}`);
  return lines.join('  \n');
}

/** Reasons with their facts, then what would help and what would not; each once. */
function reasonsMarkdown(reasons: readonly Reason[], links: EditorLinks): string {
  const chain = reasons.filter((step) => knobOf(step) === undefined);
  const knobs = reasons.filter((step) => knobOf(step) !== undefined);
  return [...new Set([...chain, ...knobs].map((step) => reasonLine(step, links)))].join('\n');
}

/** A reason with the fact behind it: a link to the line that says so, else the source of the default. */
function reasonLine(step: Reason, links: EditorLinks): string {
  const text = escapeMarkdown(reasonText(step));
  return step.fact ? `- ${text}  \n  ${factMarkdown(step.fact, links)}` : `- ${text}`;
}

function factMarkdown(fact: Fact<unknown>, links: EditorLinks): string {
  const places = evidenceOf(fact).flatMap((evidence) => {
    const place = evidence.kind === 'built-in' || evidence.kind === 'setting' ? undefined : links.place(evidence.uri, evidence.line, evidence.column);
    return place === undefined ? [] : [`[${escapeMarkdown(evidenceLabel(evidence))}](${place})`];
  });
  return places.length === 0 ? `_${escapeMarkdown(provenanceText(fact))}_` : [...new Set(places)].join(', ');
}

/** Text of a program between backticks; those it has itself become quotes. */
function code(text: string): string {
  return `\`${text.replaceAll('`', '\'').replace(/\s+/g, ' ').trim()}\``;
}
