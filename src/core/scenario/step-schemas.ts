import * as v from 'valibot';
import { STRATEGY_IDS } from '../dma/strategies/strategy.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { BootChanges } from './platform-schema.ts';
import { byte, count, flag, maskBits, name, operation, positiveSize, size, times } from './schema-values.ts';
import { shapeName } from './shape-name.ts';

const Expect = v.pipe(v.strictObject({
  ok: v.optional(flag('Whether the step succeeds.')),
  reason: v.optional(v.pipe(v.string('expected the key of a reason'), v.description('Key of the reason of refusal: segment-limit, pool-exhausted, no-free-run, contig-order-limit, page-allocator-limit, exchange-zone-empty, slot-beyond-mask, …'))),
  by: v.optional(v.pipe(v.picklist(['direct', 'bounce', 'pages', 'exchange', 'cma', 'pool'], 'expected direct, bounce, pages, exchange, cma or pool'), v.description('How it is served.'))),
  byte: v.optional(byte('Of a read: what every byte read must be.')),
  copied: v.optional(size('What the step copies between buffer and bounce slots.')),
  failures: v.optional(count('Of a step of many operations: how many of its requests are refused.')),
}), v.description('What the step must come to; else it is marked, and a test of it fails.'));

const common = {
  note: v.optional(v.pipe(v.string('expected a text'), v.description('Shown beside the step.'))),
  expect: v.optional(Expect),
};

const device = name('A device of "devices".');
/** What a step makes is known by it. */
const made = v.optional(name('Name of what the step makes, for later steps; step-N where none is given.'));
const unnamed = v.optional(name('Name of the step.'));
const mapped = name('Name of what an earlier step made; a buffer in a repetition is "name#" and the round\'s number.');
const direction = v.optional(v.pipe(
  v.picklist(['DMA_TO_DEVICE', 'DMA_FROM_DEVICE', 'DMA_BIDIRECTIONAL'], 'expected DMA_TO_DEVICE, DMA_FROM_DEVICE or DMA_BIDIRECTIONAL'),
  v.description('Which way the data goes; DMA_BIDIRECTIONAL where it is not said.'),
));
const skipCpuSync = v.optional(flag('DMA_ATTR_SKIP_CPU_SYNC: nothing is copied.'));
const fill = v.optional(byte('What the buffer holds beforehand.'));
const cpu = v.optional(count('Processor that asks: it decides the area where the search begins.'));
const streaming = { direction, skipCpuSync, fill, cpu };
const offsetInPage = v.optional(v.pipe(size('Offset of the buffer in its first page.'), v.maxValue(4095, 'expected an offset within a page, 0 to 4095')));
const part = { offset: v.optional(size('Where the part begins.')), size: v.optional(positiveSize('Length of the part; the whole where it is not said.')) };
const release = { id: mapped, skipCpuSync, ...common };
const sync = { id: mapped, ...part, direction, ...common };

const SINGLE_OPERATIONS = [
  v.strictObject({ op: operation('dma_map_single', 'Maps a buffer that is contiguous for the kernel.'), device, size: positiveSize('Of the buffer.'), id: made, offset: offsetInPage, ...streaming, ...common }),
  v.strictObject({ op: operation('dma_unmap_single', 'Ends a mapping, and copies back what the device wrote.'), ...release }),
  v.strictObject({ op: operation('dma_map_page', 'Maps pages.'), device, size: positiveSize('Of the buffer.'), id: made, offset: offsetInPage, ...streaming, ...common }),
  v.strictObject({ op: operation('dma_unmap_page', 'Ends a mapping of pages.'), ...release }),
  v.strictObject({
    op: operation('dma_map_sg', 'Maps a scatterlist, element by element; all of it or nothing.'), device, id: made,
    elements: v.optional(v.pipe(
      v.array(positiveSize('Of an element, a buffer of its own.'), 'expected a list of sizes'), v.description('Sizes of the elements, each a buffer of its own.'),
      v.minLength(1, 'expected one element or more'), v.maxLength(4096, 'expected at most 4096 elements'),
    )),
    size: v.optional(positiveSize('Of the whole, in place of "elements": cut into elements of the device\'s segmentSize.')),
    direction, fill, cpu, ...common,
  }),
  v.strictObject({ op: operation('dma_unmap_sg', 'Ends the mapping of a scatterlist.'), ...release }),
  v.strictObject({ op: operation('dma_sync_single_for_cpu', 'Makes what the device wrote visible to the processor.'), ...sync }),
  v.strictObject({ op: operation('dma_sync_single_for_device', 'Makes what the processor wrote visible to the device.'), ...sync }),
  v.strictObject({ op: operation('dma_sync_sg_for_cpu', 'The same of every element of a scatterlist.'), id: mapped, direction, ...common }),
  v.strictObject({ op: operation('dma_sync_sg_for_device', 'The same of every element of a scatterlist.'), id: mapped, direction, ...common }),
  v.strictObject({ op: operation('cpu_write', 'The processor writes one byte value into a buffer.'), id: mapped, byte: byte('What is written.'), ...part, ...common }),
  v.strictObject({ op: operation('cpu_read', 'What the processor sees in a buffer.'), id: mapped, ...part, ...common }),
  v.strictObject({ op: operation('device_write', 'The device writes one byte value through a mapping.'), id: mapped, byte: byte('What is written.'), ...part, ...common }),
  v.strictObject({ op: operation('device_read', 'What the device sees through a mapping.'), id: mapped, ...part, ...common }),
  v.strictObject({ op: operation('dma_alloc_coherent', 'Allocates coherent memory, contiguous for the device.'), device, size: positiveSize('Of the memory.'), id: made, ...common }),
  v.strictObject({ op: operation('dma_free_coherent', 'Gives coherent memory back.'), id: mapped, ...common }),
  v.strictObject({
    op: operation('dma_pool_create', 'Makes a pool of blocks of one size; it asks for coherent memory once a block is wanted.'), device, size: positiveSize('Of a block.'), id: made,
    align: v.optional(size('Alignment of the blocks, a power of two.')), boundary: v.optional(size('Boundary that no block crosses, a power of two.')), ...common,
  }),
  v.strictObject({ op: operation('dma_pool_alloc', 'Takes a block of a pool.'), pool: name('Name of the pool.'), id: made, ...common }),
  v.strictObject({ op: operation('dma_pool_free', 'Gives a block back to its pool, which keeps the memory.'), id: mapped, ...common }),
  v.strictObject({ op: operation('dma_pool_destroy', 'Gives a pool\'s memory back.'), id: mapped, ...common }),
  v.strictObject({
    op: operation('strategy', 'What a way to a large contiguous buffer, which no kernel has or a site must choose, would give on the platform.'), id: unnamed,
    strategy: v.pipe(v.picklist(STRATEGY_IDS, `expected a strategy: ${STRATEGY_IDS.join(', ')}`), v.description('The way.')),
    size: positiveSize('Of the buffer.'),
    mask: v.optional(maskBits('Width of the device\'s mask; 32 where it is not said.')),
    segments: v.optional(v.pipe(count('Entries of the device\'s list, for scatter-gather.'), v.minValue(1, 'expected one segment or more'), v.maxValue(65_536, 'expected at most 65536 segments'))),
    granularity: v.optional(v.pipe(size('Extents of a boot-reserve: 2M or 1G.'), v.check((bytes) => bytes === 2 * MIB || bytes === GIB, 'expected extents of 2M or 1G'))),
    ...common,
  }),
  v.strictObject({ op: operation('xen_create_domain', 'Builds another PV guest out of the machine\'s memory.'), id: name('Name of the guest.'), size: positiveSize('Memory of the guest.'), ...common }),
  v.strictObject({ op: operation('xen_destroy_domain', 'Ends a guest: its memory is free again.'), id: mapped, ...common }),
  v.strictObject({ op: operation('balloon_inflate', 'Gives memory of this domain to Xen.'), id: unnamed, size: positiveSize('How much.'), ...common }),
  v.strictObject({ op: operation('balloon_deflate', 'Takes memory back from Xen.'), id: unnamed, size: positiveSize('How much.'), ...common }),
  v.strictObject({ op: operation('remove_device', 'Unplugs a device; what it has mapped stays mapped.'), device, id: unnamed, ...common }),
] as const;

const named = (operations: readonly { readonly entries: { readonly op: { readonly literal: string } } }[]): string => `expected an operation: ${operations.map(({ entries }) => entries.op.literal).join(', ')}`;

/** A step that is one operation. */
const SingleStepSchema = v.variant('op', SINGLE_OPERATIONS, named(SINGLE_OPERATIONS));

const SizeRange = v.pipe(
  v.strictObject({ from: positiveSize('Least size.'), to: v.optional(positiveSize('Largest size; "from" where it is not said.')), weight: v.optional(times('How often it is drawn, against the others.', 1000)) }),
  v.check(({ from, to }) => to === undefined || to >= from, 'expected "to" not below "from"'),
);

const lifetime = v.pipe(
  v.tuple([times('At least.'), times('At most.', 1_000_000, ' ticks')], 'expected [least, most] ticks'),
  v.description('Ticks that a mapping stands, at least and at most.'),
  v.check(([least, most]) => most >= least, 'expected [least, most] ticks'),
);

const Workload = v.strictObject({
  op: operation('workload', 'A seeded random load of streaming mappings: what it does not state, its shape does, or the device\'s.'), device, id: unnamed,
  shape: v.optional(shapeName('How a kind of device maps.')),
  sizes: v.optional(v.pipe(v.array(SizeRange, 'expected a list of sizes'), v.description('Sizes that are drawn.'), v.minLength(1, 'expected one size or more'))),
  ticks: times('Rounds of the load: in each, what is due ends and "perTick" mappings are made.'),
  perTick: v.optional(times('Mappings made in a tick.', 10_000, ' mappings a tick')),
  lifetime: v.optional(lifetime),
  seed: v.optional(count('Where the random numbers begin: the same seed gives the same load.')),
  cpus: v.optional(times('Processors that map in turn.', 4096, ' processors')),
  direction,
  leakEvery: v.optional(times('Every so many mappings one is never unmapped.')),
  keep: v.optional(flag('Whether what stands at the end is left standing.')),
  ...common,
});

const INNER_OPERATIONS = [...SINGLE_OPERATIONS, Workload] as const;
const Inner = v.pipe(v.array(v.variant('op', INNER_OPERATIONS, named(INNER_OPERATIONS)), 'expected a list of steps'), v.description('What is repeated.'), v.minLength(1, 'expected one step or more'));

const Repeat = v.strictObject({
  op: operation('repeat', 'Steps again and again. The id of what a round makes is the round\'s own: buffer#1, buffer#2, …; buffer# in a later repetition is what the round of the same number made.'),
  times: times('How often.'), steps: Inner, id: unnamed, ...common,
});

const Parallel = v.strictObject({
  op: operation('parallel', 'Processors side by side: a step of each in turn, as far as each has steps.'),
  cpus: v.pipe(
    v.array(v.strictObject({
      cpu: count('Number of the processor.'),
      steps: v.pipe(v.array(SingleStepSchema, 'expected a list of steps'), v.description('What it does.'), v.minLength(1, 'expected one step or more')),
    }), 'expected a list of processors'),
    v.description('The processors.'), v.minLength(1, 'expected one processor or more'),
  ),
  id: unnamed, ...common,
});

const Boot = v.strictObject({
  op: operation('boot', 'Boots the machine anew, with the changes that it states against the scenario\'s platform: a remedy on the command line, another kernel. Nothing that was mapped is left.'),
  id: unnamed, ...BootChanges, ...common,
});

/** Every operation that a scenario may name. */
export const OPERATIONS = [...INNER_OPERATIONS, Repeat, Parallel, Boot] as const;

export const StepSchema = v.variant('op', OPERATIONS, named(OPERATIONS));
