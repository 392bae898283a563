import type { Diagnostic } from 'vscode-languageserver-types';
import { rulePage } from '../ids.ts';
import { DIAGNOSTIC_SEVERITIES } from '../render/lsp-diagnostic.ts';
import type { Severity } from '../rules/finding.ts';
import { type RulePolicy, isRuleId, severityUnder } from '../rules/rule-policy.ts';

/**
 * A diagnostic as it is shown: with the severity that the user wants of its rule, and its code a link to the rule's page.
 * @param packageUri where this package lies; absent where the client cannot follow such links
 * @returns nothing where the rule is switched off
 */
export function presentDiagnostic(diagnostic: Diagnostic, policy: RulePolicy, packageUri: string | undefined): Diagnostic | undefined {
  const { code, severity = 1 } = diagnostic;
  if (typeof code !== 'string' || !isRuleId(code)) return diagnostic;
  const found = (Object.keys(DIAGNOSTIC_SEVERITIES) as Severity[]).find((name) => DIAGNOSTIC_SEVERITIES[name] === severity);
  const wanted = found === undefined ? undefined : severityUnder(policy, code, found);
  if (found !== undefined && wanted === undefined) return undefined;
  return {
    ...diagnostic, severity: wanted === undefined ? severity : DIAGNOSTIC_SEVERITIES[wanted],
    ...(packageUri === undefined ? {} : { codeDescription: { href: `${packageUri.replace(/\/$/, '')}/${rulePage(code)}` } }),
  };
}
