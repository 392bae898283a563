/** One word of a kernel or hypervisor command line. Offsets count in the command line, from 0. */
export interface CommandLineOption {
  /** As written, without the value: `swiotlb`, `xen-pciback.hide`. */
  readonly name: string;
  /** Behind the first `=`, quotation marks taken off; absent where there is no `=`. */
  readonly value?: string;
  readonly offset: number;
  readonly endOffset: number;
  /** Where the value begins; `endOffset` where there is none. */
  readonly valueOffset: number;
}

export interface CommandLine {
  readonly text: string;
  /** In order; what stands behind a lone `--` is for init and left out. */
  readonly options: readonly CommandLineOption[];
}

/**
 * Divides a command line into words as `lib/cmdline.c: next_arg` does: at blanks outside double quotation marks, the value
 * behind the first `=`.
 */
export function parseCommandLine(text: string): CommandLine {
  const options: CommandLineOption[] = [];
  for (let at = 0; at < text.length; ) {
    if (isBlank(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const offset = at;
    let equals = -1;
    let quoted = false;
    for (; at < text.length && (quoted || !isBlank(text.charCodeAt(at))); at++) {
      const char = text.charAt(at);
      if (char === '"') quoted = !quoted;
      else if (char === '=' && equals < 0) equals = at;
    }
    if (text.slice(offset, at) === '--') break;
    options.push(option(text, offset, equals, at));
  }
  return { text, options };
}

/** The last option of that name, which is the one that holds; dashes and underscores are the same to Linux. */
export function findOption(line: CommandLine, name: string): CommandLineOption | undefined {
  const wanted = sameName(name);
  return line.options.findLast((found) => sameName(found.name) === wanted);
}

function sameName(name: string): string {
  return name.replaceAll('-', '_');
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function option(text: string, offset: number, equals: number, endOffset: number): CommandLineOption {
  if (equals < 0) return { name: text.slice(offset, endOffset).replaceAll('"', ''), offset, endOffset, valueOffset: endOffset };
  const name = text.slice(offset, equals).replace(/^"/, '');
  const inner = text.slice(equals + 1, endOffset);
  const open = inner.startsWith('"') ? 1 : 0;
  // The whole word may stand in quotation marks, or only the value.
  const value = inner.slice(open).replace(/"$/, '');
  return { name, value, offset, endOffset, valueOffset: equals + 1 + open };
}
