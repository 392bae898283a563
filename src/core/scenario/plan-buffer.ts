import { DmaSystem } from '../dma/dma-system.ts';
import { createDevice, type Device } from '../dma/device.ts';
import { type Outcome, copiedBytes } from '../dma/outcome.ts';
import { bytesOf, roomAtBoot } from '../dma/strategies/machine-room.ts';
import { priceStrategy } from '../dma/strategies/price-strategy.ts';
import { STRATEGY_IDS, type StrategyAnswer, type StrategyId } from '../dma/strategies/strategy.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { platformVariant } from '../platform/platform-variant.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { MIB } from '../units/bytes.ts';
import { orderBytes, orderFor } from '../units/pages.ts';
import { maskOfBits } from '../units/dma-mask.ts';
import { knownReleases } from './known-releases.ts';

/** What a driver's author wishes for. */
export interface BufferPlanRequest {
  readonly bytes: number;
  /** Width of the device's mask, 12 to 64 bits. */
  readonly maskBits: number;
  /** Whether the device takes one address only; else pieces will do. */
  readonly contiguous: boolean;
  /** Whether no byte may be copied on its way to a user: of this domain, or of a guest. */
  readonly zeroCopy: 'no' | 'user' | 'domu';
  /** Data that goes through the buffer, in bytes a second; 0 where it is not known. */
  readonly bytesPerSecond: number;
}

export type PlanWayId = 'coherent' | 'streaming' | 'cma' | StrategyId;

/** What a way asks of whoever takes it. */
export type PlanNeed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'boot-option'; readonly of: 'linux' | 'xen'; readonly option: string }
  | { readonly kind: 'kernel-change'; readonly symbol: 'IO_TLB_SEGSIZE' | 'MAX_CONTIG_ORDER' | 'boot-reserve'; readonly value: number }
  | { readonly kind: 'driver-change'; readonly change: 'scatterlist' | 'dma-mask' | 'split' }
  | { readonly kind: 'domain-type'; readonly change: 'pvh' };

/**
 * `from`: with this release and all later ones that the tables know; `any`: with the oldest of them already; `none`: not with the newest;
 * `not-modelled`: the model has no facts that decide it.
 */
export type PlanSince = { readonly kind: 'from' | 'any'; readonly release: string } | { readonly kind: 'none' | 'not-modelled' };

/** How far a plan is: ways that were tried, of how many. */
export interface PlanProgress {
  readonly done: number;
  readonly total: number;
}

/** One way to the buffer, as the core found it on the platform. Sizes are bytes. */
export interface PlanRow {
  readonly id: PlanWayId;
  /**
   * `works`: all that was wished for. `in-pieces`: the bytes are to be had, not contiguous. `wider-mask`: all of it, for a device with a
   * mask of 64 bits. `no`: not on this platform.
   */
  readonly verdict: 'works' | 'in-pieces' | 'wider-mask' | 'no';
  /** What decided; absent where it works. */
  readonly binding?: Reason;
  readonly needs: readonly PlanNeed[];
  /** Largest contiguous piece that the way gives, and how many of them make up the buffer (0: it cannot be made up). */
  readonly pieceBytes: number;
  readonly pieces: number;
  /** Memory that nothing else can use while the buffer stands, and bookkeeping for good. */
  readonly memoryBytes: number;
  readonly bookkeepingBytes: number;
  /** How often the processor copies each byte of data on its way from the device. */
  readonly copiesPerByte: number;
  /** What is left for everything else: of the machine, and below the mask. */
  readonly remainsBytes: number;
  readonly remainsBelowMaskBytes: number;
  /** From which releases on it works, the rest of the platform as it is; `xen` is absent where the platform has none. */
  readonly since: { readonly linux: PlanSince; readonly xen?: PlanSince };
  readonly explain: readonly Reason[];
}

export interface BufferPlan {
  readonly platform: Platform;
  readonly request: BufferPlanRequest;
  readonly rows: readonly PlanRow[];
}

/** {@link planSteps} to its end. */
export function planBuffer(platform: Platform, request: BufferPlanRequest): BufferPlan {
  const steps = planSteps(platform, request);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Every way to a large DMA buffer on a platform, each tried on a machine of its own that the core boots: nothing here is
 * known beforehand. Ways that any kernel has come first, then those that need another kernel, driver or domain. It pauses after each way.
 */
export function* planSteps(platform: Platform, request: BufferPlanRequest): Generator<PlanProgress, BufferPlan> {
  const { linux, xen } = knownReleases(platform);
  const ways = waysOn(platform);
  const total = ways.length * (1 + linux.length + xen.length);
  let done = 0;
  const tryAll = function* (on: Platform): Generator<PlanProgress, WayRow[]> {
    const rows: WayRow[] = [];
    for (const id of ways) {
      rows.push(judged(tryWay(id, on, request), request));
      yield { done: ++done, total };
    }
    return rows;
  };
  const rows = yield* tryAll(platform);
  const works = { linux: new Map<string, WayRow[]>(), xen: new Map<string, WayRow[]>() };
  for (const release of linux) works.linux.set(release, yield* tryAll(platformVariant(platform, { linux: release }, `Linux ${release}`)));
  for (const release of xen) works.xen.set(release, yield* tryAll(platformVariant(platform, { xen: release }, `Xen ${release}`)));
  return {
    platform, request,
    rows: rows.map((row, at) => ({
      ...row,
      since: {
        linux: row.id === 'pvh-iommu' ? { kind: 'not-modelled' } : firstRelease(works.linux, at),
        ...(platform.xen === undefined ? {} : { xen: firstRelease(works.xen, at) }),
      },
    })),
  };
}

/** The oldest release from which on the way of an index works without a break: one that broke it again is no answer. */
function firstRelease(tried: ReadonlyMap<string, readonly WayRow[]>, at: number): PlanSince {
  const releases = [...tried];
  const last = releases.findLastIndex(([, rows]) => !givesAll(rows[at]?.verdict));
  const first = releases[last + 1]?.[0];
  return first === undefined ? { kind: 'none' } : { kind: last < 0 ? 'any' : 'from', release: first.replace(/\.0$/, '').replace(/-xen$/, '') };
}

function givesAll(verdict: PlanRow['verdict'] | undefined): boolean {
  return verdict === 'works' || verdict === 'wider-mask';
}

type WayRow = Omit<PlanRow, 'since'>;

/** The ways that there are on a platform: without a hypervisor there is no region to make contiguous, and no other kind of domain. */
function waysOn(platform: Platform): PlanWayId[] {
  const priced = STRATEGY_IDS.filter((id) => platform.xen !== undefined || (id !== 'contig-order' && id !== 'pvh-iommu'));
  return ['coherent', 'streaming', ...(isXenPv(platform) ? [] : ['cma' as const]), ...priced];
}

function tryWay(id: PlanWayId, platform: Platform, request: BufferPlanRequest): WayRow {
  switch (id) {
    case 'coherent': return tryCoherent(platform, request, id);
    case 'streaming': return tryStreaming(platform, request);
    case 'cma': return tryCma(platform, request);
    default: return rowOf(priceStrategy(platform, id, request), platform, request);
  }
}

/** A way that gives the buffer but not what was wished for with it does not work. */
function judged(row: WayRow, request: BufferPlanRequest): WayRow {
  if (row.verdict === 'no' || row.verdict === 'wider-mask') return row;
  if (request.zeroCopy !== 'no' && row.copiesPerByte > 0) {
    const binding = reason('plan-copies', { bytes: request.bytes, copies: row.copiesPerByte });
    return { ...row, verdict: 'no', binding, explain: [...row.explain, binding] };
  }
  if (request.contiguous && row.verdict === 'in-pieces') {
    const binding = reason('plan-pieces', { pieces: row.pieces, bytes: row.pieceBytes });
    return { ...row, binding, explain: [...row.explain, binding] };
  }
  return !request.contiguous && row.pieces > 0 ? { ...row, verdict: 'works' } : row;
}

function remains(platform: Platform, request: BufferPlanRequest, taken: number): Pick<PlanRow, 'remainsBytes' | 'remainsBelowMaskBytes'> {
  const room = roomAtBoot(platform);
  return { remainsBytes: Math.max(0, bytesOf(room) - taken), remainsBelowMaskBytes: Math.max(0, bytesOf(room, request.maskBits) - taken) };
}

/** The step of a refusal that decided: every refusal has it among its steps. */
function decisive(outcome: Extract<Outcome, { ok: false }>): Reason {
  return outcome.explain.find(({ key }) => key === outcome.reason)!;
}

/** dma_alloc_coherent of the whole; where it is refused, the largest power of two that is not. */
function tryCoherent(platform: Platform, request: BufferPlanRequest, id: 'coherent' | 'cma', needs: readonly PlanNeed[] = [{ kind: 'nothing' }]): WayRow {
  const system = new DmaSystem(platform);
  const device = createDevice({ name: 'device', maskBits: request.maskBits });
  const outcome = system.allocCoherent(device, 'buffer', request.bytes);
  const common = { id, needs, bookkeepingBytes: 0, copiesPerByte: 0, explain: outcome.explain };
  if (outcome.ok) {
    const taken = orderBytes(orderFor(request.bytes));
    return { ...common, verdict: 'works', pieceBytes: request.bytes, pieces: 1, memoryBytes: taken, ...remains(platform, request, taken) };
  }
  const binding = decisive(outcome);
  let piece = orderBytes(orderFor(request.bytes)) / 2;
  while (piece >= orderBytes(0) && !system.allocCoherent(device, `piece-${piece}`, piece).ok) piece /= 2;
  return { ...common, verdict: 'no', pieceBytes: piece >= orderBytes(0) ? piece : 0, pieces: 0, memoryBytes: 0, binding, ...remains(platform, request, 0) };
}

/**
 * dma_map_single of ordinary memory: of a buffer as large as the page allocator gives, in pieces of half the size and less where
 * that is refused. A mapping that is direct costs no copy.
 */
function tryStreaming(platform: Platform, request: BufferPlanRequest): WayRow {
  const system = new DmaSystem(platform);
  const device = createDevice({ name: 'device', maskBits: request.maskBits });
  const common = { id: 'streaming' as const, bookkeepingBytes: 0, memoryBytes: 0, ...remains(platform, request, 0) };
  const whole = mapOnce(system, device, request.bytes);
  if (whole.outcome.ok) return { ...common, verdict: 'works', needs: [{ kind: 'nothing' }], pieceBytes: request.bytes, pieces: 1, copiesPerByte: whole.copies, explain: whole.outcome.explain };
  const binding = decisive(whole.outcome);
  const refused = { ...common, explain: whole.outcome.explain, binding };
  for (let piece = orderBytes(Math.min(orderFor(request.bytes), platform.features.pageAllocatorMaxOrder.value)); piece >= orderBytes(0); piece /= 2) {
    const { outcome, copies } = mapOnce(system, device, piece);
    if (outcome.ok) return { ...refused, verdict: 'in-pieces', needs: [{ kind: 'driver-change', change: 'split' }], pieceBytes: piece, pieces: Math.ceil(request.bytes / piece), copiesPerByte: copies };
  }
  return { ...refused, verdict: 'no', needs: [], pieceBytes: 0, pieces: 0, copiesPerByte: 0 };
}

/** Maps a buffer that the device fills, and unmaps it. @returns copies of each byte on the way */
function mapOnce(system: DmaSystem, device: Device, bytes: number): { outcome: Outcome; copies: number } {
  const outcome = system.mapSingle(device, { id: 'buffer', bytes, direction: 'DMA_FROM_DEVICE' });
  if (!outcome.ok) return { outcome, copies: 0 };
  const end = system.unmapSingle('buffer');
  return { outcome, copies: (copiedBytes(outcome) + copiedBytes(end)) / bytes };
}

/** The same machine booted with a CMA area that holds the buffer; under Xen PV its frames would still be scattered. */
function tryCma(platform: Platform, request: BufferPlanRequest): WayRow {
  const bytes = Math.ceil(request.bytes / (4 * MIB)) * 4 * MIB;
  const end = Math.min(maskOfBits(request.maskBits) + 1, 2 ** 32);
  const variant = platformVariant(platform, { cmaBytes: bytes }, 'cma= as the plan asks');
  const option = `cma=${bytes / MIB}M@0-${end / MIB >= 1024 ? `${end / 1024 / MIB}G` : `${end / MIB}M`}`;
  return tryCoherent(variant, request, 'cma', [{ kind: 'boot-option', of: 'linux', option }]);
}

function rowOf(answer: StrategyAnswer, platform: Platform, request: BufferPlanRequest): WayRow {
  const binding = answer.feasible ? undefined : answer.explain.findLast(({ key }) => key !== 'strategy-copies' && !key.startsWith('knob-'));
  const wider = answer.id === 'wide-mask' && request.maskBits < 64 && answer.pieceBytes >= request.bytes;
  return {
    id: answer.id, verdict: answer.feasible ? 'works' : wider ? 'wider-mask' : answer.pieces > 0 ? 'in-pieces' : 'no', needs: needsOf(answer, platform, request),
    pieceBytes: answer.pieceBytes, pieces: answer.pieces, memoryBytes: answer.cost.memoryBytes, bookkeepingBytes: answer.cost.bookkeepingBytes,
    copiesPerByte: answer.cost.copiedBytes / request.bytes,
    remainsBytes: answer.remains.bytes, remainsBelowMaskBytes: answer.remains.belowMaskBytes,
    ...(binding ? { binding } : {}), explain: answer.explain,
  };
}

function needsOf({ id, cost }: StrategyAnswer, platform: Platform, request: BufferPlanRequest): PlanNeed[] {
  switch (id) {
    case 'segment-size': {
      const slots = cost.memoryBytes / 2048;
      const value = platform.features.swiotlbUnit.value === 'MiB' ? cost.memoryBytes / MIB : slots;
      return [{ kind: 'kernel-change', symbol: 'IO_TLB_SEGSIZE', value: 2 ** Math.ceil(Math.log2(Math.max(1, request.bytes / 2048))) }, { kind: 'boot-option', of: 'linux', option: `swiotlb=${value}` }];
    }
    case 'contig-order': return [{ kind: 'kernel-change', symbol: 'MAX_CONTIG_ORDER', value: orderFor(request.bytes) }];
    case 'boot-reserve': return [{ kind: 'kernel-change', symbol: 'boot-reserve', value: cost.memoryBytes }];
    case 'wide-mask': return [{ kind: 'driver-change', change: 'dma-mask' }];
    case 'scatter-gather': return [{ kind: 'driver-change', change: 'scatterlist' }];
    case 'pvh-iommu': return [{ kind: 'domain-type', change: 'pvh' }];
  }
}
