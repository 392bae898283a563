import type { Recogniser } from '../evidence/log/recogniser.ts';
import { CATALOGUE } from '../rules/catalogue.ts';
import { RULES, type RuleId } from '../ids.ts';

const FAMILIES: readonly (readonly [Recogniser['family'], string])[] = [
  ['banner', 'Who booted'], ['command-line', 'Command lines'], ['swiotlb', 'The aperture of mainline kernels'], ['swiotlb-xenlinux', 'The aperture of XenLinux kernels'], ['failure', 'Failures'],
  ['e820', 'Memory maps'], ['xen', 'Xen'], ['iommu', 'IOMMU'], ['encryption', 'Memory encryption'], ['memory', 'Memory'], ['machine', 'The machine'], ['driver', 'Drivers'],
];
const SPEAKERS: Readonly<Record<Recogniser['speaker'], string>> = { linux: 'Linux', xen: 'Xen', either: 'Linux or Xen' };

/** docs/log-lines.md: every line format that is read, its era, what it says, and what the rules conclude. */
export function logLinesPage(table: readonly Recogniser[]): string {
  const lines = [
    '# Log lines', '',
    'Made from the table of recognisers by `npm run docs:log-lines`; do not edit. `%…` are the fields, as in the format strings of the kernel and of Xen.', '',
  ];
  for (const [family, title] of FAMILIES) {
    const recognisers = table.filter((recogniser) => recogniser.family === family);
    if (recognisers.length === 0) continue;
    lines.push(`## ${title}`, '');
    for (const recogniser of recognisers) lines.push(...entry(recogniser), '');
  }
  lines.push('## What is concluded', '', '| Rule | Finds | What helps |', '|---|---|---|');
  for (const [id, { summary, help }] of CATALOGUE) if (isOfLogs(id)) lines.push(`| \`${id}\` | ${cell(summary)} | ${cell(help)} |`);
  return `${lines.join('\n')}\n`;
}

function entry({ id, formats, era, says, speaker, after, unframed }: Recogniser): string[] {
  const where = [`Printed by ${SPEAKERS[speaker]}`, era];
  if (after) where.push(`read within ${after.lines} lines behind its heading`);
  if (unframed === true) where.push('also read without a prefix');
  return [`### ${id}`, '', '```', ...formats, '```', '', says, '', `${where.join('. ').replace(/\.+$/, '')}.`];
}

function isOfLogs(id: RuleId): boolean {
  return id === RULES.commandLineOption || Object.entries(RULES).some(([name, rule]) => rule === id && name.startsWith('log'));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
