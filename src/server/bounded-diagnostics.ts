import type { Diagnostic } from 'vscode-languageserver-types';
import { groupDigits } from '../core/units/bytes.ts';
import { DIAGNOSTIC_SOURCE } from '../ids.ts';
import { DIAGNOSTIC_SEVERITIES, lspDiagnostic, lspRange } from '../render/lsp-diagnostic.ts';
import type { Finding } from '../rules/finding.ts';

/** VS Code shows no more of one file (workbench/api/common/extHostDiagnostics.ts: _maxDiagnosticsPerFile). */
const MOST = 1000;

/** What was found in a document, in order: of more than an editor shows the gravest, and a word of how many are left out, at the first of them. */
export function boundedDiagnostics(findings: readonly Finding[]): Diagnostic[] {
  if (findings.length <= MOST) return findings.map(lspDiagnostic);
  const gravest = [...findings].sort((a, b) => DIAGNOSTIC_SEVERITIES[a.severity] - DIAGNOSTIC_SEVERITIES[b.severity]);
  const shown = new Set(gravest.slice(0, MOST - 1));
  const [first] = findings.filter((finding) => !shown.has(finding));
  return findings.flatMap((finding): Diagnostic[] => {
    if (shown.has(finding)) return [lspDiagnostic(finding)];
    if (finding !== first) return [];
    const message = `${groupDigits(findings.length - shown.size)} findings are not shown, of which this is the first: an editor shows ${groupDigits(MOST)} of a file. The gravest are shown; \`dma-aperture log\` tells all.`;
    return [{ range: lspRange(finding.span), severity: DIAGNOSTIC_SEVERITIES.information, source: DIAGNOSTIC_SOURCE, message }];
  });
}
