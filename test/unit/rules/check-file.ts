import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import type { Platform } from '../../../src/core/platform/platform.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import { type CheckedSource, checkSource } from '../../../src/rules/check-source.ts';
import type { Finding } from '../../../src/rules/finding.ts';
import { limitsOf } from '../../../src/rules/platform-limits.ts';
import type { RulePolicy } from '../../../src/rules/rule-policy.ts';

export function platform(id: string): Platform {
  const found = builtInPlatform(id);
  if (!found) throw new Error(`no platform ${id}`);
  return found;
}

/** A file of a driver as the rules see it on a platform. */
export function checkText(parser: CParser, text: string, on: Platform, policy?: RulePolicy): CheckedSource {
  return checkSource(scanSource(parser, { path: 'driver.c', text, headers: new Map() }), text, limitsOf(on, policy));
}

/** Every finding of a file in the order of calls, then the others. */
export function findingsOf({ calls, others }: CheckedSource): Finding[] {
  return [...calls.flatMap(({ findings }) => findings), ...others];
}

/** Findings as `rule severity` without the room's name, those that a comment ignores in brackets. */
export function brief(source: CheckedSource): string[] {
  return findingsOf(source).map(({ ruleId, severity, suppressed }) => (suppressed ? `(${ruleId.slice(4)})` : `${ruleId.slice(4)} ${severity}`));
}

/** A function of a driver around statements. */
export const driver = (...statements: string[]): string => `static int probe(struct device *dev, struct priv *p)\n{\n${statements.map((line) => `\t${line}\n`).join('')}\treturn 0;\n}\n`;
