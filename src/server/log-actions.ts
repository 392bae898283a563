import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, Diagnostic, Range } from 'vscode-languageserver-types';
import { formatBytes } from '../core/units/bytes.ts';
import { INTERNAL_COMMANDS } from '../ids.ts';
import { causeLines, findingMessage, headlineText } from '../render/finding-text.ts';
import { lspDiagnostic, lspRange } from '../render/lsp-diagnostic.ts';
import { knobOf, reasonText } from '../render/reason-text.ts';
import type { Finding, OptionSuggestion } from '../rules/finding.ts';
import type { LogDocument } from './log-document.ts';
import { bootOptionEdit } from './boot-option-edit.ts';

/**
 * What can be done about the failures in a range of a log: the option that helps, to be copied or put into an open boot
 * configuration, and the explanation as text. The option is there only where the rules say that a larger aperture helps.
 * @param open the other documents that are open, boot configurations perhaps among them
 * @param copies whether the client knows the commands that copy, and that show a driver's calls
 */
export function logActions({ findings, reading }: LogDocument, range: Range, asked: readonly Diagnostic[], open: readonly TextDocument[], copies: boolean): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const finding of findings) {
    const place = lspRange(finding.span);
    if (place.end.line < range.start.line || place.start.line > range.end.line || finding.severity === 'information') continue;
    const message = findingMessage(finding);
    const diagnostics = asked.filter((each) => each.code === finding.ruleId && each.message === message);
    const about = { kind: 'quickfix', diagnostics: diagnostics.length > 0 ? diagnostics : [lspDiagnostic(finding)] } as const;
    if (finding.suggestion) actions.push(...suggestionActions(finding.suggestion, about, open, copies, reading.facts.environment.some((name) => LOADED_BY_XEN.has(name))));
    const driver = driverOf(finding, reading);
    if (copies && driver !== undefined) {
      const title = `Find the DMA calls of ${driver} in the workspace`;
      const { start } = place;
      actions.push({ ...about, title, command: { title, command: INTERNAL_COMMANDS.findDriverCalls, arguments: [reading.uri, start.line + 1, start.character + 1] } });
    }
    const title = 'Copy explanation';
    if (copies) actions.push({ ...about, title, command: { title, command: INTERNAL_COMMANDS.copyText, arguments: [explanationText(finding)] } });
  }
  return actions;
}

/** Where Linux is a PV domain, dom0, or a domain on Arm: HVM guests have a boot loader of their own. */
const LOADED_BY_XEN: ReadonlySet<string> = new Set(['xen-dom0', 'xen-pv', 'xen']);

function suggestionActions(suggestion: OptionSuggestion, about: Pick<CodeAction, 'kind' | 'diagnostics'>, open: readonly TextDocument[], copies: boolean, underXen: boolean): CodeAction[] {
  const text = `${suggestion.option}=${suggestion.value}`;
  const title = `Copy \`${text}\` (an aperture of ${formatBytes(suggestion.bytes)})`;
  const actions: CodeAction[] = copies ? [{ ...about, title, isPreferred: true, command: { title, command: INTERNAL_COMMANDS.copyText, arguments: [text] } }] : [];
  for (const document of open) {
    const edit = bootOptionEdit(document.uri, document.getText(), suggestion, underXen);
    if (!edit) continue;
    const range = { start: document.positionAt(edit.offset), end: document.positionAt(edit.offset + edit.length) };
    actions.push({
      ...about, title: `Put \`${text}\` into ${edit.name}`,
      edit: { changes: { [document.uri]: [{ range, newText: edit.text }] } },
    });
  }
  return actions;
}

/** A bus stands for the driver of a device that has none: nothing in a workspace registers by that name. */
const BUSES: ReadonlySet<string> = new Set(['pci', 'platform', 'usb', 'virtio', 'scsi']);

function driverOf({ span }: Finding, { items }: LogDocument['reading']): string | undefined {
  const item = items.find(({ kind, line, column }) => kind === 'failure' && line === span.line && column === span.column);
  return item?.kind === 'failure' && item.driver !== null && !BUSES.has(item.driver) ? item.driver : undefined;
}

/** A finding with its argument as plain text, for a mail or a bug report. */
function explanationText(finding: Finding): string {
  const chain = finding.explain.filter((step) => knobOf(step) === undefined);
  const knobs = finding.explain.filter((step) => knobOf(step) !== undefined);
  return [
    headlineText(finding.headline), `Line ${finding.span.line}`, ...chain.map((step) => `- ${reasonText(step)}`),
    ...causeLines(finding).map((line) => `- ${line}`), ...knobs.map((step) => `- ${reasonText(step)}`),
    ...(finding.doubt === undefined ? [] : [`Not certain: ${finding.doubt}`]), '',
  ].join('\n');
}
