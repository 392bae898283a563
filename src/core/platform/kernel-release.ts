/** A kernel's version numbers, as far as its release string and banner state them. */
export interface KernelRelease {
  /** The release as printed: `6.1.0-56-amd64`. */
  readonly text: string;
  /** Version, patch level and sublevel: [6, 1, 192]. Of the stable release where the banner states it. */
  readonly version: readonly [number, number, number];
  /** Where the sublevel comes from: distributions print an ABI name (`6.1.0-56`) whose `.0` says nothing. */
  readonly sublevel: 'stated' | 'from-banner' | 'unknown';
  /** Release candidate number, or undefined. `6.14-rc3` is older than 6.14. */
  readonly candidate?: number;
  /**
   * Who makes this kernel, where it keeps the number of an old release for years and takes in what later ones bring: the number
   * then says what is there at least.
   */
  readonly takesLater?: string;
}

/** Vendors by their part of `uname -r`: 4.18.0-553.el8_10.x86_64, 5.15.0-206.el8uek, 5.14.21-150500.55.19-default, 4.19.0+1. */
const VENDORS: readonly (readonly [RegExp, string])[] = [
  [/\.el\d{1,2}uek/, 'Oracle UEK'],
  [/\.el\d{1,2}(?:[._]|$)/, 'Red Hat Enterprise Linux'],
  [/^\d{1,2}\.\d{1,2}\.\d{1,2}-(?:lp15\d|\d{1,6})\.[\d.]{1,24}-(?:default|preempt|azure|xen|pae|rt)$/, 'SUSE Linux Enterprise'],
  [/^4\.(?:4|19)\.0\+\d{1,2}$|\.xs\d{1,2}\./, 'XenServer'],
];

/**
 * Reads `uname -r` and, where given, the rest of the `Linux version` line. Debian prints an ABI name as release and the
 * stable release in the banner (`#1 SMP Debian 6.1.192-2 (…)`); Ubuntu appends `(Ubuntu 5.4.0-97.110-generic 5.4.162)`.
 * @returns undefined where the text does not begin with two numbers
 */
export function parseKernelRelease(text: string, banner = ''): KernelRelease | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(.*)$/s.exec(text.trim());
  if (!match) return undefined;
  const [, major = '', minor = '', sublevel, rest = ''] = match;
  const base = [Number(major), Number(minor)] as const;
  const candidate = /^-rc(\d{1,3})/.exec(rest)?.[1];
  const common = { text: text.trim(), ...(candidate === undefined ? {} : { candidate: Number(candidate) }) };
  for (const found of banner.matchAll(/(?:Debian|Ubuntu [^\s()]{1,60}) (\d{1,3})\.(\d{1,3})\.(\d{1,4})/g)) {
    if (Number(found[1]) === base[0] && Number(found[2]) === base[1]) {
      return { ...common, version: [...base, Number(found[3])], sublevel: 'from-banner' };
    }
  }
  // 2.6.x and 3.0.x carry the release in the third number; from then on `.0-` before a packager's suffix is an ABI name.
  const abiName = sublevel === '0' && base[0] >= 3 && /^[-+]\d/.test(rest);
  const takesLater = VENDORS.find(([pattern]) => pattern.test(common.text))?.[1];
  return {
    ...common, ...(takesLater === undefined ? {} : { takesLater }),
    version: [...base, Number(sublevel ?? 0)],
    sublevel: abiName ? 'unknown' : 'stated',
  };
}

/** Whether a release is `x.y.z` or later, counting `-rc` as earlier than the release it leads to. */
export function atLeast(release: KernelRelease, x: number, y: number, z = 0): boolean {
  const [a, b, c] = release.version;
  if (a !== x) return a > x;
  if (b !== y) return b > y;
  if (c !== z) return c > z;
  return true;
}

/** Whether two names may be one kernel's: where one does not state its stable release, the branch is what there is to compare. */
export function sameKernel(a: KernelRelease, b: KernelRelease): boolean {
  const vague = a.sublevel === 'unknown' || b.sublevel === 'unknown';
  return a.version[0] === b.version[0] && a.version[1] === b.version[1] && (vague || a.version[2] === b.version[2]);
}
