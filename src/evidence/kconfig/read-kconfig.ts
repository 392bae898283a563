import { excerpt } from '../text-problem.ts';
import type { Evidence, Fact } from '../../core/platform/fact.ts';
import type { Lineage, PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { Reading, TextProblem } from '../text-problem.ts';

const HEADER = /^# Linux\/(\S{1,40}) (\d{1,3}\.\d{1,3}\S{0,60}) Kernel Configuration\s*$/;
const OLD_HEADER = /^# Linux kernel version: (\d{1,3}\.\d{1,3}\S{0,60})\s*$/;
const NOT_SET = /^# (CONFIG_\w{1,120}) is not set\s*$/;
const SET = /^(CONFIG_\w{1,120})=(.*)$/;
const VALUE = /^(?:[ymn]|-?\d{1,20}|0x[0-9a-fA-F]{1,16}|"(?:[^"\\]|\\.)*")$/;

const ARCH_SYMBOLS: readonly (readonly [string, string])[] = [
  ['CONFIG_X86_64', 'x86_64'],
  ['CONFIG_X86_32', 'x86_32'],
  ['CONFIG_ARM64', 'arm64'],
  ['CONFIG_ARM', 'arm'],
  ['CONFIG_RISCV', 'riscv64'],
  ['CONFIG_PPC', 'powerpc'],
  ['CONFIG_S390', 's390'],
  ['CONFIG_IA64', 'ia64'],
  ['CONFIG_MIPS', 'mips'],
];
/** Symbols that one lineage alone has: drivers/xen/Kconfig of XenLinux, arch/x86/xen/Kconfig of mainline from 3.13 on. */
const LINEAGE_SYMBOLS: readonly (readonly [string, Lineage])[] = [
  ['CONFIG_XEN_PRIVILEGED_GUEST', 'xenlinux'],
  ['CONFIG_XEN_UNPRIVILEGED_GUEST', 'xenlinux'],
  ['CONFIG_XEN_PV', 'mainline'],
  ['CONFIG_XEN_PVHVM', 'mainline'],
];
/** More would be another file than a .config. */
const MOST_PROBLEMS = 20;

/**
 * Reads a kernel's `.config` (scripts/kconfig/confdata.c): each symbol with its value as written, `n` where it "is not
 * set", strings without their quotation marks; of a symbol given twice the last holds, as it does for kconfig. The header
 * states the release that the file was made for.
 */
export function readKconfig(text: string, uri: string): Reading<PlatformFacts> {
  const config = new Map<string, Fact<string>>();
  const problems: TextProblem[] = [];
  let release: Fact<string> | undefined;
  let line = 0;
  for (let from = 0; from < text.length; ) {
    line++;
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const content = text.slice(from, to).replace(/^\ufeff/, '').replace(/\s{1,64}$/, '');
    from = to + 1;
    const place = (column: number): Evidence => ({ kind: 'kconfig', uri, line, column, endColumn: content.length + 1, text: content });
    if (content.startsWith('#')) {
      const unset = NOT_SET.exec(content)?.[1];
      const header = HEADER.exec(content)?.[2] ?? OLD_HEADER.exec(content)?.[1];
      if (unset !== undefined) config.set(unset, { value: 'n', from: place(3) });
      else if (header !== undefined) release ??= { value: header, from: place(1) };
      continue;
    }
    if (content.trim() === '') continue;
    const [, symbol, written = ''] = SET.exec(content) ?? [];
    if (symbol !== undefined && VALUE.test(written)) {
      config.set(symbol, { value: written.startsWith('"') ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written, from: place(1) });
    } else if (problems.length < MOST_PROBLEMS) {
      const column = symbol === undefined ? 1 : symbol.length + 2;
      problems.push({ uri, line, column, expected: symbol === undefined ? 'CONFIG_NAME=value or "# CONFIG_NAME is not set"' : 'y, m, n, a number or a quoted string', found: excerpt(content.slice(column - 1)) });
    }
  }
  if (config.size === 0 && problems.length === 0) {
    problems.push({ uri, line: 1, column: 1, expected: 'a kernel configuration with CONFIG_ symbols', found: 'none' });
  }
  const arch = firstSet(config, ARCH_SYMBOLS);
  const lineage = firstSet(config, LINEAGE_SYMBOLS);
  return {
    facts: { ...(release ? { kernelRelease: release } : {}), ...(arch ? { arch } : {}), ...(lineage ? { lineage } : {}), ...(config.size > 0 ? { config } : {}) },
    problems,
  };
}

/** What the first symbol that is set stands for. */
function firstSet<T extends string>(config: ReadonlyMap<string, Fact<string>>, symbols: readonly (readonly [string, T])[]): Fact<T> | undefined {
  for (const [symbol, value] of symbols) {
    const fact = config.get(symbol);
    if (fact?.value === 'y') return { value, from: fact.from };
  }
  return undefined;
}
