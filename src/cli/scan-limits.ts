import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import type { RuleId } from '../ids.ts';
import type { Severity } from '../rules/finding.ts';
import { type PlatformLimits, limitsOf } from '../rules/platform-limits.ts';
import { type RulePolicy, isRuleId } from '../rules/rule-policy.ts';
import { InputError } from './input-error.ts';
import { type PlatformValues, platformFromOptions } from './platform-options.ts';
import { readConfigInput } from './read-input.ts';

/** Options that say what is wanted of rules. */
export const RULE_OPTIONS = { rule: { type: 'string', multiple: true } } as const;

export interface ScanValues extends PlatformValues {
  readonly rule?: readonly string[] | undefined;
}

const LEVELS: ReadonlySet<string> = new Set(['error', 'warning', 'information', 'off']);

/**
 * What the options check calls against.
 * @throws InputError naming the option and what was expected
 */
export function limitsFromOptions(values: ScanValues): PlatformLimits {
  return limitsOf(platformFromOptions(values), policyOf(values.rule ?? []));
}

function policyOf(options: readonly string[]): RulePolicy {
  const policy = new Map<RuleId, Severity | 'off'>();
  for (const option of options) {
    const at = option.lastIndexOf('=');
    const [rule, level] = [option.slice(0, at), option.slice(at + 1)];
    if (at < 0 || !isRuleId(rule) || !isLevel(level)) throw new InputError(`--rule ${option}: expected the id of a rule and a level, such as dma/order-rounding-waste=off (error, warning, information, off)`);
    policy.set(rule, level);
  }
  return policy;
}

function isLevel(text: string): text is Severity | 'off' {
  return LEVELS.has(text);
}

/** The configuration that decides `#if`; undefined without `--config`. */
export function configOf(values: PlatformValues): ReadonlyMap<string, string> | undefined {
  if (values.config === undefined) return undefined;
  const { facts } = readKconfig(readConfigInput(values.config), values.config);
  return facts.config && new Map([...facts.config].map(([symbol, fact]) => [symbol, fact.value]));
}
