import { formatAddress } from '../core/units/addresses.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import { dmaReportText } from './dma-report-text.ts';

const TITLES: Readonly<Record<LogItem['kind'], string>> = {
  'linux-banner': 'Linux', 'linux-release': 'Linux', 'xen-banner': 'Xen', 'xen-seen': 'Hypervisor', 'linux-command-line': 'Linux command line', 'xen-command-line': 'Xen command line',
  'pool': 'Aperture', 'pool-placed': 'Aperture (kernel addresses)', 'xenlinux-pool': 'Aperture', 'xenlinux-aperture': 'Aperture size',
  'xenlinux-kernel-range': 'Aperture range (kernel addresses)', 'xenlinux-bus-range': 'Aperture range (machine addresses)', 'xenlinux-address-size': 'Aperture address size',
  'pool-disabled': 'Aperture disabled', 'pool-areas': 'Areas', 'pool-adjusted': 'Aperture adjusted', 'pool-roundup': 'Aperture rounded up',
  'pool-slabs-adjusted': 'Aperture shrunk', 'pool-torn-down': 'Aperture torn down', 'no-low-memory': 'No aperture', 'lowering': 'Aperture lowered',
  'restricted-pool': 'Restricted DMA pool', 'bounce-buffering': 'Bounce buffering', 'failure': 'Failure', 'suppressed': 'Suppressed messages', 'sync-overflow': 'Synchronisation beyond the mapping',
  'e820-heading': 'Memory map', 'e820-row': 'Memory map entry', 'xen-dma-width': 'Xen DMA width', 'dom0-max-vcpus': 'Dom0 VCPUs', 'dom0-built': 'Dom0', 'dom0-placed': 'Dom0 placement',
  'xen-system-ram': 'Machine memory', 'iommu': 'IOMMU', 'memory-encryption': 'Memory encryption', 'cma': 'CMA', 'memory': 'Memory', 'cpus': 'CPUs', 'environment': 'Environment',
  'arch': 'Architecture', 'word-size': 'Word size', 'order-failure': 'Page allocation failure',
  'dma-debug': 'DMA API misuse', 'map-sg-failed': 'Scatterlist not mapped', 'free-blocks': 'Free blocks', 'xen-heap-key': 'Xen key', 'xen-heap-zone': 'Xen heap zone', 'xen-heap-free': 'Xen heap',
  'pool-counter': 'Aperture counter', 'iomem-row': 'Physical addresses', 'xl-info': 'xl info',
};

/** What kind of fact a recognised line states, in the field's words. */
export function logItemTitle(item: LogItem): string {
  return TITLES[item.kind];
}

const mib = (megabytes: number): string => formatBytes(megabytes * 2 ** 20);

/** What the line states, with its numbers. */
export function logItemText(item: LogItem): string {
  switch (item.kind) {
    case 'linux-banner': case 'linux-release': return item.release;
    case 'xen-banner': return item.version;
    case 'xen-seen': return `Xen ${item.version}, ${item.mode.toUpperCase()}`;
    case 'linux-command-line': case 'xen-command-line': return item.commandLine ?? 'wrapped on its way: not put together';
    case 'pool': return `${formatBytes(item.end - item.start)} at ${formatAddress(item.start)} to ${formatAddress(item.end)}, end exclusive`;
    case 'pool-placed': return `${mib(item.megabytes)} at ${item.kernelRange}`;
    case 'xenlinux-aperture': case 'pool-adjusted': case 'pool-roundup': case 'lowering': return mib(item.megabytes);
    case 'xenlinux-kernel-range': case 'xenlinux-bus-range': return `${item.range}: ${formatBytes(item.bytes)}`;
    case 'xenlinux-address-size': return `${item.bits} bits: below ${formatBytes(2 ** item.bits)}`;
    case 'pool-areas': return groupDigits(item.areas);
    case 'pool-slabs-adjusted': return `${groupDigits(item.from)} to ${groupDigits(item.to)} slots`;
    case 'restricted-pool': return `${formatBytes(item.bytes)} at ${formatAddress(item.start)}`;
    case 'failure': {
      const parts = [item.failure.replaceAll('-', ' ')];
      if (item.bytes !== null) parts.push(formatBytes(item.bytes));
      if (item.device !== null) parts.push(item.device);
      if (item.totalSlots !== null && item.usedSlots !== null) parts.push(`${groupDigits(item.usedSlots)} of ${groupDigits(item.totalSlots)} slots used`);
      return parts.join(', ');
    }
    case 'sync-overflow': return [formatBytes(item.bytes), item.driver, item.device].filter((part) => part !== null).join(', ');
    case 'suppressed': return `${groupDigits(item.count)} more of the same were not printed`;
    case 'e820-heading': return { 'firmware': 'as firmware gave it to Linux', 'xen-pv': 'as Xen gave it to the domain', 'machine': 'of the machine' }[item.map];
    case 'e820-row': return `${formatAddress(item.entry.start)} to ${formatAddress(item.entry.end)}, end exclusive: ${formatBytes(item.entry.end - item.entry.start)} ${item.entry.type}`;
    case 'xen-dma-width': return item.bits === null ? 'none' : `${item.bits} bits`;
    case 'dom0-max-vcpus': return groupDigits(item.count);
    case 'dom0-built': return item.mode.toUpperCase();
    case 'dom0-placed': return `${{ 'kernel': 'kernel', 'initial': 'first pages', 'ramdisk': 'RAM disk' }[item.part]}: ${formatAddress(item.start)} to ${formatAddress(item.end)}, end exclusive: ${formatBytes(item.end - item.start)}`;
    case 'xen-system-ram': return formatBytes(item.bytes);
    case 'iommu': return `${item.vendor ?? 'IOMMU'}${item.enabled === null ? '' : item.enabled ? ' enabled' : ' disabled'}`;
    case 'memory-encryption': return item.active;
    case 'cma': return formatBytes(item.bytes);
    case 'memory': return `${formatBytes(item.available)}${item.bytes === null ? '' : ` of ${formatBytes(item.bytes)}`} available${item.cmaBytes === null ? '' : `, ${formatBytes(item.cmaBytes)} kept for CMA`}`;
    case 'cpus': return groupDigits(item.possible);
    case 'environment': return item.name;
    case 'arch': return item.arch;
    case 'word-size': return `${item.bits} bits`;
    case 'order-failure': return `order ${item.order} in ${item.task}`;
    case 'dma-debug': return [dmaReportText(item.report), item.driver, item.device, item.bytes === null ? null : formatBytes(item.bytes), item.limit === null || item.report === 'still-mapped' ? null : `of ${formatBytes(item.limit)}`].filter((part) => part !== null).join(', ');
    case 'map-sg-failed': return [item.driver, item.device, `error ${item.error}`].filter((part) => part !== null).join(', ');
    case 'free-blocks': return `${item.zone} of node ${item.node}: ${largestBlock(item.blocks)}`;
    case 'xen-heap-key': return item.key;
    case 'xen-heap-zone': return `zone ${item.zone} of node ${item.node}${item.order === undefined ? '' : `, order ${item.order}`}: ${formatBytes(item.pages * 4096)} free`;
    case 'xen-heap-free': return `${item.of}: ${formatBytes(item.bytes)} free`;
    case 'pool-counter': return `${item.of}: ${groupDigits(item.slots)} slots, ${formatBytes(item.slots * 2048)}`;
    case 'iomem-row': return `${item.name}: ${formatAddress(item.start)} to ${formatAddress(item.end)}, end exclusive`;
    case 'xl-info': return `${item.field}: ${item.value}`;
    case 'xenlinux-pool': return 'enabled';
    case 'pool-disabled': case 'pool-torn-down': case 'no-low-memory': case 'bounce-buffering': return '';
  }
}

function largestBlock(blocks: readonly number[]): string {
  const order = blocks.findLastIndex((count) => count > 0);
  return order < 0 ? 'no block free' : `largest free block of order ${order}, ${formatBytes(4096 * 2 ** order)}`;
}
