import type { Device } from '../dma/device.ts';
import type { DmaSystem } from '../dma/dma-system.ts';
import type { Outcome } from '../dma/outcome.ts';
import { tryStrategy } from '../dma/strategies/try-strategy.ts';
import { reason } from '../platform/reason.ts';
import { KIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import type { SingleStep } from './scenario-schema.ts';

/**
 * Does one operation of a scenario on a machine. Total: a device that is not there is a refusal.
 * @param id what the step makes or ends is known by
 * @param cpu the processor of a step that names none
 */
export function performStep(system: DmaSystem, devices: ReadonlyMap<string, Device>, step: SingleStep, id: string, cpu = 0): Outcome {
  const device = 'device' in step ? devices.get(step.device) : undefined;
  switch (step.op) {
    case 'dma_map_single': case 'dma_map_page':
      return device ? system.mapSingle(device, { id, bytes: step.size, page: step.op === 'dma_map_page', cpu, ...given(step, ['offset', 'cpu', 'direction', 'skipCpuSync', 'fill']) }) : noDevice(step.device);
    case 'dma_map_sg': return device ? system.mapSg(device, { id, elements: elementsOf(step, device.maxSegmentBytes), cpu, ...given(step, ['cpu', 'direction', 'fill']) }) : noDevice(step.device);
    case 'dma_alloc_coherent': return device ? system.allocCoherent(device, id, step.size) : noDevice(step.device);
    case 'dma_unmap_single': case 'dma_unmap_page': return system.unmapSingle(id, step.skipCpuSync);
    case 'dma_unmap_sg': return system.unmapSg(id, step.skipCpuSync);
    case 'dma_free_coherent': return system.freeCoherent(id);
    case 'dma_sync_sg_for_cpu': return system.syncSg(id, 'cpu', step.direction);
    case 'dma_sync_sg_for_device': return system.syncSg(id, 'device', step.direction);
    case 'dma_pool_create': return device ? system.createPool(device, id, { bytes: step.size, ...given(step, ['align', 'boundary']) }) : noDevice(step.device);
    case 'dma_pool_alloc': return system.allocFromPool(step.pool, id);
    case 'dma_pool_free': return system.freeToPool(id);
    case 'dma_pool_destroy': return system.destroyPool(id);
    case 'dma_sync_single_for_cpu': return system.syncForCpu(id, { ...partOf(step), ...given(step, ['direction']) });
    case 'dma_sync_single_for_device': return system.syncForDevice(id, { ...partOf(step), ...given(step, ['direction']) });
    case 'cpu_write': return system.cpuWrite(id, step.byte, partOf(step));
    case 'cpu_read': return system.cpuRead(id, partOf(step));
    case 'device_write': return system.deviceWrite(id, step.byte, partOf(step));
    case 'device_read': return system.deviceRead(id, partOf(step));
    case 'remove_device': return device ? system.removeDevice(device) : noDevice(step.device);
    case 'strategy': return tryStrategy(system.platform, step.strategy, { bytes: step.size, maskBits: step.mask ?? 32 }, given(step, ['segments', 'granularity']));
    case 'xen_create_domain': return system.createDomain(id, step.size);
    case 'xen_destroy_domain': return system.destroyDomain(id);
    case 'balloon_inflate': return system.inflateBalloon(step.size);
    case 'balloon_deflate': return system.deflateBalloon(step.size);
  }
}

/** dma_get_max_seg_size() of a device that sets none. */
const DEFAULT_SEGMENT = 64 * KIB;

/**
 * The elements of a list: as the step states them, or of as many whole pages as the device takes in one.
 * Source: lib/scatterlist.c: sg_alloc_append_table_from_pages, which rounds the largest segment down to pages.
 */
export function elementsOf({ elements, size = 0 }: Pick<Extract<SingleStep, { op: 'dma_map_sg' }>, 'elements' | 'size'>, segmentBytes = DEFAULT_SEGMENT): readonly number[] {
  if (elements) return elements;
  const most = Math.max(PAGE_SIZE, segmentBytes - (segmentBytes % PAGE_SIZE));
  return Array.from({ length: Math.ceil(size / most) }, (_, at) => Math.min(most, size - at * most));
}

/** The named members of a step that it states. */
function given<S extends SingleStep, K extends keyof S>(step: S, keys: readonly K[]): { [P in K]?: Exclude<S[P], undefined> } {
  const found: { [P in K]?: Exclude<S[P], undefined> } = {};
  for (const key of keys) if (step[key] !== undefined) found[key] = step[key] as Exclude<S[K], undefined>;
  return found;
}

function partOf(step: { readonly offset?: number | undefined; readonly size?: number | undefined }): { offset?: number; bytes?: number } {
  return { ...(step.offset === undefined ? {} : { offset: step.offset }), ...(step.size === undefined ? {} : { bytes: step.size }) };
}

function noDevice(device: string): Outcome {
  return { ok: false, reason: 'unknown-device', explain: [reason('unknown-device', { device })] };
}
