import { type BootedMachine, boot } from '../core/dma/boot.ts';
import { type CoherentBlock, allocateCoherent, freeCoherent } from '../core/dma/coherent.ts';
import { addressingLimited, maskSupported, maxMappingSize, requiredMask } from '../core/dma/device-queries.ts';
import type { Device } from '../core/dma/device.ts';
import { type StreamingContext, mapStreaming } from '../core/dma/map-streaming.ts';
import { SEGMENT_BYTES } from '../core/platform/aperture-size.ts';
import { type Platform, isXenPv } from '../core/platform/platform.ts';
import { ALL_ADDRESSES, bitsOfMask, maskOfBits } from '../core/units/dma-mask.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import type { MapOperation, QueryOperation, SetOperation, Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';

/** One request of a plan: what the machine did and what the core says that it would do. */
export interface PredictedRow {
  readonly trace: string;
  readonly line: number;
  readonly kind: 'coherent' | 'mapping' | 'mask' | 'query' | 'pages';
  readonly bytes: number;
  /** Bits of the mask that the request stands under: the coherent one for coherent memory. */
  readonly bits: number;
  readonly stated: string;
  readonly predicted: string;
}

/**
 * Runs the requests of a boot's plans on a machine that is booted from facts alone, and sets each outcome beside what the real
 * machine did. Of a trace only the requests are taken (sizes, masks, names, order): no address, no state, no list.
 * @param platform made of what the boot's log states
 */
export function predictTraces(platform: Platform, traces: readonly Trace[]): PredictedRow[] {
  const run = new Prediction(platform);
  for (const trace of traces) {
    run.begin(trace);
    for (const operation of [...trace.setup, ...trace.operations]) run.step(operation);
  }
  return run.rows;
}

interface Pages {
  readonly pfn: number;
  readonly order: number;
}

class Prediction {
  readonly rows: PredictedRow[] = [];
  readonly #platform: Platform;
  readonly #machine: BootedMachine;
  readonly #context: StreamingContext;
  readonly #coherent = new Map<string, CoherentBlock>();
  readonly #mapped = new Map<string, number | undefined>();
  readonly #pages = new Map<string, Pages>();
  /** The buffer that mappings are made of, and where the trace says that the real one lay. */
  #source: (Pages & { readonly stated: number }) | undefined;
  #device: Device = { name: '', dmaMask: ALL_ADDRESSES, coherentMask: maskOfBits(32), minAlignMask: 0, boundaryMask: 0xffff_ffff };
  #trace = '';

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#machine = boot(platform);
    const { aperture, domain, segments } = this.#machine;
    this.#context = {
      features: platform.features, force: platform.aperture.force,
      ...(domain ? { machineRuns: (pfn: number, count: number) => domain.p2m.machineRuns(pfn, count) } : {}),
      ...(aperture ? { aperture, neverBounces: aperture.pool.slots === 1 && !domain } : {}),
      slotBusAddress: (address) => {
        if (!aperture || !segments) return address;
        const inside = address - aperture.pool.start;
        return (segments[Math.floor(inside / SEGMENT_BYTES)] ?? 0) + (inside % SEGMENT_BYTES);
      },
    };
  }

  begin(trace: Trace): void {
    this.#trace = trace.name;
    // Each plan's runner names its own blocks; what an earlier plan left behind stays taken.
    this.#coherent.clear();
    this.#mapped.clear();
    this.#pages.clear();
    const { dmaMask, coherentMask, boundaryMask, minAlignMask } = trace.device;
    this.#device = { name: 'probe', dmaMask: maskOf(dmaMask), coherentMask: maskOf(coherentMask), minAlignMask: Number(minAlignMask), boundaryMask: maskOf(boundaryMask) };
  }

  step(operation: TraceOperation): void {
    const { pages } = this.#machine;
    switch (operation.kind) {
      case 'set': this.#set(operation); return;
      case 'query': this.#query(operation); return;
      case 'map': this.#map(operation); return;
      case 'unmap': {
        const address = this.#mapped.get(operation.id);
        if (address !== undefined) this.#machine.aperture?.unmap(address);
        this.#mapped.delete(operation.id);
        return;
      }
      case 'alloc': {
        this.#device = { ...this.#device, coherentMask: maskOf(operation.coherentMask) };
        const { outcome, block } = allocateCoherent(this.#machine, this.#device, operation.id, operation.bytes);
        if (block) this.#coherent.set(operation.id, block);
        this.#row(operation, 'coherent', operation.bytes, this.#device.coherentMask, operation.result === 'FAIL' ? '--' : operation.remapped ? 'XX' : '..', outcome.ok ? (block?.exchanged === true ? 'XX' : '..') : '--');
        return;
      }
      case 'free': {
        const block = this.#coherent.get(operation.id);
        this.#coherent.delete(operation.id);
        if (block) freeCoherent(this.#machine, block);
        return;
      }
      case 'pages': {
        const zone = operation.zone === 1 ? 0 : operation.zone === 2 ? 1 : 2;
        const pfn = operation.order > this.#platform.features.pageAllocatorMaxOrder.value ? undefined : pages.allocate(operation.order, zone);
        if (pfn !== undefined) this.#pages.set(operation.id, { pfn, order: operation.order });
        this.#row(operation, 'pages', PAGE_SIZE * 2 ** operation.order, ALL_ADDRESSES, operation.result, pfn === undefined ? 'FAIL' : 'OK');
        return;
      }
      case 'pages-freed': {
        const taken = this.#pages.get(operation.id);
        this.#pages.delete(operation.id);
        if (taken) pages.free(taken.pfn, taken.order);
        return;
      }
      case 'source': {
        if (this.#source?.stated === operation.physical && this.#source.order === operation.order) return;
        const pfn = pages.allocate(operation.order);
        if (this.#source) pages.free(this.#source.pfn, this.#source.order);
        this.#source = pfn === undefined ? undefined : { pfn, order: operation.order, stated: operation.physical };
        return;
      }
      default:
    }
  }

  #row(operation: TraceOperation, kind: PredictedRow['kind'], bytes: number, mask: number, stated: string, predicted: string): void {
    this.rows.push({ trace: this.#trace, line: operation.line, kind, bytes, bits: bitsOfMask(mask), stated, predicted });
  }

  #set(operation: SetOperation): void {
    const { what, argument } = operation;
    const raw = what === 'rawmask' || what === 'rawcmask';
    if (what === 'mask' || what === 'cmask' || raw) {
      const mask = maskOfBits(Number(argument));
      // A mask of 64 bits reaches even the address that a kernel without a pool compares with.
      const supported = raw || maskSupported(isXenPv(this.#platform), argument >= 64n ? 2 ** 64 : mask, this.#apertureLast(), this.#lastAddress());
      if (!raw) this.#row(operation, 'mask', 0, mask, String(operation.rc), supported ? '0' : '-5');
      if (supported) this.#device = { ...this.#device, [what.endsWith('cmask') ? 'coherentMask' : 'dmaMask']: mask };
    } else if (what === 'minalign') this.#device = { ...this.#device, minAlignMask: Number(argument) };
    else if (what === 'segb') this.#device = { ...this.#device, boundaryMask: maskOf(argument) };
  }

  #query(operation: QueryOperation): void {
    const { aperture } = this.#machine;
    const { features } = this.#platform;
    const xenPv = isXenPv(this.#platform);
    const required = requiredMask(xenPv, this.#lastAddress());
    const limited = addressingLimited(this.#device.dmaMask, required);
    const largest = maxMappingSize({
      xenPv, hasPool: aperture !== undefined, force: this.#platform.aperture.force.value, xenMaxMappingSize: features.xenMaxMappingSize.value,
      minAlignMask: features.minAlignMask.value,
    }, this.#device, limited);
    const text = (max: number, need: number, isLimited: boolean): string => `max ${max === Infinity ? 'none' : max}, required 0x${need.toString(16)}, limited ${Number(isLimited)}`;
    const stated = text(operation.maxMappingSize >= 2n ** 52n ? Infinity : Number(operation.maxMappingSize), Number(operation.requiredMask), operation.addressingLimited);
    this.#row(operation, 'query', 0, this.#device.dmaMask, stated, text(largest, required, limited));
  }

  #map(operation: MapOperation): void {
    if (!this.#source || operation.result === 'BADPLAN') return;
    const physical = this.#source.pfn * PAGE_SIZE + operation.origAddress - this.#source.stated;
    const page = Math.floor(physical / PAGE_SIZE);
    const frame = this.#machine.domain ? (this.#machine.domain.p2m.lookup(page) ?? 0) : page;
    const answer = mapStreaming(this.#context, this.#device, {
      physical, bus: frame * PAGE_SIZE + (physical % PAGE_SIZE), bytes: operation.bytes, cpu: operation.cpu, inContiguousRegion: false,
    });
    if (answer.kind === 'direct' || answer.kind === 'bounced') this.#mapped.set(operation.id, answer.kind === 'bounced' ? answer.slots.address : undefined);
    const predicted = answer.kind === 'direct' ? 'DIRECT' : answer.kind === 'bounced' ? 'BOUNCE' : 'FAIL';
    this.#row(operation, 'mapping', operation.bytes, this.#device.dmaMask, operation.result, predicted);
  }

  #apertureLast(): number | undefined {
    const { aperture, segments, apertureBytes } = this.#machine;
    if (!aperture) return undefined;
    const last = segments?.at(-1);
    return last === undefined ? aperture.pool.start + apertureBytes - 1 : last + SEGMENT_BYTES - 1;
  }

  #lastAddress(): number {
    return Math.max(0, ...this.#platform.memory.e820.value.filter(({ type }) => type === 'usable').map(({ end }) => end)) - 1;
  }
}

function maskOf(mask: bigint): number {
  return mask >= BigInt(ALL_ADDRESSES) ? ALL_ADDRESSES : Number(mask);
}
