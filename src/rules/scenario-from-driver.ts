import { BUILT_IN_PLATFORMS } from '../core/platform/built-in-platforms.ts';
import type { Platform } from '../core/platform/platform.ts';
import { GIB, KIB, MIB, groupDigits } from '../core/units/bytes.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import { driverNames } from '../csource/driver-names.ts';
import type { SizeResult } from '../csource/evaluate/evaluate-size.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import { onlyWide } from './exceeding.ts';
import { inlinePlatform } from './inline-platform.ts';
import type { DraftStep, ScenarioDraft } from './scenario-draft.ts';

/** More requests than a person reads. */
const MOST_STEPS = 300;

const LEAST_MASK = 0xfffn;
/** What the model takes of dma_set_min_align_mask and dma_set_seg_boundary. */
const SEGMENT_MASKS = { minAlignMask: { least: 1n, most: 0xffffn }, segmentBoundary: { least: 0xfffn, most: 0xffff_ffff_ffffn } } as const;

/** A driver's file that was scanned. */
export interface ScannedDriver {
  /** The file's name, for people. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly calls: readonly DmaCall[];
}

/**
 * A scenario of what a driver's file asks for: a device with the masks that the file sets, and each request once, in the order of the
 * text. A known size is expected to be served; one that the text bounds is tried at its bound, and nothing is expected of it; what is
 * not established is left out, with the reason at its place: a scenario guesses nothing.
 * @returns undefined where the file asks for no DMA memory
 */
export function scenarioFromDriver({ name, path, text, calls }: ScannedDriver, platform: Platform): ScenarioDraft | undefined {
  const requests = calls.filter(({ family }) => family === 'coherent' || family === 'streaming' || family === 'pool' || family === 'sound');
  if (requests.length === 0) return undefined;
  const [driver] = driverNames(path, text);
  const device = driver ?? name.replace(/\.c$/, '');
  const settings = deviceSettings(name, calls);
  const steps = requests.slice(0, MOST_STEPS).flatMap((call) => stepsOf(call, device, name, text));
  return {
    name: `From ${name}`,
    description: `What ${name} asks for, each request once; one whose size is known is expected to be served. Written from the source; edit it freely: repeat a step, or add a workload, to see it under load.`,
    ...platformPart(platform),
    devices: { [device]: settings.options },
    steps: [...steps, ...(requests.length > MOST_STEPS ? [{ leftOut: `${groupDigits(requests.length - MOST_STEPS)} further requests are left out.` }] : [])],
    remarks: { platform: platformRemarks(platform), devices: settings.remarks },
  };
}

function platformPart(platform: Platform): Pick<ScenarioDraft, 'platform'> {
  return { platform: BUILT_IN_PLATFORMS.some(({ id }) => id === platform.id) ? platform.id : inlinePlatform(platform.facts) };
}

/** What a scenario cannot spell out of a platform. */
function platformRemarks({ id, label, facts, overrides }: Platform): string[] {
  if (BUILT_IN_PLATFORMS.some((each) => each.id === id)) return [];
  const more = [
    ...(facts.treeFeatures ? ['what the kernel\'s source text shows'] : []), ...(facts.config ? ['the kernel\'s configuration'] : []),
    ...(facts.e820 || facts.machineE820 ? ['the exact map of the memory'] : []), ...(overrides ? ['the features that were set by hand'] : []),
  ];
  return [`${label}.`, ...(more.length > 0 ? [`Not in it: ${more.join(', ')}. Without "platform" the scenario runs on the active one, with all of its facts.`] : [])];
}

interface DeviceSettings {
  readonly options: Readonly<Record<string, number | string>>;
  readonly remarks: readonly string[];
}

/** Masks and limits that the file's calls set; several masks: the widest, which the kernel takes first. */
function deviceSettings(file: string, calls: readonly DmaCall[]): DeviceSettings {
  const remarks: string[] = [];
  const streaming = new Set<number>();
  const coherent = new Set<number>();
  const options: Record<string, number | string> = {};
  for (const call of calls) {
    if (call.unit !== 'mask') continue;
    const last = lastAddress(call.size);
    const key = call.api === 'dma_set_min_align_mask' ? 'minAlignMask' : 'segmentBoundary';
    if (last === undefined) remarks.push(`${file}:${placeOf(call)}: left out: ${whyNot(call.size)}`);
    else if (call.family !== 'segment') {
      if (last < LEAST_MASK) remarks.push(`${file}:${placeOf(call)}: left out: a mask below a page`);
      else addMask(call.api, last.toString(2).length, streaming, coherent);
    } else if (last > SEGMENT_MASKS[key].most || last < SEGMENT_MASKS[key].least) remarks.push(`${file}:${placeOf(call)}: left out: a mask that the model does not take`);
    else options[key] = Number(last);
  }
  const masks = { mask: widest(streaming, 'streaming mappings', remarks), coherentMask: widest(coherent, 'coherent memory', remarks) };
  const setsMasks = calls.some(({ family }) => family === 'mask');
  if (!setsMasks) remarks.unshift('The file sets no mask: 32 bits, as the kernel gives every device.');
  else if (streaming.size === 0 && coherent.size === 0) remarks.unshift('What the file sets as masks is not established: write the device\'s own in place of the 32 bits that the kernel gives every device.');
  return { options: { mask: masks.mask, ...(masks.coherentMask === masks.mask ? {} : { coherentMask: masks.coherentMask }), ...options }, remarks };
}

function addMask(api: string, bits: number, streaming: Set<number>, coherent: Set<number>): void {
  const both = api.includes('and_coherent');
  const ofCoherent = /coherent_mask|consistent/.test(api);
  if (both || !ofCoherent) streaming.add(bits);
  if (both || ofCoherent) coherent.add(bits);
}

function widest(bits: ReadonlySet<number>, of: string, remarks: string[]): number {
  const sorted = [...bits].sort((a, b) => b - a);
  if (sorted.length > 1) remarks.push(`The file sets masks of ${sorted.join(', ')} bits for ${of}; the widest stands here.`);
  return sorted[0] ?? 32;
}

/** A mask's last address, where it is a mask: ones from bit 0. */
function lastAddress(size: SizeResult): bigint | undefined {
  if (size.kind !== 'exact') return undefined;
  const last = size.exactly?.max ?? BigInt(size.bytes);
  return last > 0n && (last & (last + 1n)) === 0n && last < 1n << 64n ? last : undefined;
}

/** One request as a step, a pool as two, or why there is none. */
function stepsOf(call: DmaCall, device: string, file: string, text: string): DraftStep[] {
  const leftOut = (why: string): DraftStep[] => [{ leftOut: `${file}:${placeOf(call)}: left out: ${why}` }];
  const op = operationOf(call, text.slice(call.start, call.end));
  if (typeof op !== 'string') return leftOut(op.not);
  const pool = call.family === 'pool';
  const size = pool ? (call.allocation ?? call.size) : call.size;
  // Blocks above a page are what the pool asks for at a time: its alignment is in that.
  const asked = pool && size.kind === 'exact' && size.bytes <= PAGE_SIZE ? amountOf(call.size) : amountOf(size);
  if (asked === undefined) return leftOut(whyNot(size));
  const direction = directionOf(text.slice(call.start, call.end));
  const note = `${file}:${placeOf(call)}${call.function === '' ? '' : ` in ${call.function}()`}: ${noteOf(call, size)}`;
  // A bound is no request: it says what the most of them would meet.
  const expect = size.kind === 'exact' ? { expect: { ok: true } } : {};
  if (pool) {
    const id = `pool-${call.line}`;
    return [{ op: 'dma_pool_create', device, id, size: sizeText(asked), note, ...expect }, { op: 'dma_pool_alloc', pool: id, note: 'The first block, for which the pool gets its pages.', ...expect }];
  }
  return [{
    op, device, size: sizeText(asked), ...(op.startsWith('dma_map') && direction ? { direction } : {}), note, ...expect,
  }];
}

function noteOf(call: DmaCall, size: SizeResult): string {
  const written = call.sizeText.replace(/\s+/g, ' ').trim();
  return size.kind === 'bounded' ? `${written}, at the most that it can be` : written;
}

/** The step that a call is, or why it is none. */
function operationOf({ api, unit, family }: DmaCall, written: string): 'dma_alloc_coherent' | 'dma_map_single' | 'dma_map_page' | { readonly not: string } {
  if (unit === 'nents') return { not: 'the pieces of a scatterlist are not in the text; write dma_map_sg with their sizes' };
  if (family === 'sound') return /SNDRV_DMA_TYPE_DEV(?:_WC)?\b/.test(written) ? 'dma_alloc_coherent' : { not: 'the buffer is not known to be coherent memory of one piece' };
  if (family !== 'streaming') return /noncoherent|noncontiguous|dma_alloc_pages/.test(api) ? { not: 'the model has no such request' } : 'dma_alloc_coherent';
  if (/resource|phys/.test(api)) return { not: 'what is mapped is not the kernel\'s memory, or not known to be' };
  return /single/.test(api) ? 'dma_map_single' : 'dma_map_page';
}

const DIRECTION = /\b(?:PCI_)?DMA_(TO_?DEVICE|FROM_?DEVICE|BIDIRECTIONAL)\b/;

function directionOf(written: string): string | undefined {
  const name = DIRECTION.exec(written)?.[1];
  return name && `DMA_${name.replace(/^(TO|FROM)DEVICE/, '$1_DEVICE')}`;
}

/** Bytes to ask for; undefined where the text establishes none. */
function amountOf(size: SizeResult): number | undefined {
  const bytes = size.kind === 'exact' ? size.bytes : size.kind === 'bounded' && !onlyWide(size) ? size.max : undefined;
  return bytes !== undefined && bytes >= 1 ? bytes : undefined;
}

function whyNot(size: SizeResult): string {
  if (size.kind === 'unknown') return size.why;
  if (size.kind === 'bounded') return size.max === undefined ? `it has no upper bound: ${size.why}` : `nothing but its type bounds it: ${size.why}`;
  return 'it is no size, or no mask';
}

function placeOf({ line, api }: DmaCall): string {
  return `${line}, ${api}`;
}

function sizeText(bytes: number): number | string {
  for (const [unit, name] of [[GIB, 'G'], [MIB, 'M'], [KIB, 'K']] as const) if (bytes % unit === 0) return `${bytes / unit}${name}`;
  return bytes;
}
