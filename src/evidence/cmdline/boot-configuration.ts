/** A command line as a file sets it. */
export interface PlacedCommandLine {
  readonly of: 'linux' | 'xen';
  /** The options as written; `offset` is where they begin in the file, in UTF-16 units. */
  readonly text: string;
  readonly offset: number;
  /** Whether the file says that this line holds where Xen boots. */
  readonly underXen: boolean;
  /** The setting's name, as the file has it. */
  readonly name: string;
}

interface Setting {
  readonly of: 'linux' | 'xen';
  readonly underXen?: boolean;
  /** Matches a line of the file: the setting's name, and the options last. */
  readonly pattern: RegExp;
}

interface Format {
  readonly file: RegExp;
  readonly settings: readonly Setting[];
}

const LONGEST_LINE = 8192;

// Names in capitals are variables of GRUB's shell scripts; `module` lines of its menu load what Xen boots.
const GRUB_DEFAULTS: Format = {
  file: /(?:^|\/)(?:grub|grub\.d\/[^/]{1,120}\.cfg)$/,
  settings: [
    { of: 'linux', underXen: true, pattern: /^[ \t]{0,8}(?:export )?(GRUB_CMDLINE_LINUX_XEN_REPLACE(?:_DEFAULT)?)=(["']?)(.*)$/ },
    { of: 'linux', pattern: /^[ \t]{0,8}(?:export )?(GRUB_CMDLINE_LINUX(?:_DEFAULT|_RECOVERY)?)=(["']?)(.*)$/ },
    { of: 'xen', pattern: /^[ \t]{0,8}(?:export )?(GRUB_CMDLINE_XEN(?:_DEFAULT)?)=(["']?)(.*)$/ },
  ],
};
const GRUB_MENU: Format = {
  file: /(?:^|\/)(?:grub2?|custom)\.cfg$/,
  settings: [
    { of: 'xen', pattern: /^[ \t]{0,16}(multiboot2?)[ \t]{1,8}\S{0,200}xen\S{0,200}[ \t]{1,8}()(.*)$/ },
    { of: 'linux', underXen: true, pattern: /^[ \t]{0,16}(module2?)[ \t]{1,8}(?:--nounzip[ \t]{1,8})?\S{0,200}(?:vmlinu|[Ii]mage|kernel)\S{0,200}[ \t]{1,8}()(.*)$/ },
    { of: 'linux', pattern: /^[ \t]{0,16}(linux(?:efi|16)?)[ \t]{1,8}\S{1,400}[ \t]{1,8}()(.*)$/ },
  ],
};
const SYSLINUX: Format = {
  file: /(?:^|\/)(?:extlinux|syslinux|isolinux)\.conf$|(?:^|\/)pxelinux\.cfg\/[^/]{1,120}$/,
  settings: [{ of: 'linux', pattern: /^[ \t]{0,16}([Aa]ppend|APPEND)[ \t]{1,8}()(.*)$/ }],
};
const LOADER_ENTRY: Format = { file: /(?:^|\/)loader\/entries\/[^/]{1,120}\.conf$/, settings: [{ of: 'linux', pattern: /^(options)[ \t]{1,16}()(.*)$/ }] };
const KERNEL_CMDLINE: Format = { file: /(?:^|\/)(?:kernel\/cmdline|cmdline\.txt|kernel\/cmdline\.d\/[^/]{1,120}\.conf)$/, settings: [{ of: 'linux', pattern: /^()()([^#].*)$/ }] };
// xen.efi's own configuration.
const XEN_EFI: Format = {
  file: /(?:^|\/)xen[^/]{0,60}\.cfg$/,
  settings: [
    { of: 'xen', pattern: /^[ \t]{0,8}(options)[ \t]{0,8}=[ \t]{0,8}()(.*)$/ },
    { of: 'linux', underXen: true, pattern: /^[ \t]{0,8}(kernel)[ \t]{0,8}=[ \t]{0,8}\S{1,400}[ \t]{1,8}()(.*)$/ },
  ],
};
// A domain's configuration for xl: `extra` is appended to `root`, `cmdline` stands for both.
const XL_DOMAIN: Format = {
  file: /(?:^|\/)(?:etc\/xen\/[^/]{1,120}|[^/]{1,120}\.(?:xl|cfg|hvm|pvlinux))$/,
  settings: [{ of: 'linux', underXen: true, pattern: /^[ \t]{0,8}(cmdline|extra)[ \t]{0,8}=[ \t]{0,8}(["'])(.*)$/ }],
};
const KCONFIG: Format = { file: /(?:^|\/)(?:\.config(?:\.old)?|config-[^/]{1,80}|[^/]{1,80}_defconfig)$/, settings: [{ of: 'linux', pattern: /^(CONFIG_CMDLINE)=(")(.*)$/ }] };
// Makefiles and scripts that start an emulator or pack an image.
const MAKEFILE: Format = {
  file: /(?:^|\/)(?:GNUm|[Mm])akefile$|\.mk$|\/run[\w-]{0,40}\.sh$/,
  settings: [
    { of: 'linux', pattern: /^[^#]{0,400}?(-append)[ \t]{1,8}(["'])(.*)$/ },
    { of: 'xen', pattern: /^[ \t]{0,16}(?:export )?(\w{0,40}XEN_(?:CMDLINE|BOOTARGS|ARGS|OPTIONS)\w{0,40})[ \t]{0,8}[:+?]?=[ \t]{0,8}(["']?)(.*)$/ },
    { of: 'linux', pattern: /^[ \t]{0,16}(?:export )?(\w{0,40}(?:CMDLINE|BOOTARGS|KERNEL_ARGS|KERNEL_OPTIONS)\w{0,40})[ \t]{0,8}[:+?]?=[ \t]{0,8}(["']?)(.*)$/ },
  ],
};

const FORMATS: readonly Format[] = [GRUB_DEFAULTS, GRUB_MENU, SYSLINUX, LOADER_ENTRY, KERNEL_CMDLINE, XEN_EFI, XL_DOMAIN, KCONFIG, MAKEFILE];

/** Whether a file of this name may set command lines. */
export function isBootConfiguration(uri: string): boolean {
  return formatOf(uri) !== undefined;
}

/**
 * The command lines that a file sets: GRUB's defaults and menus, syslinux and its kin, boot loader entries, xen.efi's
 * configuration, a domain's for xl, CONFIG_CMDLINE, and variables of Makefiles. Text with a shell's quotation marks within is
 * left out: where its words end is the shell's affair.
 */
export function commandLinesIn(uri: string, text: string): PlacedCommandLine[] {
  const format = formatOf(uri);
  if (!format) return [];
  const found: PlacedCommandLine[] = [];
  for (let from = 0; from <= text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    if (to - from <= LONGEST_LINE) found.push(...linesOf(text.slice(from, to), from, format));
    from = to + 1;
  }
  return found;
}

function formatOf(uri: string): Format | undefined {
  let path = uri;
  try {
    path = decodeURIComponent(uri);
  } catch {
    // A name with a percent sign of its own.
  }
  return FORMATS.find(({ file }) => file.test(path));
}

function linesOf(line: string, start: number, format: Format): PlacedCommandLine[] {
  for (const { of, underXen = false, pattern } of format.settings) {
    const match = pattern.exec(line);
    if (!match) continue;
    const [, name = '', quote = '', rest = ''] = match;
    const end = quote === '' ? rest.trimEnd().length : rest.indexOf(quote);
    if (end < 0) return [];
    const options = rest.slice(0, end);
    if (options.includes('\\')) return [];
    const offset = start + line.length - rest.length;
    if (format === SYSLINUX && options.includes(' --- ')) return modulesOf(options, offset, name);
    return [{ of, text: options, offset, underXen, name }];
  }
  return [];
}

/** mboot.c32: files with their options, divided by `---`; the first is Xen, the second Linux. */
function modulesOf(options: string, offset: number, name: string): PlacedCommandLine[] {
  const found: PlacedCommandLine[] = [];
  let at = 0;
  for (const [index, part] of options.split(' --- ').entries()) {
    const file = /^\s{0,8}\S{1,400}\s?/.exec(part)?.[0] ?? '';
    const of = index === 0 && /xen/.test(file) ? 'xen' : index === 1 ? 'linux' : undefined;
    if (of) found.push({ of, text: part.slice(file.length), offset: offset + at + file.length, underXen: of === 'linux', name });
    at += part.length + 5;
  }
  return found;
}
