import { CodeActionKind, type CodeAction, type CodeActionContext } from 'vscode-languageserver-types';
import { COMMANDS } from '../ids.ts';
import { lspDiagnostic } from '../render/lsp-diagnostic.ts';
import type { CheckedCall } from '../rules/check-source.ts';

/**
 * What can be done about the DMA calls that a range touches: the explanation in the panel.
 * @param commands whether the client has the extension's own commands
 */
export function callActions(uri: string, calls: readonly CheckedCall[], { only, diagnostics }: CodeActionContext, commands: boolean): CodeAction[] {
  const wanted = (kind: string): boolean => !only || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const actions: CodeAction[] = [];
  for (const { call, findings: all } of calls) {
    const findings = all.filter(({ suppressed }) => !suppressed);
    const about = findings.map(lspDiagnostic);
    const asked = diagnostics.filter(({ code, message }) => about.some((each) => each.code === code && each.message === message));
    if (findings.length > 0 && commands && wanted(CodeActionKind.QuickFix)) {
      const title = `Explain ${call.api} in the panel`;
      actions.push({
        title, kind: CodeActionKind.QuickFix, ...(asked.length > 0 ? { diagnostics: asked } : {}),
        command: { title, command: COMMANDS.explainCall, arguments: [uri, call.line, call.column] },
      });
    }
  }
  return actions;
}
