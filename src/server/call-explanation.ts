import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import type { EvalStep } from '../csource/evaluate/evaluate-size.ts';
import { amountText } from '../render/amount-text.ts';
import type { ExplainLine, PanelCall } from '../protocol/panel-state.ts';
import { headlineText } from '../render/finding-text.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import type { CheckedCall } from '../rules/check-source.ts';
import { limitFor } from './call-markdown.ts';
import { explainLine } from './panel-state-of.ts';

/** Why a call can or cannot be served, for the panel: its arithmetic, then the limit with its facts, then what helps. */
export function callExplanation(uri: string, { call, findings }: CheckedCall, limits: PlatformLimits): PanelCall {
  const { size } = call;
  const limit = limitFor(call, limits);
  const binding = limit?.binding;
  // What surrounds the call says nothing of its size.
  const ofSize = findings.filter(({ headline, suppressed }) => headline.key !== 'seen' && !suppressed);
  const [finding] = ofSize;
  const reasons = finding ? finding.explain : binding ? [binding.because, ...binding.knobs] : [];
  return {
    name: call.api,
    text: finding ? headlineText(finding.headline) : sizeSentence(call) + (limit && binding ? `; this platform gives at most ${formatBytes(limit.bytes)}${limit.applies === 'when-bounced' ? ' where it must bounce' : ''}` : ''),
    over: ofSize.some(({ severity }) => severity !== 'information'),
    from: { label: `${nameOf(uri)}:${call.line}`, uri, line: call.line, column: call.column },
    explain: [...size.steps.map(stepLine), ...(size.kind === 'exact' ? [] : [{ text: size.why }]), ...reasons.map(explainLine)],
  };
}

function sizeSentence({ sizeText: text, size, unit }: CheckedCall['call']): string {
  const shown = text.replace(/\s+/g, ' ').trim();
  if (size.kind === 'exact') return `${shown} = ${amountText(size.exactly?.max ?? size.bytes, unit, formatBytesExact)}`;
  if (size.kind === 'bounded' && size.max !== undefined) return `${shown} is at most ${amountText(size.exactly?.max ?? size.max, unit, formatBytesExact)}`;
  return `${shown}: size not established`;
}

function stepLine({ text, value, at }: EvalStep): ExplainLine {
  const shown = text.replace(/\s+/g, ' ').trim();
  return {
    text: value === undefined || shown.endsWith(`= ${value}`) ? shown : `${shown} = ${groupDigits(BigInt(value))}`,
    ...(at && /^[a-z][\w+.-]+:/i.test(at.path) ? { from: { label: `${nameOf(at.path)}:${at.line}`, uri: at.path, line: at.line, column: at.column } } : {}),
  };
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? uri);
}
