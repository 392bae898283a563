import { CodeActionKind, type CodeAction, type CodeActionContext } from 'vscode-languageserver-types';
import { RULES } from '../ids.ts';
import { findingMessage } from '../render/finding-text.ts';
import { fixText } from '../render/fix-text.ts';
import { lspRange } from '../render/lsp-diagnostic.ts';
import type { Finding } from '../rules/finding.ts';

/** A finding with the line, from 1, above which a comment would ignore it. */
export interface ActionableFinding {
  readonly finding: Finding;
  readonly firstLine: number;
}

/**
 * Edits for the findings given: what mends one and changes nothing else, then a comment that ignores it, whose reason the person
 * has to write.
 * @param text of the document
 */
export function findingActions(uri: string, text: string, findings: readonly ActionableFinding[], { only, diagnostics }: CodeActionContext): CodeAction[] {
  if (only && !only.some((kind) => CodeActionKind.QuickFix === kind || CodeActionKind.QuickFix.startsWith(`${kind}.`))) return [];
  const lines = text.split('\n');
  return findings.flatMap(({ finding, firstLine }): CodeAction[] => {
    const message = findingMessage(finding);
    const asked = diagnostics.filter((each) => each.code === finding.ruleId && each.message === message);
    const about = asked.length > 0 ? { diagnostics: asked } : {};
    const actions = (finding.fixes ?? []).map((fix): CodeAction => ({
      title: fixText(fix), kind: CodeActionKind.QuickFix, ...about, isPreferred: fix.kind !== 'cap-segment',
      edit: { changes: { [uri]: [{ range: lspRange(fix.span), newText: fix.text }] } },
    }));
    // A comment within a macro's lines would end the macro.
    if (finding.ruleId === RULES.suppression || /\\\r?$/.test(lines[firstLine - 2] ?? '')) return actions;
    const indent = /^[ \t]*/.exec(lines[firstLine - 1] ?? '')?.[0] ?? '';
    const start = { line: firstLine - 1, character: 0 };
    actions.push({
      title: `Ignore ${finding.ruleId} here`, kind: CodeActionKind.QuickFix, ...about,
      edit: { changes: { [uri]: [{ range: { start, end: start }, newText: `${indent}/* dma-aperture: ignore ${finding.ruleId} -- */\n` }] } },
    });
    return actions;
  });
}
