import { type TextProblem, excerpt } from '../text-problem.ts';
import { FieldError, addresses, areaList, bigHex, decimal, frameOf, hexAddress, oneOf, pairs, zoneList } from './trace-fields.ts';
import type { FrameRun, SlotsOperation, SourceChange, Trace, TraceAperture, TraceDevice, TraceOperation } from './trace-operation.ts';

export type TraceReading =
  | { readonly ok: true; readonly traces: readonly Trace[] }
  | { readonly ok: false; readonly problem: TextProblem };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Builder {
  name: string;
  line: number;
  plan: string | undefined;
  uts: { release: string; banner: string } | undefined;
  env: { xenPv: boolean; initialDomain: boolean } | undefined;
  cpusPossible: number;
  aperture: TraceAperture | undefined;
  apertureMachine: number | undefined;
  device: TraceDevice | undefined;
  areas: Trace['areas'] | undefined;
  setup: TraceOperation[];
  operations: TraceOperation[];
  areasEnd: Trace['areasEnd'];
  ended: boolean;
}

/**
 * Reads the text of a DMA trace: one or more plans, each with the state that it starts from and a line an operation.
 * The first line that is none of the format ends the reading: a trace that is read wrongly would be worse than none.
 * Formats: docs/traces.md. Lines that begin with `#` and are not known are comments.
 */
export function readTrace(text: string, uri: string): TraceReading {
  const reader = new Reader();
  let at = 0;
  let line = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    line++;
    const content = text.charCodeAt(end - 1) === 13 ? text.slice(at, end - 1) : text.slice(at, end);
    at = end + 1;
    if (content === '') continue;
    try {
      if (content.charCodeAt(0) === 35) reader.state(content, line);
      else reader.operation(content, line);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return { ok: false, problem: { uri, line, column: 1, expected: error.message, found: excerpt(content) } };
    }
  }
  try {
    reader.finish();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return { ok: false, problem: { uri, line: Math.max(reader.traceLine, 1), column: 1, expected: error.message, found: 'the end of the trace' } };
  }
  if (reader.traces.length === 0) {
    return { ok: false, problem: { uri, line: 1, column: 1, expected: 'a DMA trace with a line "#trace NAME" and the state lines #uts, #env, #tlb, #dev', found: excerpt(text.split('\n', 1)[0] ?? '') } };
  }
  return { ok: true, traces: reader.traces };
}

class Reader {
  readonly traces: Trace[] = [];
  #trace: Builder | undefined;
  #plan: string | undefined;
  #setup: TraceOperation[] = [];
  #slots: (Mutable<SlotsOperation> & { runs: SlotsOperation['runs'][number][] }) | undefined;
  #source: (Mutable<SourceChange> & { runs: FrameRun[] }) | undefined;

  get traceLine(): number {
    return this.#trace?.line ?? 0;
  }

  state(content: string, line: number): void {
    const space = content.indexOf(' ');
    const key = space < 0 ? content : content.slice(0, space);
    const rest = space < 0 ? '' : content.slice(space + 1);
    if (key === '#plan') {
      this.finish();
      this.#plan = rest;
      this.#setup = [];
      return;
    }
    if (key === '#trace') {
      this.finish();
      this.#trace = {
        name: rest, line, plan: this.#plan, uts: undefined, env: undefined, cpusPossible: 1, aperture: undefined, apertureMachine: undefined,
        device: undefined, areas: undefined, setup: this.#setup, operations: [], areasEnd: undefined, ended: false,
      };
      this.#plan = undefined;
      this.#setup = [];
      return;
    }
    const trace = this.#trace;
    if (!trace) return;
    if (key === '#srcrun') {
      const field = pairs(rest);
      const run = { pfn: decimal(field, 'pfn'), count: decimal(field, 'n'), mfn: hexAddress(field, 'mfn'), step: 1 };
      if (!this.#source) throw new FieldError('#src before #srcrun');
      this.#source.runs.push(run);
      return;
    }
    this.#slots = undefined;
    this.#source = undefined;
    switch (key) {
      case '#uts': {
        const release = rest.split(' ', 1)[0] ?? '';
        if (!/^\d{1,3}\.\d{1,3}/.test(release)) throw new FieldError('#uts RELEASE VERSION, such as "#uts 6.1.0-56-amd64 #1 SMP Debian 6.1.192-2"');
        trace.uts = { release, banner: rest.slice(release.length + 1) };
        return;
      }
      case '#env': {
        const field = pairs(rest);
        trace.env = { xenPv: decimal(field, 'xen_pv') === 1, initialDomain: decimal(field, 'initial') === 1 };
        return;
      }
      case '#tlb': trace.aperture = apertureOf(rest, line); return;
      case '#tlb_machine': trace.apertureMachine = hexAddress(pairs(rest), 'start'); return;
      case '#dev': {
        const field = pairs(rest);
        trace.device = {
          dmaMask: bigHex(field.get('dma_mask'), 'dma_mask'), coherentMask: bigHex(field.get('coherent'), 'coherent'),
          boundaryMask: bigHex(field.get('seg_boundary'), 'seg_boundary'), minAlignMask: bigHex(field.get('min_align'), 'min_align'),
        };
        return;
      }
      case '#cpus': trace.cpusPossible = decimal(pairs(rest), 'possible'); return;
      case '#areas': trace.areas = areaList(rest); return;
      case '#src': {
        const field = pairs(rest);
        this.#source = { kind: 'source', line, seq: trace.operations.at(-1)?.seq ?? -1, physical: hexAddress(field, 'phys'), order: decimal(field, 'order'), runs: [] };
        trace.operations.push(this.#source);
        return;
      }
      case '#areas_end': {
        const parts = rest.split(' used=');
        trace.areasEnd = { line, areas: areaList(parts[0] ?? ''), used: Number(parts[1] ?? NaN) };
        if (!Number.isInteger(trace.areasEnd.used)) throw new FieldError('#areas_end a:used:hint;… used=N');
        return;
      }
      case '#end': trace.ended = true; return;
      default:
    }
  }

  operation(content: string, line: number): void {
    const fields = content.split(',');
    const list = this.#trace?.operations ?? this.#setup;
    const kind = fields[0] ?? '';
    if (kind === 'SF' || kind === 'SU') {
      this.#slotRun(kind, fields, line, list);
      return;
    }
    this.#slots = undefined;
    this.#source = undefined;
    list.push(operationOf(kind, fields, line));
  }

  #slotRun(kind: 'SF' | 'SU', fields: readonly string[], line: number, list: TraceOperation[]): void {
    const [, seq, first, count, value] = addresses(fields, kind === 'SF' ? 5 : 4, `${kind},seq,first,len${kind === 'SF' ? ',list' : ''}`);
    if (!this.#slots || this.#slots.seq !== seq) {
      this.#slots = { kind: 'slots', line, seq: seq ?? 0, runs: [] };
      list.push(this.#slots);
    }
    this.#slots.runs.push({ line, first: first ?? 0, count: count ?? 0, list: value ?? 0 });
  }

  finish(): void {
    const trace = this.#trace;
    if (!trace) return;
    const { uts, env, aperture, device, areas, name, line, plan, cpusPossible, apertureMachine, setup, operations, areasEnd, ended } = trace;
    if (!uts || !env || !aperture || !device || !areas) {
      const missing = !uts ? '#uts' : !env ? '#env' : !aperture ? '#tlb' : !device ? '#dev' : '#areas';
      throw new FieldError(`a line ${missing} in the trace "${name}"`);
    }
    this.#trace = undefined;
    this.traces.push({ name, line, plan, ...uts, ...env, cpusPossible, aperture, apertureMachine, device, areas, setup, operations, areasEnd, ended });
  }
}

function apertureOf(rest: string, line: number): TraceAperture {
  const field = pairs(rest);
  const aperture = {
    line, start: hexAddress(field, 'start'), end: hexAddress(field, 'end'), slots: decimal(field, 'nslabs'), areas: decimal(field, 'nareas'),
    force: decimal(field, 'force') !== 0, used: decimal(field, 'used'),
  };
  const { start, end, slots, areas } = aperture;
  if (slots > 0 && (areas < 1 || slots % areas !== 0 || (areas & (areas - 1)) !== 0)) throw new FieldError('a power of two of areas that divides the slots');
  if (slots > 0x400_0000) throw new FieldError('at most 2^26 slots');
  if (slots > 1 && end - start !== slots * 2048) throw new FieldError('an aperture from start to end of 2048 bytes a slot');
  return aperture;
}

const MAP = 'm,seq,cpu,id,size,orig_phys,RESULT,dma,tlb_phys,slot,pad,used,areas';
const UNMAP = 'u,seq,cpu,id,RESULT,dma,used,areas';
const ALLOC = 'c,seq,cpu,id,size,cmask,RESULT,dma,phys,machine_runs,PageXenRemapped,p2m_entries_changed';
const KINDS = 'an operation: m, u, SF, SU, k, r, c, f, x, h, P, g, gf or K';

function operationOf(kind: string, fields: readonly string[], line: number): TraceOperation {
  switch (kind) {
    case 'm': {
      if (fields.length !== 13) throw new FieldError(MAP);
      const result = oneOf(fields[6], ['BOUNCE', 'DIRECT', 'FAIL', 'BADPLAN'] as const);
      const given = result === 'BOUNCE' || result === 'DIRECT';
      return {
        kind: 'map', line, seq: number(fields[1], MAP), cpu: number(fields[2], MAP), id: fields[3] ?? '', bytes: number(fields[4], MAP),
        origAddress: address(fields[5], MAP), result,
        bus: given ? address(fields[7], MAP) : -1, tlbAddress: given ? address(fields[8], MAP) : -1,
        slot: given ? signed(fields[9], MAP) : -1, pad: given ? number(fields[10], MAP) : 0,
        used: number(fields[11], MAP), areas: areaList(fields[12] ?? ''),
      };
    }
    case 'u':
      if (fields.length !== 8) throw new FieldError(UNMAP);
      return {
        kind: 'unmap', line, seq: number(fields[1], UNMAP), cpu: number(fields[2], UNMAP), id: fields[3] ?? '', result: oneOf(fields[4], ['OK', 'SKIP'] as const),
        bus: fields[5] === '' ? undefined : address(fields[5], UNMAP), used: number(fields[6], UNMAP), areas: areaList(fields[7] ?? ''),
      };
    case 'k': {
      const shape = 'k,seq,WHAT,arg,rc,value';
      if (fields.length !== 6) throw new FieldError(shape);
      return {
        kind: 'set', line, seq: number(fields[1], shape),
        what: oneOf(fields[2], ['mask', 'cmask', 'rawmask', 'rawcmask', 'minalign', 'segb', 'cpu', 'src'] as const),
        argument: bigHex(fields[3], shape), rc: signed(fields[4], shape), value: fields[5] === '' ? undefined : bigHex(fields[5], shape),
      };
    }
    case 'r': {
      const shape = 'r,seq,mask,cmask,dma_max_mapping_size,dma_opt_mapping_size,required_mask,addressing_limited';
      if (fields.length !== 8) throw new FieldError(shape);
      return {
        kind: 'query', line, seq: number(fields[1], shape), dmaMask: bigHex(fields[2], shape), coherentMask: bigHex(fields[3], shape),
        maxMappingSize: bigHex(fields[4], shape), optMappingSize: bigHex(fields[5], shape), requiredMask: bigHex(fields[6], shape),
        addressingLimited: number(fields[7], shape) !== 0,
      };
    }
    case 'c': {
      if (fields.length !== 12) throw new FieldError(ALLOC);
      const result = oneOf(fields[6], ['OK', 'FAIL'] as const);
      const given = result === 'OK';
      return {
        kind: 'alloc', line, seq: number(fields[1], ALLOC), cpu: number(fields[2], ALLOC), id: fields[3] ?? '', bytes: number(fields[4], ALLOC),
        coherentMask: bigHex(fields[5], ALLOC), result, bus: given ? address(fields[7], ALLOC) : -1, physical: given ? address(fields[8], ALLOC) : -1,
        machineRuns: given ? number(fields[9], ALLOC) : 0, remapped: given && number(fields[10], ALLOC) !== 0, p2mChanged: number(fields[11], ALLOC),
      };
    }
    case 'f': {
      const shape = 'f,seq,cpu,id,RESULT,was_remapped,p2m_entries_changed';
      if (fields.length !== 7) throw new FieldError(shape);
      const result = oneOf(fields[4], ['OK', 'SKIP'] as const);
      return {
        kind: 'free', line, seq: number(fields[1], shape), cpu: number(fields[2], shape), id: fields[3] ?? '', result,
        remapped: fields[5] === '1', p2mChanged: fields[6] === '' ? 0 : number(fields[6], shape),
      };
    }
    case 'x': {
      const shape = 'x,seq,pfn,n,old_mfn,old_step,new_mfn,new_step';
      if (fields.length !== 8) throw new FieldError(shape);
      const pfn = number(fields[2], shape);
      const count = number(fields[3], shape);
      return {
        kind: 'p2m-change', line, seq: number(fields[1], shape),
        before: { pfn, count, mfn: frameOf(fields[4], shape), step: signed(fields[5], shape) },
        after: { pfn, count, mfn: frameOf(fields[6], shape), step: signed(fields[7], shape) },
      };
    }
    case 'h': {
      const shape = 'h,seq,total,zone:pages;…';
      if (fields.length !== 4) throw new FieldError(shape);
      return { kind: 'heap', line, seq: number(fields[1], shape), totalPages: number(fields[2], shape), zones: zoneList(fields[3] ?? '', shape) };
    }
    case 'P': {
      const shape = 'P,seq,pfn,n,mfn,step';
      if (fields.length !== 6) throw new FieldError(shape);
      return {
        kind: 'p2m', line, seq: number(fields[1], shape),
        run: { pfn: number(fields[2], shape), count: number(fields[3], shape), mfn: frameOf(fields[4], shape), step: signed(fields[5], shape) },
      };
    }
    case 'g': {
      const shape = 'g,seq,id,order,zone,RESULT,pfn,mfn,machine_runs';
      const result = oneOf(fields[5], ['OK', 'FAIL'] as const);
      const given = result === 'OK';
      if (given && fields.length !== 9) throw new FieldError(shape);
      return {
        kind: 'pages', line, seq: number(fields[1], shape), id: fields[2] ?? '', order: number(fields[3], shape), zone: number(fields[4], shape), result,
        pfn: given ? number(fields[6], shape) : -1, mfn: given ? (frameOf(fields[7], shape) ?? -1) : -1, machineRuns: given ? number(fields[8], shape) : 0,
      };
    }
    case 'gf':
      return { kind: 'pages-freed', line, seq: number(fields[1], 'gf,seq,id'), id: fields[2] ?? '' };
    case 'K':
      return { kind: 'keys', line, seq: number(fields[1], 'K,seq,keys,rc'), keys: fields.slice(2, -1).join(','), rc: signed(fields.at(-1), 'K,seq,keys,rc') };
    default:
      throw new FieldError(KINDS);
  }
}

/** A whole number, zero or more, decimal or `0x…`, below 2^53. */
function number(text: string | undefined, shape: string): number {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (!(value >= 0) || !Number.isSafeInteger(value)) throw new FieldError(shape);
  return value;
}

const address = number;

function signed(text: string | undefined, shape: string): number {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value)) throw new FieldError(shape);
  return value;
}
