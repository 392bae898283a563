import { findOption, parseCommandLine } from '../cmdline/command-line.ts';
import { linuxOptionsLineOf } from './item-queries.ts';
import type { Domain } from '../../core/platform/platform-facts.ts';
import type { LogItem } from './log-items.ts';

interface Surroundings {
  readonly pv: LogItem | undefined;
  readonly dom0: LogItem | undefined;
  readonly pvhDom0: LogItem | undefined;
  readonly guest: LogItem | undefined;
  readonly bare: LogItem | undefined;
}

const SWIOTLB_XEN = /^(?:xen:swiotlb_xen|Xen-SWIOTLB): /;

/** A line of swiotlb-xen, which x86 has in PV domains alone and Arm in every domain that has devices. */
function swiotlbXen(items: readonly LogItem[]): LogItem | undefined {
  return items.find(({ text }) => SWIOTLB_XEN.test(text));
}

function surroundings(items: readonly LogItem[]): Surroundings {
  const stated = items.find(
    (item) => (item.kind === 'xen-seen' && item.mode === 'pv') || (item.kind === 'environment' && item.name === 'xen-pv') || item.kind === 'xenlinux-pool' || item.kind === 'pool-disabled' || (item.kind === 'e820-row' && item.map === 'xen-pv'),
  );
  const onX86 = items.some(({ kind }) => kind === 'e820-row' || kind === 'e820-heading');
  const built = items.find((item) => item.kind === 'dom0-built');
  const line = linuxOptionsLineOf(items)?.commandLine;
  const unasked = typeof line === 'string' && findOption(parseCommandLine(line), 'swiotlb') === undefined;
  // XenLinux has an aperture unasked only in dom0; firmware's tables stand in the map that Xen gives to dom0 alone.
  const ownDom0 = items.find(
    (item) => (item.kind === 'xenlinux-pool' && unasked) || (item.kind === 'e820-row' && item.map === 'xen-pv' && (item.entry.type === 'acpi-data' || item.entry.type === 'acpi-nvs')),
  );
  const pv = stated ?? (onX86 ? swiotlbXen(items) : undefined);
  return {
    pv,
    dom0: pv && ((built?.kind === 'dom0-built' && built.mode === 'pv' ? built : undefined) ?? ownDom0),
    pvhDom0: !pv && built?.kind === 'dom0-built' && built.mode === 'pvh' ? built : undefined,
    guest: items.find((item) => (item.kind === 'environment' && ['kvm', 'vmware', 'hyperv', 'xen-hvm'].includes(item.name)) || (item.kind === 'xen-seen' && item.mode === 'hvm')),
    bare: items.find((item) => item.kind === 'environment' && item.name === 'bare'),
  };
}

/** What the kernel of this boot runs on, in the words of the corpus; `native-or-not-stated` where nothing says. */
export function environmentOf(items: readonly LogItem[]): string[] {
  const { pv, dom0, pvhDom0 } = surroundings(items);
  const names = new Set<string>();
  if (dom0 ?? pvhDom0) names.add('xen-dom0');
  if (pv) names.add('xen-pv');
  if (pvhDom0) names.add('xen-pvh');
  if (!pv && swiotlbXen(items)) names.add('xen');
  for (const item of items) {
    if (item.kind === 'environment' && item.name !== 'bare' && !(item.name === 'xen-hvm' && pvhDom0)) names.add(item.name);
    if (item.kind === 'xen-seen' && item.mode === 'hvm' && !pvhDom0) names.add('xen-hvm');
    if (item.kind === 'linux-banner' && item.release.includes('microsoft-standard-WSL2')) names.add('wsl2');
    if (item.kind === 'linux-command-line' && /(?:^| )elfcorehdr=/.test(item.beginning)) names.add('kdump');
    if (item.kind === 'memory-encryption' && /\bSEV\b/.test(item.active)) names.add('sev-guest');
    if (item.kind === 'memory-encryption' && /\bTDX\b/.test(item.active)) names.add('tdx-guest');
  }
  if (names.size > 0) return [...names];
  const linux = items.some((item) => item.kind === 'linux-banner' || item.kind === 'linux-command-line' || item.kind === 'pool' || item.kind === 'failure');
  const xen = items.some((item) => item.kind === 'xen-banner' || item.kind === 'xen-dma-width' || (item.kind === 'e820-row' && item.map === 'machine'));
  return [xen && !linux ? 'xen-hypervisor-console' : 'native-or-not-stated'];
}

/** How Linux runs, where the log leaves no doubt, with the item that says so. A PV guest of which nothing says whether it is dom0 has none. */
export function domainOf(items: readonly LogItem[]): { domain: Domain; item: LogItem } | undefined {
  const { pv, dom0, pvhDom0, guest, bare } = surroundings(items);
  if (pv) return dom0 && { domain: 'pv-dom0', item: dom0 };
  if (pvhDom0) return { domain: 'pvh-dom0', item: pvhDom0 };
  if (guest) return { domain: 'hvm', item: guest };
  return bare && { domain: 'native', item: bare };
}
