import { type PlacedCommandLine, commandLinesIn } from '../evidence/cmdline/boot-configuration.ts';
import { findOption, parseCommandLine } from '../evidence/cmdline/command-line.ts';
import type { OptionSuggestion } from '../rules/finding.ts';

/** A replacement in a boot configuration; offsets are UTF-16 units of its text. */
export interface BootOptionEdit {
  /** Name of the file, for a title. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** Settings that a person edits, the one to be preferred first; others stand for one boot of several. */
const EDITED = ['GRUB_CMDLINE_LINUX_XEN_REPLACE', 'GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT', 'GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT', 'GRUB_CMDLINE_XEN', 'GRUB_CMDLINE_XEN_DEFAULT', 'cmdline', 'extra', 'options', 'kernel', 'append', 'Append', 'APPEND', 'module2', 'module', 'linux', 'linuxefi', 'linux16', 'multiboot2', 'multiboot', ''] as const;
/** Of a domain's configuration: whoever has it open knows that the log is that domain's. */
const OF_A_DOMAIN: ReadonlySet<string> = new Set(['cmdline', 'extra']);

/**
 * Where a suggested option goes in a boot configuration: over the option's own value where it stands there, else behind the
 * last option of the first command line that the format names.
 * @param underXen whether the kernel that the option is for was loaded by Xen
 * @returns undefined where the file is none of a kind that is known, or has no such command line
 */
export function bootOptionEdit(uri: string, text: string, { of, option, value }: OptionSuggestion, underXen: boolean): BootOptionEdit | undefined {
  const [line] = commandLinesIn(uri, text)
    .filter((each) => each.of === of && !each.generated && rank(each) >= 0 && (!each.underXen || underXen || OF_A_DOMAIN.has(each.name)))
    // What holds under Xen alone comes before what holds without it as well.
    .sort((a, b) => Number(b.underXen) - Number(a.underXen) || rank(a) - rank(b));
  if (!line) return undefined;
  const name = decodeURIComponent(uri).split('/').at(-1) ?? uri;
  const found = findOption(parseCommandLine(line.text), option);
  if (found?.value === undefined) {
    return { name, offset: line.offset + line.text.length, length: 0, text: `${line.text === '' || /\s$/.test(line.text) ? '' : ' '}${option}=${value}` };
  }
  // The words behind the number (areas, force) are another matter and stay.
  const number = /^\w*/.exec(found.value)?.[0] ?? '';
  const isWord = /^[a-z]/i.test(number);
  return { name, offset: line.offset + found.valueOffset, length: isWord ? 0 : number.length, text: isWord ? `${value},` : value };
}

function rank({ name }: PlacedCommandLine): number {
  return EDITED.findIndex((edited) => edited === name);
}
