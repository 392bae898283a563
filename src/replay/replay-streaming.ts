import { addressingLimited, type QueryContext, maskSupported, maxMappingSize } from '../core/dma/device-queries.ts';
import type { Device } from '../core/dma/device.ts';
import { type StreamingContext, type StreamingResult, mapStreaming } from '../core/dma/map-streaming.ts';
import { P2m } from '../core/machine/p2m.ts';
import { factFromDefault } from '../core/platform/fact.ts';
import type { Features } from '../core/platform/features.ts';
import { Aperture } from '../core/swiotlb/aperture.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { ALL_ADDRESSES } from '../core/units/dma-mask.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import type {
  AreaState, MapOperation, QueryOperation, SetOperation, SlotsOperation, SourceChange, Trace, TraceOperation, UnmapOperation,
} from '../evidence/trace/trace-operation.ts';
import type { BootKnowledge } from './boot-knowledge.ts';
import { MATCHED, type StepVerdict, differs } from './step-verdict.ts';

interface Held {
  readonly bus: number;
  /** Address of the bounce slot; undefined where the mapping is direct. */
  readonly tlbAddress: number | undefined;
}

/** `-EIO`, as dma_set_mask refuses. */
const EIO = -5;
const SIZE_MAX = 0xffff_ffff_ffff_ffffn;

/**
 * The streaming side of a replay: runs every map, unmap, mask change and query of a trace through the core and compares what
 * the trace states with what the core answers; the aperture's lists are the core's own from the trace's first state on.
 */
export class StreamingReplay {
  readonly aperture: Aperture | undefined;
  readonly #context: StreamingContext;
  readonly #query: QueryContext;
  readonly #knowledge: BootKnowledge;
  readonly #xenPv: boolean;
  /** Frames of the buffer that mappings are made of. */
  #source = new P2m();
  readonly #held = new Map<string, Held>();
  /** Counters that the trace has stated last, area by area. */
  readonly #used: Int32Array;
  readonly #hint: Int32Array;
  readonly #highest: number;
  #dmaMask: bigint | undefined;
  #coherentMask: bigint | undefined;
  #device: Device;
  /** Operations that the core refused, by cause. */
  readonly refusals = new Map<string, number>();
  /** Hears what the core answers to each mapping, before it is compared; absent where nobody asks. */
  answered: ((answer: StreamingResult, device: Device) => void) | undefined;

  constructor(trace: Trace, features: Features, knowledge: BootKnowledge) {
    const { aperture, device, xenPv } = trace;
    this.#knowledge = knowledge;
    this.#xenPv = xenPv;
    const pool = aperture.slots > 0 ? new Aperture(features.slotSearch.value, aperture.slots, aperture.areas, aperture.start) : undefined;
    this.aperture = pool;
    const areas = pool?.pool.areas ?? 0;
    this.#used = new Int32Array(areas);
    this.#hint = new Int32Array(areas);
    for (const { area, used, hint } of trace.areas) {
      this.#used[area] = used;
      this.#hint[area] = hint;
      if (pool && area < areas) pool.pool.hint[area] = hint;
    }
    const force = factFromDefault(aperture.force, 'the trace\'s #tlb line');
    this.#context = {
      features, force, ...(pool ? { aperture: pool } : {}),
      // `noforce` before 6.0 leaves a pool of one slot that nothing may use.
      neverBounces: aperture.slots === 1 && !features.areas.value && !xenPv,
      ...(xenPv ? { machineRuns: (pfn: number, count: number) => this.#source.machineRuns(pfn, count) } : {}),
      slotBusAddress: (address) => knowledge.busOf(address),
    };
    this.#query = {
      xenPv, hasPool: aperture.slots > 0, force: aperture.force,
      xenMaxMappingSize: features.xenMaxMappingSize.value, minAlignMask: features.minAlignMask.value,
    };
    this.#highest = Math.max(aperture.end - 1, 0);
    this.#dmaMask = device.dmaMask;
    this.#coherentMask = device.coherentMask;
    this.#device = { name: trace.name, dmaMask: 0, coherentMask: 0, minAlignMask: Number(device.minAlignMask), boundaryMask: maskNumber(device.boundaryMask) };
    this.#updateMasks();
  }

  /** @returns undefined where the operation is not of this side, or states nothing by itself */
  step(operation: TraceOperation): StepVerdict | undefined {
    switch (operation.kind) {
      case 'map': return this.#map(operation);
      case 'unmap': return this.#unmap(operation);
      case 'slots': return this.#slots(operation);
      case 'set': return this.#set(operation);
      case 'query': return this.#answer(operation);
      case 'source': this.#sourceChange(operation); return undefined;
      default: return undefined;
    }
  }

  /** What the core answers to a mapping that the trace does not contain; the state changes as it would. */
  attempt(operation: Pick<MapOperation, 'origAddress' | 'bytes' | 'cpu'>): StreamingResult | undefined {
    const bus = this.#busOf(operation.origAddress);
    if (bus === undefined) return undefined;
    return mapStreaming(this.#context, this.#device, { physical: operation.origAddress, bus, bytes: operation.bytes, cpu: operation.cpu, inContiguousRegion: false });
  }

  /** Compares the counters at the trace's end. */
  end(areas: readonly AreaState[], used: number): StepVerdict {
    for (const { area, used: areaUsed, hint } of areas) {
      this.#used[area] = areaUsed;
      this.#hint[area] = hint;
    }
    return this.#countersMatch(used) ? MATCHED : differs(`used=${used} ${areaText(areas)}`, this.#countersText());
  }

  #map(operation: MapOperation): StepVerdict {
    const { result: stated } = operation;
    this.#note(operation.areas);
    if (stated === 'BADPLAN') return this.#counters(operation.used, operation.areas);
    const answer = this.attempt(operation);
    if (answer) this.answered?.(answer, this.#device);
    else return differs(stated, `no #srcrun states the machine frame of ${formatAddress(operation.origAddress)}`);
    let predicted: string;
    if (answer.kind === 'direct') {
      predicted = `DIRECT dma=${formatAddress(answer.bus)} slot=-1 pad=0`;
      this.#held.set(operation.id, { bus: answer.bus, tlbAddress: undefined });
    } else if (answer.kind === 'bounced') predicted = this.#bounced(operation, answer);
    else {
      const cause = answer.kind === 'refused' ? answer.cause : answer.kind;
      this.refusals.set(cause, (this.refusals.get(cause) ?? 0) + 1);
      // A search without end is no failure that a trace could state.
      predicted = cause === 'livelock' ? 'livelock' : 'FAIL';
    }
    const text = stated === 'FAIL'
      ? 'FAIL'
      : `${stated} dma=${formatAddress(operation.bus)} slot=${operation.slot} pad=${operation.pad}`;
    if (text !== predicted) return differs(`${text} used=${operation.used} ${areaText(operation.areas)}`, `${predicted} ${this.#countersText()}`);
    return this.#counters(operation.used, operation.areas);
  }

  #bounced(operation: MapOperation, answer: Extract<StreamingResult, { kind: 'bounced' }>): string {
    const { slots } = answer;
    let { bus } = answer;
    if (bus === undefined) {
      // No line has stated the machine frames of this segment so far. A refusal can then only be for reach.
      if (operation.result === 'FAIL') {
        this.aperture?.unmap(slots.address);
        this.refusals.set('out-of-reach', (this.refusals.get('out-of-reach') ?? 0) + 1);
        return 'FAIL';
      }
      const within = operation.bus + operation.bytes - 1 <= this.#device.dmaMask;
      if (operation.tlbAddress === slots.address && within && this.#knowledge.learn(slots.address, operation.bus)) ({ bus } = operation);
    }
    this.#held.set(operation.id, { bus: bus ?? -1, tlbAddress: slots.address });
    if (slots.address !== operation.tlbAddress) return `BOUNCE tlb=${formatAddress(slots.address)} slot=${slots.slot} pad=${slots.pad}`;
    return `BOUNCE dma=${bus === undefined ? 'unknown' : formatAddress(bus)} slot=${slots.slot} pad=${slots.pad}`;
  }

  #unmap(operation: UnmapOperation): StepVerdict {
    this.#note(operation.areas);
    const held = this.#held.get(operation.id);
    this.#held.delete(operation.id);
    const predicted = held ? `OK dma=${formatAddress(held.bus)}` : 'SKIP';
    if (held?.tlbAddress !== undefined) this.aperture?.unmap(held.tlbAddress);
    const stated = operation.result === 'OK' ? `OK dma=${formatAddress(operation.bus ?? -1)}` : 'SKIP';
    if (stated !== predicted) return differs(`${stated} used=${operation.used} ${areaText(operation.areas)}`, `${predicted} ${this.#countersText()}`);
    return this.#counters(operation.used, operation.areas);
  }

  /** A dump of the whole list: its runs must follow one another without a gap and be the core's own, slot for slot. */
  #slots(operation: SlotsOperation): StepVerdict {
    const list = this.aperture?.pool.list ?? new Uint8Array(0);
    let next = 0;
    for (const { line, first, count, list: value } of operation.runs) {
      const stated = `line ${line}: ${value === 0 ? 'used' : `list ${value}`} at slot ${first}, ${count} slots`;
      if (first !== next) return differs(stated, `a run from slot ${next} on: a dump covers the list without a gap`);
      for (let i = 0; i < count; i++) {
        const expected = value === 0 ? 0 : value - i;
        const actual = list[first + i];
        if (actual !== expected) return differs(stated, `list ${actual === undefined ? 'ends' : actual} at slot ${first + i}`);
      }
      next = first + count;
    }
    return next === list.length ? MATCHED : differs(`a list of ${next} slots`, `a list of ${list.length} slots`);
  }

  #set(operation: SetOperation): StepVerdict | undefined {
    const { what, argument, rc, value } = operation;
    switch (what) {
      case 'cpu': case 'src': return undefined;
      case 'minalign':
        this.#device = { ...this.#device, minAlignMask: Number(argument) };
        return rc === 0 ? MATCHED : differs(`rc=${rc}`, 'rc=0');
      case 'segb':
        this.#device = { ...this.#device, boundaryMask: maskNumber(argument) };
        return rc === 0 ? MATCHED : differs(`rc=${rc}`, 'rc=0');
      default:
    }
    const asked = argument >= 64n ? SIZE_MAX : (1n << argument) - 1n;
    const coherent = what === 'cmask' || what === 'rawcmask';
    const before = coherent ? this.#coherentMask : this.#dmaMask;
    const accepted = what === 'rawmask' || what === 'rawcmask' || this.#accepts(asked, rc);
    const after = accepted ? asked : before;
    if (coherent) this.#coherentMask = after;
    else this.#dmaMask = after;
    this.#updateMasks();
    const predictedRc = accepted ? 0 : EIO;
    if (rc === predictedRc && value === after) return MATCHED;
    return differs(`rc=${rc} value=${maskText(value)}`, `rc=${predictedRc} value=${maskText(after)}`);
  }

  #accepts(asked: bigint, rc: number): boolean {
    const mask = Number(asked);
    if (!this.#xenPv) return maskSupported(false, mask, undefined);
    if (!this.aperture) return maskSupported(true, mask, undefined);
    const within = this.#knowledge.lastByteWithin(mask);
    if (within !== undefined) return within;
    // No line has stated where the aperture ends: the answer itself says on which side of the mask.
    this.#knowledge.learnLastByte(mask, rc === 0);
    return rc === 0;
  }

  #answer(operation: QueryOperation): StepVerdict {
    const { dmaMask, coherentMask } = this;
    let required = this.#xenPv ? 0xffff_ffffn : this.#knowledge.requiredMask;
    if (required === undefined) {
      // The width of memory is stated nowhere before: it must be a mask of ones and span every address that the trace names.
      const stated = operation.requiredMask;
      required = (stated & (stated + 1n)) === 0n && Number(stated) >= this.#highest - (this.#highest % PAGE_SIZE) ? stated : 0n;
      this.#knowledge.requiredMask = required;
    }
    const limited = addressingLimited(Number(dmaMask), Number(required));
    const bounded = maxMappingSize(this.#query, this.#device, limited);
    const max = Number.isFinite(bounded) ? BigInt(bounded) : SIZE_MAX;
    const opt = operation.optMappingSize === 0n ? 0n : max;
    const predicted = queryText(dmaMask, coherentMask, max, opt, required, limited);
    const stated = queryText(operation.dmaMask, operation.coherentMask, operation.maxMappingSize, operation.optMappingSize, operation.requiredMask, operation.addressingLimited);
    return stated === predicted ? MATCHED : differs(stated, predicted);
  }

  get dmaMask(): bigint | undefined {
    return this.#dmaMask;
  }

  get coherentMask(): bigint | undefined {
    return this.#coherentMask;
  }

  #sourceChange(operation: SourceChange): void {
    this.#source = new P2m();
    for (const { pfn, count, mfn } of operation.runs) if (mfn !== undefined) this.#source.set(pfn, [{ mfn, count }]);
  }

  #busOf(physical: number): number | undefined {
    if (!this.#xenPv) return physical;
    const mfn = this.#source.lookup(Math.floor(physical / PAGE_SIZE));
    return mfn === undefined ? undefined : mfn * PAGE_SIZE + (physical % PAGE_SIZE);
  }

  #updateMasks(): void {
    this.#device = { ...this.#device, dmaMask: Number(this.#dmaMask ?? 0n), coherentMask: Number(this.#coherentMask ?? 0n) };
  }

  #note(areas: readonly AreaState[]): void {
    for (const { area, used, hint } of areas) {
      this.#used[area] = used;
      this.#hint[area] = hint;
    }
  }

  #counters(used: number, areas: readonly AreaState[]): StepVerdict {
    return this.#countersMatch(used) ? MATCHED : differs(`used=${used} ${areaText(areas)}`, this.#countersText());
  }

  /** Every area's counters, those that the operation does not name included: unnamed ones have not changed. */
  #countersMatch(used: number): boolean {
    const { aperture } = this;
    if (!aperture) return used === 0;
    const { pool } = aperture;
    let sum = 0;
    for (let i = 0; i < pool.areas; i++) {
      const areaUsed = pool.used[i] ?? 0;
      if (areaUsed !== this.#used[i] || pool.hint[i] !== this.#hint[i]) return false;
      sum += areaUsed;
    }
    return sum === used;
  }

  #countersText(): string {
    const pool = this.aperture?.pool;
    if (!pool) return 'used=0';
    const areas: AreaState[] = [];
    for (let i = 0; i < pool.areas; i++) {
      if (pool.used[i] !== this.#used[i] || pool.hint[i] !== this.#hint[i]) areas.push({ area: i, used: pool.used[i] ?? 0, hint: pool.hint[i] ?? 0 });
    }
    return `used=${pool.totalUsed} ${areaText(areas)}`;
  }
}

function maskNumber(mask: bigint): number {
  return mask > BigInt(ALL_ADDRESSES) ? ALL_ADDRESSES : Number(mask);
}

function maskText(mask: bigint | undefined): string {
  return mask === undefined ? '' : formatAddress(mask);
}

function areaText(areas: readonly AreaState[]): string {
  return `areas=${areas.map(({ area, used, hint }) => `${area}:${used}:${hint}`).join(';')}`;
}

function queryText(mask: bigint | undefined, coherent: bigint | undefined, max: bigint, opt: bigint, required: bigint, limited: boolean): string {
  return `mask=${maskText(mask)} cmask=${maskText(coherent)} max=${max} opt=${opt} required=${maskText(required)} limited=${limited ? 1 : 0}`;
}
