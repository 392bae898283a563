import type { OptionSuggestion } from '../rules/finding.ts';

/** A replacement in a boot configuration; offsets are UTF-16 units of its text. */
export interface BootOptionEdit {
  /** Name of the file, for a title. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What holds a command line, by the name of the file: the text before the options, and what ends them. */
interface Format {
  readonly file: RegExp;
  readonly linux: readonly RegExp[];
  /** Command lines that take the place of those of `linux` where Xen boots. */
  readonly linuxUnderXen?: readonly RegExp[];
  readonly xen: readonly RegExp[];
}

const FORMATS: readonly Format[] = [
  {
    // grub-mkconfig's defaults; GRUB_CMDLINE_LINUX_XEN_REPLACE takes the place of GRUB_CMDLINE_LINUX where Xen boots.
    file: /(?:^|\/)(?:grub|grub\.d\/[^/]+\.cfg)$/,
    linuxUnderXen: [/^[ \t]*GRUB_CMDLINE_LINUX_XEN_REPLACE=(["'])(.*?)\1/m, /^[ \t]*GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT=(["'])(.*?)\1/m],
    linux: [/^[ \t]*GRUB_CMDLINE_LINUX=(["'])(.*?)\1/m, /^[ \t]*GRUB_CMDLINE_LINUX_DEFAULT=(["'])(.*?)\1/m],
    xen: [/^[ \t]*GRUB_CMDLINE_XEN=(["'])(.*?)\1/m, /^[ \t]*GRUB_CMDLINE_XEN_DEFAULT=(["'])(.*?)\1/m],
  },
  // A domain's configuration for xl: `extra` is appended to `root`, `cmdline` stands for both.
  { file: /(?:^|\/)(?:etc\/xen\/[^/]+|[^/]+\.(?:xl|cfg))$/, linux: [/^[ \t]*cmdline[ \t]*=[ \t]*(["'])(.*?)\1/m, /^[ \t]*extra[ \t]*=[ \t]*(["'])(.*?)\1/m], xen: [] },
  { file: /(?:^|\/)(?:extlinux|syslinux|isolinux)\.conf$/, linux: [/^[ \t]*append[ \t]+()((?:(?! --- ).)*?)[ \t]*$/im], xen: [] },
];

/**
 * Where a suggested option goes in a boot configuration: over the option's own value where it stands there, else behind the
 * last option of the first command line that the format names.
 * @param underXen whether the kernel that the option is for runs on Xen
 * @returns undefined where the file is none of a kind that is known, or has no such command line
 */
export function bootOptionEdit(uri: string, text: string, { of, option, value }: OptionSuggestion, underXen: boolean): BootOptionEdit | undefined {
  const path = decodeURIComponent(uri);
  const format = FORMATS.find(({ file }) => file.test(path));
  if (!format) return undefined;
  const name = path.split('/').at(-1) ?? path;
  for (const pattern of of === 'linux' && underXen ? [...(format.linuxUnderXen ?? []), ...format.linux] : format[of]) {
    const match = pattern.exec(text);
    if (!match) continue;
    const options = match[2] ?? '';
    // A quotation mark within the options: where they end is the shell's affair.
    if (options.includes('\\')) continue;
    const end = match.index + match[0].length - (match[1] === '' ? /[ \t]*$/.exec(match[0])?.[0].length ?? 0 : 1);
    const start = end - options.length;
    const present = new RegExp(`(?<=^|\\s)${option.replaceAll('-', '\\-')}=(\\S*)`).exec(options);
    if (present) {
      // The words behind the number (areas, force) are another matter and stay.
      const number = /^\w*/.exec(present[1] ?? '')?.[0] ?? '';
      const offset = start + present.index + option.length + 1;
      const isWord = /^[a-z]/i.test(number);
      return { name, offset, length: isWord ? 0 : number.length, text: isWord ? `${value},` : value };
    }
    return { name, offset: end, length: 0, text: `${options === '' || /\s$/.test(options) ? '' : ' '}${option}=${value}` };
  }
  return undefined;
}
