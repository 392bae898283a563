import { type Fact, doubtOf } from '../core/platform/fact.ts';
import type { Constraint } from '../core/platform/limits.ts';
import type { Reason } from '../core/platform/reason.ts';
import type { RuleId } from '../ids.ts';
import type { Finding, Headline, Severity, Span } from './finding.ts';

/** What a finding about a limit is made of. */
export interface LimitFinding {
  readonly ruleId: RuleId;
  readonly severity: Severity;
  readonly span: Span;
  readonly headline: Headline;
  /** How the request comes to what exceeds, before the limit's own reason. */
  readonly steps: readonly Reason[];
  readonly binding: Constraint;
  /** Other constraints that are exceeded too. */
  readonly others?: readonly Constraint[];
  /** What the driver can do, besides the constraint's knobs. */
  readonly options: readonly Reason[];
  /** Further facts that it rests on. */
  readonly also?: readonly Fact<unknown>[];
}

/** A finding that a constraint of the platform decides; what rests on an assumption is not stated as an error. */
export function limitFinding({ ruleId, severity, span, headline, steps, binding, others = [], options, also = [] }: LimitFinding): Finding {
  const evidence = [binding.fact, ...others.map((constraint) => constraint.fact), ...also];
  const knobs = [...binding.knobs];
  for (const option of options) if (!knobs.some(({ key }) => key === option.key)) knobs.push(option);
  return withDoubt({
    ruleId, severity, span, headline, evidence, confidence: 'certain',
    explain: [...steps, binding.because, ...others.map((constraint) => constraint.because), ...knobs],
  }, [binding.fact, ...also]);
}

/** Lowers a finding to what its facts bear. */
export function withDoubt(finding: Finding, facts: readonly Fact<unknown>[]): Finding {
  const doubt = facts.map(doubtOf).find((each) => each !== undefined);
  if (doubt === undefined) return finding;
  return { ...finding, severity: finding.severity === 'error' ? 'warning' : finding.severity, confidence: 'likely', doubt };
}
