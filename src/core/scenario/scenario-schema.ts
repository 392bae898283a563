import * as v from 'valibot';
import { STRATEGY_IDS } from '../dma/strategies/strategy.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { parseSize } from '../units/parse-size.ts';

/** A size as people write it, turned into bytes. */
const Size = v.pipe(
  v.union([v.number(), v.string()], 'expected a size: a number of bytes or a string such as "1.5M"'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const bytes = parseSize(dataset.value);
    if (typeof bytes === 'number') return bytes;
    addIssue({ message: bytes.error });
    return NEVER;
  }),
);

const PositiveSize = v.pipe(Size, v.minValue(1, 'expected at least one byte'));

const MaskBits = v.pipe(v.number('expected the width of a DMA mask in bits'), v.integer('expected whole bits'), v.minValue(12, 'expected 12 to 64 bits'), v.maxValue(64, 'expected 12 to 64 bits'));

const Count = v.pipe(v.number('expected a number'), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));

const Id = v.pipe(v.string('expected a name'), v.nonEmpty('expected a name'));

const Byte = v.pipe(
  v.union([v.number(), v.string()], 'expected a byte: 0 to 255, or a string such as "0xa5"'),
  v.transform((value) => (typeof value === 'string' && /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(value) ? Number(value) : value)),
  v.check((value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255, 'expected a byte: 0 to 255, or a string such as "0xa5"'),
  v.transform(Number),
);

const DirectionName = v.picklist(['DMA_TO_DEVICE', 'DMA_FROM_DEVICE', 'DMA_BIDIRECTIONAL'], 'expected DMA_TO_DEVICE, DMA_FROM_DEVICE or DMA_BIDIRECTIONAL');

const Expect = v.strictObject({
  /** Whether the step succeeds. */
  ok: v.optional(v.boolean('expected true or false')),
  /** Key of the reason of refusal: `segment-limit`, `contig-order-limit`, … */
  reason: v.optional(v.string()),
  /** How it is served: direct, bounce, pages, exchange, cma, pool. */
  by: v.optional(v.picklist(['direct', 'bounce', 'pages', 'exchange', 'cma', 'pool'], 'expected direct, bounce, pages, exchange, cma or pool')),
  /** Of a read: the byte that every byte read must be. */
  byte: v.optional(Byte),
  /** Bytes that the step copies between buffer and bounce slots. */
  copied: v.optional(Size),
  /** Of a workload or a repetition: how many of its requests are refused. */
  failures: v.optional(Count),
});

const common = {
  /** Shown beside the step. */
  note: v.optional(v.string()),
  expect: v.optional(Expect),
};

const streaming = {
  direction: v.optional(DirectionName),
  /** DMA_ATTR_SKIP_CPU_SYNC. */
  skipCpuSync: v.optional(v.boolean('expected true or false')),
  /** Byte that the buffer holds beforehand. */
  fill: v.optional(Byte),
  cpu: v.optional(Count),
};

const OffsetInPage = v.optional(v.pipe(Size, v.maxValue(4095, 'expected an offset within a page, 0 to 4095')));

/** A part of a mapping; absent: the whole. */
const part = { offset: v.optional(Size), size: v.optional(PositiveSize) };

const MapSingle = v.strictObject({ op: v.literal('dma_map_single'), device: Id, size: PositiveSize, id: v.optional(Id), offset: OffsetInPage, ...streaming, ...common });
const MapPage = v.strictObject({ op: v.literal('dma_map_page'), device: Id, size: PositiveSize, id: v.optional(Id), offset: OffsetInPage, ...streaming, ...common });
const MapSg = v.strictObject({
  op: v.literal('dma_map_sg'), device: Id, id: v.optional(Id),
  /** Bytes of each element, each a buffer of its own. */
  elements: v.pipe(v.array(PositiveSize, 'expected a list of sizes'), v.minLength(1, 'expected one element or more'), v.maxLength(4096, 'expected at most 4096 elements')),
  direction: streaming.direction, fill: streaming.fill, cpu: streaming.cpu, ...common,
});
const release = { id: Id, skipCpuSync: streaming.skipCpuSync, ...common };
const UnmapSingle = v.strictObject({ op: v.literal('dma_unmap_single'), ...release });
const UnmapPage = v.strictObject({ op: v.literal('dma_unmap_page'), ...release });
const UnmapSg = v.strictObject({ op: v.literal('dma_unmap_sg'), ...release });
const sync = { id: Id, ...part, direction: streaming.direction, ...common };
const SyncForCpu = v.strictObject({ op: v.literal('dma_sync_single_for_cpu'), ...sync });
const SyncForDevice = v.strictObject({ op: v.literal('dma_sync_single_for_device'), ...sync });
const CpuWrite = v.strictObject({ op: v.literal('cpu_write'), id: Id, byte: Byte, ...part, ...common });
const CpuRead = v.strictObject({ op: v.literal('cpu_read'), id: Id, ...part, ...common });
const DeviceWrite = v.strictObject({ op: v.literal('device_write'), id: Id, byte: Byte, ...part, ...common });
const DeviceRead = v.strictObject({ op: v.literal('device_read'), id: Id, ...part, ...common });
const AllocCoherent = v.strictObject({ op: v.literal('dma_alloc_coherent'), device: Id, size: PositiveSize, id: v.optional(Id), ...common });
const FreeCoherent = v.strictObject({ op: v.literal('dma_free_coherent'), id: Id, ...common });

/** What a way to a large contiguous buffer, which no kernel has or a site must choose, would give on the platform. */
const StrategyStep = v.strictObject({
  op: v.literal('strategy'), id: v.optional(Id),
  strategy: v.picklist(STRATEGY_IDS, `expected a strategy: ${STRATEGY_IDS.join(', ')}`),
  size: PositiveSize,
  /** Width of the device's mask; 32 where none is given. */
  mask: v.optional(MaskBits),
  /** Entries of the device's list, for scatter-gather. */
  segments: v.optional(v.pipe(Count, v.minValue(1, 'expected one segment or more'), v.maxValue(65_536, 'expected at most 65536 segments'))),
  /** Size of the extents of a boot-reserve: 2M or 1G. */
  granularity: v.optional(v.pipe(Size, v.check((bytes) => bytes === 2 * MIB || bytes === GIB, 'expected extents of 2M or 1G'))),
  ...common,
});
/** The machine's other guests, and the balloon of the domain whose drivers are looked at. */
const CreateDomain = v.strictObject({ op: v.literal('xen_create_domain'), id: Id, size: PositiveSize, ...common });
const DestroyDomain = v.strictObject({ op: v.literal('xen_destroy_domain'), id: Id, ...common });
const Inflate = v.strictObject({ op: v.literal('balloon_inflate'), id: v.optional(Id), size: PositiveSize, ...common });
const Deflate = v.strictObject({ op: v.literal('balloon_deflate'), id: v.optional(Id), size: PositiveSize, ...common });
const RemoveDevice = v.strictObject({ op: v.literal('remove_device'), device: Id, id: v.optional(Id), ...common });

const SINGLE_OPERATIONS = [
  MapSingle, UnmapSingle, MapPage, UnmapPage, MapSg, UnmapSg, SyncForCpu, SyncForDevice, CpuWrite, CpuRead, DeviceWrite, DeviceRead, AllocCoherent, FreeCoherent,
  StrategyStep, CreateDomain, DestroyDomain, Inflate, Deflate, RemoveDevice,
] as const;

const named = (operations: readonly { readonly entries: { readonly op: { readonly literal: string } } }[]): string => `expected an operation: ${operations.map(({ entries }) => entries.op.literal).join(', ')}`;

const SingleStep = v.variant('op', SINGLE_OPERATIONS, named(SINGLE_OPERATIONS));

const Times = v.pipe(v.number('expected a number'), v.integer('expected a whole number'), v.minValue(1, 'expected one or more'), v.maxValue(10_000_000, 'expected at most 10,000,000'));

const SizeRange = v.pipe(
  v.strictObject({ from: PositiveSize, to: v.optional(PositiveSize), weight: v.optional(v.pipe(Times, v.maxValue(1000, 'expected a weight of 1 to 1000'))) }),
  v.check(({ from, to }) => to === undefined || to >= from, 'expected "to" not below "from"'),
);

/** A seeded random load. What it does not state, its shape does; without one, sizes have to be stated. */
const Workload = v.strictObject({
  op: v.literal('workload'), device: Id, id: v.optional(Id),
  shape: v.optional(v.picklist(['nic', 'block', 'gpu', 'capture'], 'expected nic, block, gpu or capture')),
  sizes: v.optional(v.pipe(v.array(SizeRange, 'expected a list of sizes'), v.minLength(1, 'expected one size or more'))),
  /** Rounds of the load: in each, what is due ends and `perTick` mappings are made. */
  ticks: Times,
  perTick: v.optional(v.pipe(Times, v.maxValue(10_000, 'expected at most 10,000 mappings a tick'))),
  /** Ticks that a mapping stands, at least and at most. */
  lifetime: v.optional(v.pipe(v.tuple([Times, v.pipe(Times, v.maxValue(1_000_000, 'expected at most 1,000,000 ticks'))], 'expected [least, most] ticks'), v.check(([least, most]) => most >= least, 'expected [least, most] ticks'))),
  seed: v.optional(Count),
  /** Processors that map in turn. */
  cpus: v.optional(v.pipe(Times, v.maxValue(4096, 'expected at most 4096 processors'))),
  direction: streaming.direction,
  /** Every so many mappings one is never unmapped. */
  leakEvery: v.optional(Times),
  /** Whether what stands at the end is left standing. */
  keep: v.optional(v.boolean('expected true or false')),
  ...common,
});

const INNER_OPERATIONS = [...SINGLE_OPERATIONS, Workload] as const;
const Inner = v.pipe(v.array(v.variant('op', INNER_OPERATIONS, named(INNER_OPERATIONS)), 'expected a list of steps'), v.minLength(1, 'expected one step or more'));

/**
 * Steps again and again: the id of what a round makes is the round's own, `buffer#1`, `buffer#2`, …; `buffer#` in a later repetition
 * names what the round of the same number made.
 */
const Repeat = v.strictObject({ op: v.literal('repeat'), times: Times, steps: Inner, id: v.optional(Id), ...common });

/** Processors side by side: a step of each in turn, as far as each has steps. */
const Parallel = v.strictObject({
  op: v.literal('parallel'),
  cpus: v.pipe(v.array(v.strictObject({ cpu: Count, steps: v.pipe(v.array(SingleStep, 'expected a list of steps'), v.minLength(1, 'expected one step or more')) }), 'expected a list of processors'), v.minLength(1, 'expected one processor or more')),
  id: v.optional(Id), ...common,
});

const OPERATIONS = [...INNER_OPERATIONS, Repeat, Parallel] as const;

const Step = v.variant('op', OPERATIONS, named(OPERATIONS));

const DeviceSchema = v.strictObject({
  mask: v.optional(MaskBits),
  coherentMask: v.optional(MaskBits),
  /** dma_set_min_align_mask: ones in the low bits, such as 4095. */
  minAlignMask: v.optional(v.pipe(Size, v.check((mask) => Number.isInteger(Math.log2(mask + 1)) && mask <= 0xffff, 'expected a mask of ones up to 65535, such as 4095'))),
  /** dma_set_seg_boundary: ones in the low bits. */
  segmentBoundary: v.optional(v.pipe(Size, v.check((mask) => mask >= 4095 && Number.isInteger(Math.log2(mask + 1)), 'expected a mask of ones of at least 12 bits'))),
  /** restricted-dma-pool of the device tree (5.15 and later): the device's only pool. */
  restrictedPool: v.optional(v.strictObject({
    start: v.pipe(Size, v.check((start) => start % 4096 === 0, 'expected a page-aligned address')),
    size: v.pipe(PositiveSize, v.check((bytes) => bytes % 4096 === 0 && bytes <= 2 ** 32, 'expected whole pages, at most 4 GiB')),
  })),
});

const InlinePlatform = v.strictObject({
  linux: v.optional(v.string()),
  xen: v.optional(v.string()),
  domain: v.optional(v.picklist(['native', 'dom0', 'domu'], 'expected native, dom0 or domu')),
  /** Whether a domU owns a device; true where it is not said. */
  ownsDevice: v.optional(v.boolean('expected true or false')),
  lineage: v.optional(v.picklist(['mainline', 'xenlinux'], 'expected mainline or xenlinux')),
  /** Memory of the machine. */
  memory: v.optional(PositiveSize),
  /** Memory of the domain, as `dom0_mem=` gives it. */
  domainMemory: v.optional(PositiveSize),
  cpus: v.optional(v.pipe(Count, v.minValue(1, 'expected one CPU or more'), v.maxValue(4096, 'expected at most 4096 CPUs'))),
  /** The value of the kernel's `swiotlb=`, in the unit of that kernel: `"65536,4,force"`. */
  swiotlb: v.optional(v.pipe(v.string('expected the value of swiotlb= as a string'), v.regex(/^[\w,]{1,60}$/, 'expected the value of swiotlb=, such as "65536,4,force"'))),
  /** `dma_emergency_pool=` of Xen's command line (3.0.4 to 3.2). */
  dmaEmergencyPool: v.optional(Size),
  /** Guest memory encryption, as the kernel prints it: all mappings bounce. */
  memoryEncryption: v.optional(v.picklist(['AMD SEV', 'AMD SEV-ES', 'AMD SEV-SNP', 'Intel TDX'], 'expected AMD SEV, AMD SEV-ES, AMD SEV-SNP or Intel TDX')),
  apertureBits: v.optional(v.pipe(v.number(), v.integer(), v.minValue(18), v.maxValue(64))),
  cma: v.optional(Size),
});

/** The one source of the scenario format; its JSON Schema for editors is generated from it. */
export const ScenarioSchema = v.strictObject({
  $schema: v.optional(v.string()),
  name: Id,
  description: v.optional(v.string()),
  /** Id of a built-in platform, or one spelled out; absent: the active platform. */
  platform: v.optional(v.union([Id, InlinePlatform], 'expected the id of a built-in platform or an object')),
  devices: v.record(Id, DeviceSchema, 'expected devices by name'),
  steps: v.array(Step, 'expected a list of steps'),
});

export type Scenario = v.InferOutput<typeof ScenarioSchema>;
export type ScenarioStep = Scenario['steps'][number];
/** A step that is one operation. */
export type SingleStep = Exclude<ScenarioStep, { op: 'workload' | 'repeat' | 'parallel' }>;
export type WorkloadStep = Extract<ScenarioStep, { op: 'workload' }>;

/** Every operation's name, in the order in which a recording counts them. */
export const OPERATION_NAMES: readonly ScenarioStep['op'][] = OPERATIONS.map(({ entries }) => entries.op.literal);
export type ScenarioPlatform = Exclude<NonNullable<Scenario['platform']>, string>;
