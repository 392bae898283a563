import { RULES, type RuleId } from '../ids.ts';
import type { Severity } from './finding.ts';

/** What a user wants of rules: another severity, or nothing of it. Rules that are not named keep what each finding says. */
export type RulePolicy = ReadonlyMap<RuleId, Severity | 'off'>;

export const NO_POLICY: RulePolicy = new Map();

const KNOWN: ReadonlySet<string> = new Set<string>(Object.values(RULES));

/** Whether a text is the id of a rule. */
export function isRuleId(text: string): text is RuleId {
  return KNOWN.has(text);
}

/** The policy that a setting states; ids that are no rule are passed over. */
export function policyOf(levels: Readonly<Record<string, Severity | 'off'>>): RulePolicy {
  return new Map(Object.entries(levels).filter((entry): entry is [RuleId, Severity | 'off'] => isRuleId(entry[0])));
}

/** The severity under a policy; undefined where the rule is off. */
export function severityUnder(policy: RulePolicy, ruleId: RuleId, severity: Severity): Severity | undefined {
  const wanted = policy.get(ruleId);
  return wanted === 'off' ? undefined : wanted ?? severity;
}
