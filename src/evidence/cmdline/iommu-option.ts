import type { OptionError } from './option-error.ts';

/** What `iommu=` (x86) asks for. */
export interface IommuOption {
  readonly words: readonly string[];
  /** `soft`: the swiotlb is used whatever the machine has. */
  readonly soft: boolean;
  readonly off: boolean;
  readonly force: boolean;
  readonly passthrough: boolean;
  readonly errors: readonly OptionError[];
}

// arch/x86/kernel/pci-dma.c: iommu_setup, and the GART's own words; each is matched as a prefix there.
const LINUX_WORDS = [
  'off', 'force', 'noforce', 'biomerge', 'panic', 'nopanic', 'merge', 'nomerge', 'forcesac', 'allowdac', 'nodac', 'usedac', 'soft', 'pt', 'nopt', 'memaper', 'noagp', 'noaperture', 'fullflush', 'nofullflush', 'leak', 'calgary', 'amd',
];
const XEN_WORDS = [
  'on', 'off', 'yes', 'no', 'true', 'false', 'enable', 'disable', '1', '0', 'force', 'required', 'verbose', 'debug', 'snoop', 'qinval', 'intremap', 'intpost', 'amd-iommu-perdev-intremap', 'workaround_bios_bug', 'igfx', 'crash-disable', 'sharept', 'superpages', 'dom0-passthrough', 'dom0-strict', 'passthrough', 'quarantine', 'pv', 'no-pv', 'ats',
];

/** Reads the value of `iommu=` as Linux or Xen does. */
export function parseIommuOption(value: string, of: 'linux' | 'xen'): IommuOption {
  const known = of === 'linux' ? LINUX_WORDS : XEN_WORDS;
  const words = value.split(',');
  const errors: OptionError[] = [];
  let offset = 0;
  for (const word of words) {
    const [name = ''] = word.split('=', 1);
    const positive = of === 'xen' ? name.replace(/^no-?(?=.{2})/, '') : name;
    if (!known.includes(name) && !known.includes(positive)) errors.push({ offset, text: word, expected: `one of ${known.slice(0, 8).join(', ')} …` });
    offset += word.length + 1;
  }
  return {
    words,
    soft: of === 'linux' && words.includes('soft'),
    off: words.includes('off') || (of === 'xen' && words.some((word) => ['no', 'false', 'disable', '0'].includes(word))),
    force: words.includes('force') || (of === 'xen' && words.includes('required')),
    passthrough: words.includes(of === 'linux' ? 'pt' : 'dom0-passthrough') || (of === 'xen' && words.includes('passthrough')),
    errors,
  };
}
