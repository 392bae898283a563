import * as v from 'valibot';
import { slotOwners } from './slot-owners.ts';

/**
 * What the panel shows, whole: the contract between whoever knows the answers (server, extension) and the page.
 * Sizes are numbers of bytes, slots are counted from the start of the pool, addresses are `0x…` strings and every
 * `end` is the first address behind the range. What is not known is left out, never filled in.
 */

export const SLOT_BYTES = 2048;
export const SEGMENT_SLOTS = 128;

/** 8 GiB of slots; far above any aperture, and a bound on what one message can make the page allocate. */
const MAX_SLOTS = 2 ** 22;

const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));
const place = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(1, 'expected a number from 1'));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{1,14}$/i, 'expected an address such as "0x1c0000"'));
const text = v.string();

/** A place to open: `label` is what the link says (`serial.log:866`); line and column count from 1. */
const evidenceRef = v.object({ label: text, uri: v.pipe(text, v.minLength(1, 'expected a URI')), line: place, column: place });

/** One link of a chain from a request to its outcome. `knob` marks a setting and whether turning it changes the outcome. */
const explainLine = v.object({
  text,
  from: v.optional(evidenceRef),
  knob: v.optional(v.picklist(['helps', 'does-not'])),
});

const step = v.object({
  /** Number of the step, as the run's own output counts it. Unique within the scenario. */
  index: count,
  /** `map`, `unmap`, `alloc-coherent` … as the scenario writes it. */
  op: text,
  ok: v.boolean(),
  /** One sentence or less, with its units. */
  summary: text,
  explain: v.array(explainLine),
  /** Where the step is written. */
  from: v.optional(evidenceRef),
});

const area = v.object({
  first: count,
  slots: count,
  used: count,
  /** `area->index` (`io_tlb_index` before areas): where the next search starts, counted from the area's first slot. */
  hint: v.optional(count),
});

const mapping = v.object({
  id: text,
  first: count,
  slots: v.pipe(count, v.minValue(1, 'expected one slot or more')),
  /** Size asked for; the slots can hold more. */
  bytes: count,
  device: text,
  /** `index` of the step that made it. */
  step: v.optional(count),
});

const int32 = v.custom<Int32Array>(
  (value) => Object.prototype.toString.call(value) === '[object Int32Array]',
  'expected an Int32Array',
);

const aperture = v.object({
  slots: v.pipe(count, v.maxValue(MAX_SLOTS, `expected at most ${MAX_SLOTS} slots`)),
  slotBytes: v.literal(SLOT_BYTES),
  segmentSlots: v.literal(SEGMENT_SLOTS),
  bytes: count,
  used: count,
  highWater: v.optional(count),
  /** First address of the pool, in the kernel's physical addresses (guest-physical under Xen PV). */
  start: v.optional(address),
  /** Number of the step after which the aperture looks like this. */
  atStep: v.optional(count),
  areas: v.array(area),
  /**
   * Index into `mappings` for every slot, -1 where it is free. Worked out from `mappings` where it is left out (JSON
   * carries no typed arrays); stays out where `used` is known and the places are not.
   */
  owners: v.optional(int32),
  mappings: v.array(mapping),
  /** Machine address of each segment, where all are known. */
  segmentMachine: v.optional(v.array(address)),
});

const machineRange = v.object({
  start: address,
  end: address,
  /** `usable`, `reserved` … as the map says it; only `usable` counts as RAM. */
  type: text,
  from: v.optional(evidenceRef),
});

const region = v.object({
  start: address,
  end: address,
  kind: v.picklist(['aperture', 'contiguous', 'domain', 'free']),
  label: text,
  /** Bytes of that kind within the range, where the evidence gives a count and no places (a zone's free pages). */
  bytes: v.optional(count),
  from: v.optional(evidenceRef),
  /** Operations of the recording that were done when it came. */
  operation: v.optional(count),
});

const mask = v.object({
  bits: v.pipe(count, v.minValue(1, 'expected 1 to 64 bits'), v.maxValue(64, 'expected 1 to 64 bits')),
  /** RAM that a device with this mask reaches. */
  reachBytes: count,
  /** Whether it reaches the whole aperture. */
  apertureReachable: v.optional(v.boolean()),
});

const freeBlocks = v.object({
  /** Whose blocks: Xen's heap, or the kernel's own page allocator. */
  allocator: v.picklist(['Xen', 'Linux']),
  /** Zones that have a free block, by rising address; `orders[n]` is the number of free blocks of 2^n pages. */
  zones: v.array(v.object({ name: text, start: address, end: address, orders: v.array(count) })),
});

const machine = v.object({
  ramBytes: count,
  /** Whose addresses these are: the machine's own, or those that a guest sees. */
  space: v.picklist(['machine', 'guest-physical']),
  ranges: v.array(machineRange),
  regions: v.array(region),
  /** Of the allocator that hands out these addresses. */
  freeBlocks: v.optional(freeBlocks),
  /** Empty where the map says nothing of what a device reaches. */
  masks: v.array(mask),
});

const limit = v.object({
  name: text,
  /** null: unlimited. Left out: unknown. */
  bytes: v.optional(v.nullable(count)),
  text,
  explain: v.array(explainLine),
});

const call = v.object({
  /** The function that is called. */
  name: text,
  /** One sentence: what it asks for, and what there is. */
  text,
  /** Whether it asks for more than there is. */
  over: v.boolean(),
  explain: v.array(explainLine),
  /** Where it is called. */
  from: evidenceRef,
});

const recording = v.object({
  /** The same for the same bytes, another for others. */
  id: v.pipe(text, v.minLength(1, 'expected an id')),
  /** Length of its packed form, which is asked for in parts: see {@link packRecording}. */
  bytes: count,
  operations: count,
  /** Runs of slots that were taken or given back. */
  runs: count,
  /** Operations done from which on it tells of slots: those before ran on a machine that was booted anew. */
  slotsFrom: count,
  /** Whether it holds every operation of the run; else the first so many. */
  complete: v.boolean(),
  /** What the indexes in its columns stand for. */
  operationNames: v.array(text),
  devices: v.array(text),
  results: v.array(text),
  /** The text that it is of: its operations have lines there. */
  source: v.optional(v.object({ uri: text, label: text })),
  /** Where the search of each area begins at the start, counted from the area's first slot; 0 where it is left out. */
  hints: v.optional(v.array(count)),
  /** Why it ends before its source does: a sentence, with the place. */
  ends: v.optional(v.object({ text, from: evidenceRef })),
  /** How it tells of the machine's memory; left out where it does not. */
  machine: v.optional(v.object({
    changes: count,
    /** Of the allocator that hands out these addresses, and all its zones by rising address. */
    allocator: v.picklist(['Xen', 'Linux']),
    zones: v.array(v.object({ name: text, start: address, end: address })),
    /** Domains by what they are called; the first runs the drivers. */
    owners: v.array(text),
  })),
});

const panelState = v.object({
  version: v.literal(1, 'expected version 1: panel and extension differ, reload the window'),
  title: text,
  platform: v.optional(
    v.object({ label: text, facts: v.array(v.object({ name: text, value: text, from: v.optional(evidenceRef) })) }),
  ),
  scenario: v.optional(v.object({ name: text, uri: v.optional(text), steps: v.array(step) })),
  /** Every operation of the scenario's run. */
  recording: v.optional(recording),
  aperture: v.optional(aperture),
  machine: v.optional(machine),
  limits: v.array(limit),
  /** A driver's call that was asked about, held against the platform. */
  call: v.optional(call),
  /** Scenarios to offer where none is open: `id` comes back in `runScenario`. */
  library: v.optional(v.array(v.object({ id: text, name: text }))),
});

export type EvidenceRef = v.InferOutput<typeof evidenceRef>;
export type ExplainLine = v.InferOutput<typeof explainLine>;
export type PanelStep = v.InferOutput<typeof step>;
export type PanelArea = v.InferOutput<typeof area>;
export type PanelMapping = v.InferOutput<typeof mapping>;
export type PanelAperture = v.InferOutput<typeof aperture>;
export type PanelRegion = v.InferOutput<typeof region>;
export type PanelFreeBlocks = v.InferOutput<typeof freeBlocks>;
export type PanelMask = v.InferOutput<typeof mask>;
export type PanelMachine = v.InferOutput<typeof machine>;
export type PanelCall = v.InferOutput<typeof call>;
export type PanelRecording = v.InferOutput<typeof recording>;
export type PanelLimit = v.InferOutput<typeof limit>;
export type PanelState = v.InferOutput<typeof panelState>;

export const evidenceRefSchema = evidenceRef;
export const explainLineSchema = explainLine;
export const panelStateSchema = panelState;

/** A value that was read, or one sentence that says where it broke off and what was expected. Never thrown. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Checks against a schema; the error names the place in dots (`aperture.areas.3.first`). */
export function parseWith<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Parsed<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  const issue = result.issues[0];
  return { ok: false, error: `${v.getDotPath(issue) ?? 'message'}: ${issue.message}` };
}

/**
 * Reads a state that came as a message or as JSON, and fills in `aperture.owners` where mappings imply it.
 * Numbers that contradict each other (slots and bytes, overlapping mappings, more used than there is) are refused:
 * a picture of them would be wrong somewhere.
 */
export function parsePanelState(value: unknown): Parsed<PanelState> {
  const parsed = parseWith(panelState, value);
  if (!parsed.ok) return parsed;
  const { aperture: pool, machine: map, scenario } = parsed.value;
  const steps = new Set(scenario?.steps.map((each) => each.index));
  if (scenario && steps.size < scenario.steps.length) return refuse('scenario.steps: two steps have the same index');
  const broken = brokenRange('machine.ranges', map?.ranges) ?? brokenRange('machine.regions', map?.regions);
  if (broken !== undefined) return refuse(broken);
  if (!pool) return parsed;
  const fault = apertureFault(pool);
  if (fault !== undefined) return refuse(`aperture: ${fault}`);
  // A count without places is drawn as a count: an owner for each slot would be a guess.
  if (pool.owners === undefined && pool.mappings.length === 0 && pool.used > 0) return parsed;
  const owners = slotOwners(pool.slots, pool.mappings);
  if (typeof owners === 'string') return refuse(`aperture.mappings: ${owners}`);
  if (pool.owners) {
    if (pool.owners.length !== pool.slots) return refuse(`aperture.owners: expected ${pool.slots} slots, got ${pool.owners.length}`);
    const differs = owners.findIndex((owner, slot) => owner !== pool.owners?.[slot]);
    if (differs >= 0) return refuse(`aperture.owners: slot ${differs} does not agree with the mappings`);
  }
  const used = pool.mappings.reduce((sum, each) => sum + each.slots, 0);
  if (used !== pool.used) return refuse(`aperture.used: ${pool.used} does not agree with the mappings, which take ${used} slots`);
  return { ok: true, value: { ...parsed.value, aperture: { ...pool, owners } } };
}

function refuse(error: string): { ok: false; error: string } {
  return { ok: false, error };
}

function apertureFault(pool: PanelAperture): string | undefined {
  if (pool.bytes !== pool.slots * SLOT_BYTES) return `${pool.bytes} bytes are not ${pool.slots} slots of ${SLOT_BYTES}`;
  if (pool.used > pool.slots) return `${pool.used} of ${pool.slots} slots used`;
  const segments = Math.ceil(pool.slots / SEGMENT_SLOTS);
  if (pool.segmentMachine && pool.segmentMachine.length !== segments) {
    return `expected ${segments} machine addresses of segments, got ${pool.segmentMachine.length}`;
  }
  let next = 0;
  for (const [number, each] of pool.areas.entries()) {
    if (each.first !== next) return `area ${number} starts at slot ${each.first}, expected ${next}`;
    if (each.used > each.slots) return `area ${number} uses ${each.used} of ${each.slots} slots`;
    next = each.first + each.slots;
  }
  if (pool.areas.length > 0 && next !== pool.slots) return `areas end at slot ${next}, expected ${pool.slots}`;
  return undefined;
}

function brokenRange(where: string, ranges: readonly { start: string; end: string }[] = []): string | undefined {
  const at = ranges.findIndex((range) => Number(range.end) <= Number(range.start));
  return at < 0 ? undefined : `${where}.${at}: ends at ${ranges[at]?.end}, expected an address above ${ranges[at]?.start}`;
}
