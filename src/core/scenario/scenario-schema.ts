import * as v from 'valibot';
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

const Expect = v.strictObject({
  /** Whether the step succeeds. */
  ok: v.optional(v.boolean('expected true or false')),
  /** Key of the reason of refusal: `segment-limit`, `contig-order-limit`, … */
  reason: v.optional(v.string()),
  /** How it is served: direct, bounce, pages, exchange, cma. */
  by: v.optional(v.picklist(['direct', 'bounce', 'pages', 'exchange', 'cma'], 'expected direct, bounce, pages, exchange or cma')),
});

const common = {
  /** Shown beside the step. */
  note: v.optional(v.string()),
  expect: v.optional(Expect),
};

const MapSingle = v.strictObject({
  op: v.literal('dma_map_single'), device: Id, size: PositiveSize, id: v.optional(Id),
  offset: v.optional(v.pipe(Size, v.maxValue(4095, 'expected an offset within a page, 0 to 4095'))),
  cpu: v.optional(Count), ...common,
});
const UnmapSingle = v.strictObject({ op: v.literal('dma_unmap_single'), id: Id, ...common });
const AllocCoherent = v.strictObject({ op: v.literal('dma_alloc_coherent'), device: Id, size: PositiveSize, id: v.optional(Id), ...common });
const FreeCoherent = v.strictObject({ op: v.literal('dma_free_coherent'), id: Id, ...common });

const OPERATIONS = ['dma_map_single', 'dma_unmap_single', 'dma_alloc_coherent', 'dma_free_coherent'] as const;

const Step = v.variant('op', [MapSingle, UnmapSingle, AllocCoherent, FreeCoherent], `expected an operation: ${OPERATIONS.join(', ')}`);

const DeviceSchema = v.strictObject({
  mask: v.optional(MaskBits),
  coherentMask: v.optional(MaskBits),
  /** dma_set_min_align_mask: ones in the low bits, such as 4095. */
  minAlignMask: v.optional(v.pipe(Size, v.check((mask) => Number.isInteger(Math.log2(mask + 1)) && mask <= 0xffff, 'expected a mask of ones up to 65535, such as 4095'))),
  /** dma_set_seg_boundary: ones in the low bits. */
  segmentBoundary: v.optional(v.pipe(Size, v.check((mask) => mask >= 4095 && Number.isInteger(Math.log2(mask + 1)), 'expected a mask of ones of at least 12 bits'))),
});

const InlinePlatform = v.strictObject({
  linux: v.optional(v.string()),
  xen: v.optional(v.string()),
  domain: v.optional(v.picklist(['native', 'dom0', 'domu'], 'expected native, dom0 or domu')),
  lineage: v.optional(v.picklist(['mainline', 'xenlinux'], 'expected mainline or xenlinux')),
  /** Memory of the machine. */
  memory: v.optional(PositiveSize),
  /** Memory of the domain, as `dom0_mem=` gives it. */
  domainMemory: v.optional(PositiveSize),
  cpus: v.optional(v.pipe(Count, v.minValue(1, 'expected one CPU or more'), v.maxValue(4096, 'expected at most 4096 CPUs'))),
  /** The value of the kernel's `swiotlb=`, in the unit of that kernel: `"65536,4,force"`. */
  swiotlb: v.optional(v.pipe(v.string('expected the value of swiotlb= as a string'), v.regex(/^[\w,]{1,60}$/, 'expected the value of swiotlb=, such as "65536,4,force"'))),
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
export type ScenarioPlatform = Exclude<NonNullable<Scenario['platform']>, string>;
