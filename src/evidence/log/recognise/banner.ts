import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

// Behind the release stands who built it; nothing stands there where mail has wrapped the line.
const LINUX = /^Linux version (\d{1,3}\.\d[^\s(]{0,120})(\s{0,4}$| {0,2}\([^]{0,600}| {1,2}#[^]{0,600})/;
const BUILT = /^\([^\s()]{1,80}@[^\s()]{1,80}\) \(.{1,400} #\d/;
const XEN = /^Xen version (\d{1,3}\.\d{1,3}[^\s(]{0,60}) \(([^]{0,400})/;
const XEN_PV = /^Xen version: (\d{1,3}\.\d{1,3}[^\s(]{0,60})(?: \(preserve-AD\))?/;
const XEN_HVM = /^Xen version (\d{1,3}\.\d{1,3})\.\s*$/;

/** Who booted: the banners of Linux and of Xen, and what Linux says of the Xen under it. */
export const bannerRecognisers: readonly Recogniser[] = [
  {
    id: 'linux-banner',
    family: 'banner',
    formats: ['Linux version %s (%s) (%s) %s'],
    era: 'every kernel',
    says: 'A boot begins; the release decides the features, the build text behind it names the stable release that a distribution packaged.',
    keys: ['Linux version '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = LINUX.exec(text);
      if (!match) return undefined;
      const [, release = '', rest = ''] = match;
      return { kind: 'linux-banner', release, rest: rest.trim() };
    },
  },
  {
    id: 'proc-version',
    family: 'banner',
    formats: ['Linux version %s (%s@%s) (%s) %s'],
    era: 'every kernel',
    says: 'The kernel that runs, from /proc/version: people put it above an excerpt of a log.',
    keys: ['Linux version '],
    speaker: 'linux',
    unframed: true,
    parse: ({ text, pasted }: LogMessage): LogStatement | undefined => {
      const [, release = '', rest = ''] = (pasted && LINUX.exec(text)) || [];
      return BUILT.test(rest.trim()) ? { kind: 'linux-release', release, rest: rest.trim() } : undefined;
    },
  },
  {
    id: 'xen-banner',
    family: 'banner',
    formats: [' Xen version %d.%d%s (%s@%s) (%s) %s', 'Xen version %d.%d%s (%s@%s) (%s) debug=%c %s'],
    era: 'Xen 3.0 and later; `debug=` from 4.3',
    says: 'The hypervisor begins its own boot.',
    keys: ['Xen version '],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = XEN.exec(text);
      return match ? { kind: 'xen-banner', version: match[1] ?? '', rest: (match[2] ?? '').trim() } : undefined;
    },
  },
  {
    id: 'xen-version-pv',
    family: 'banner',
    formats: ['Xen version: %d.%d%s%s'],
    era: 'Linux 2.6.37 and later as a PV guest',
    says: 'Linux runs paravirtualised on this Xen: DMA addresses are machine addresses, swiotlb-xen applies.',
    keys: ['Xen version: '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const version = XEN_PV.exec(text)?.[1];
      return version === undefined ? undefined : { kind: 'xen-seen', version, mode: 'pv' };
    },
  },
  {
    id: 'xen-version-hvm',
    family: 'banner',
    formats: ['Xen version %d.%d.'],
    era: 'Linux 2.6.37 and later as an HVM or PVH guest',
    says: 'Linux runs on Xen with its own physical memory: the native swiotlb applies.',
    keys: ['Xen version '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const version = XEN_HVM.exec(text)?.[1];
      return version === undefined ? undefined : { kind: 'xen-seen', version, mode: 'hvm' };
    },
  },
];
