import { RULES, type RuleId } from '../ids.ts';
import type { Finding, SuppressionProblem } from './finding.ts';
import type { LineIndex } from './line-index.ts';
import { isRuleId } from './rule-policy.ts';

/** One rule that a comment ignores. Offsets are those of the comment. */
interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly start: number;
  readonly end: number;
  /** The line that the comment ends on. */
  readonly line: number;
}

const COMMENT = /(?:\/\*+|\/\/)[ \t]{0,20}dma-aperture:[ \t]{0,20}ignore\b([^\n]{0,400}?)(?:\*\/|(?=\r?\n|$(?![\s\S])))/g;

/** A finding with the lines that it belongs to: those of its call. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Findings of a file with what its comments make of them. */
export interface Suppressed {
  /** In the order given; an ignored one carries why. */
  readonly findings: readonly Finding[];
  /** What is wrong with the comments. */
  readonly problems: readonly Finding[];
}

/**
 * Applies the comments `dma-aperture: ignore dma/rule -- reason` of a file: each ignores the findings of its rules on its line and on
 * the next. One without a reason does so too, and is reported.
 * @param everFound whether a rule finds anything at the line of a comment on any platform: only where not, the comment can go
 */
export function applySuppressions(placed: readonly PlacedFinding[], text: string, lines: LineIndex, everFound: (rule: RuleId, line: number) => boolean): Suppressed {
  const comments = text.includes('dma-aperture:') ? readComments(text, lines) : [];
  if (comments.length === 0) return { findings: placed.map(({ finding }) => finding), problems: [] };
  const used = new Set<Suppression>();
  const findings = placed.map(({ finding, firstLine, lastLine }): Finding => {
    const by = comments.find(({ rule, line }) => rule === finding.ruleId && covers(line, firstLine, lastLine));
    if (!by) return finding;
    used.add(by);
    return { ...finding, suppressed: { kind: 'comment', reason: by.reason } };
  });
  const problems = comments.flatMap((comment): Finding[] => {
    const problem = problemOf(comment, used.has(comment), everFound);
    return problem === undefined ? [] : [problemFinding(comment, problem, lines, text)];
  });
  return { findings, problems };
}

/** Whether a comment of a line belongs to what stands on the lines given. */
export function covers(line: number, firstLine: number, lastLine: number): boolean {
  return (line >= firstLine && line <= lastLine) || line + 1 === firstLine;
}

function readComments(text: string, lines: LineIndex): Suppression[] {
  const found: Suppression[] = [];
  for (const match of text.matchAll(COMMENT)) {
    const [whole, rest = ''] = match;
    const dash = rest.indexOf('--');
    const names = (dash < 0 ? rest : rest.slice(0, dash)).split(/[\s,]+/).filter((name) => name !== '');
    const reason = dash < 0 ? '' : rest.slice(dash + 2).trim();
    const end = match.index + whole.length;
    const { line } = lines.at(end);
    for (const rule of names.length > 0 ? names : ['']) found.push({ rule, reason, start: match.index, end, line });
  }
  return found;
}

function problemOf({ rule, reason, line }: Suppression, used: boolean, everFound: (rule: RuleId, line: number) => boolean): SuppressionProblem | undefined {
  if (rule === '') return 'no-rule';
  if (!isRuleId(rule)) return 'unknown-rule';
  if (reason === '') return 'no-reason';
  return used || everFound(rule, line) ? undefined : 'not-needed';
}

function problemFinding({ rule, start, end }: Suppression, problem: SuppressionProblem, lines: LineIndex, text: string): Finding {
  return {
    ruleId: RULES.suppression, severity: problem === 'not-needed' ? 'information' : 'warning', span: lines.span(start, end), confidence: 'certain',
    headline: { key: 'suppression', problem, rule }, explain: [], evidence: [],
    ...(problem === 'not-needed' ? { fixes: [{ kind: 'remove-suppression' as const, span: removal(start, end, lines, text), text: '' }] } : {}),
  };
}

/** A comment alone on its line goes with the line. */
function removal(start: number, end: number, lines: LineIndex, text: string): Finding['span'] {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  const alone = text.slice(from, start).trim() === '' && text.slice(end, to < 0 ? text.length : to).trim() === '';
  if (alone) return lines.span(from, to < 0 ? text.length : to + 1);
  return lines.span(start - (/[ \t]*$/.exec(text.slice(from, start))?.[0].length ?? 0), end);
}
