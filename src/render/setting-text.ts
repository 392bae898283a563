import type { Setting } from '../core/scenario/try-settings.ts';
import { formatBytes } from '../core/units/bytes.ts';

/** A setting as a person would write it, or say it. */
export function settingText(setting: Setting): string {
  switch (setting.kind) {
    case 'as-it-is': return 'as it is';
    case 'swiotlb': return `swiotlb=${setting.value}`;
    case 'mask': return `${setting.bits} bit mask for ${setting.devices.join(', ')}`;
    case 'pieces': return `in pieces of ${formatBytes(setting.bytes)} (dma_map_sg)`;
    case 'cma': return `cma=${setting.bytes / 2 ** 20}M`;
    case 'domain-memory': return `dom0_mem=${setting.bytes / 2 ** 20}M`;
    case 'config': return `${setting.symbol}=y`;
    case 'linux': return release('Linux', setting);
    case 'xen': return release('Xen', setting);
  }
}

function release(of: string, setting: Extract<Setting, { release: string }>): string {
  const number = setting.release.replace(/\.0$/, '');
  return setting.none ? `every other ${of}, to ${number}` : `${of} ${number}`;
}
