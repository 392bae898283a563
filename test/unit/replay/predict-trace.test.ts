import { describe, expect, it } from 'vitest';
import { buildPlatform } from '../../../src/core/platform/build-platform.ts';
import type { E820Entry, PlatformFacts } from '../../../src/core/platform/platform-facts.ts';
import { GIB, MIB } from '../../../src/core/units/bytes.ts';
import { readTrace } from '../../../src/evidence/trace/read-trace.ts';
import { predictTraces } from '../../../src/replay/predict-trace.ts';

const fact = <T>(value: T) => ({ value, from: { kind: 'log', uri: 'x', line: 1, column: 1 } } as const);
const MAP: readonly E820Entry[] = [{ start: MIB, end: 3 * GIB, type: 'usable' }, { start: 4 * GIB, end: 7 * GIB, type: 'usable' }];

function rows(lines: string, facts: PlatformFacts) {
  const reading = readTrace(`#plan /p
#trace t
#uts 6.1.192 x
#env xen_domain_type=1 xen_pv=1 initial=1
#tlb start=0x0 end=0x0 nslabs=0 nareas=0 area_nslabs=0 force=0 used=0
#dev dma_mask=0xffffffffffffffff coherent=0xffffffff seg_boundary=0xffffffff max_seg=65536 min_align=0x0
#areas 
#src phys=0x1000000 order=9
#srcrun pfn=4096 n=512 mfn=0x1
${lines}
#end
`, 't.csv');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problem));
  return predictTraces(buildPlatform({ kernelRelease: fact('6.1.192'), possibleCpus: fact(2), ...facts }, { id: 'test' }), reading.traces)
    .map(({ kind, bits, predicted }) => `${kind} ${bits}: ${predicted}`);
}

const DOM0: PlatformFacts = { xenVersion: fact('4.17.7'), domain: fact('pv-dom0' as const), machineE820: fact(MAP), dom0Memory: fact({ amount: { bytes: GIB } }) };

// What the lines state of outcomes is deliberately wrong throughout: a prediction must not look at it.
const COHERENT = `c,1,0,a,4096,0xffffffffffffffff,FAIL,,,,,0
f,2,0,a,SKIP,,
c,3,0,b,2097152,0xffffffff,FAIL,,,,,0
f,4,0,b,SKIP,,
c,5,0,c,4096,0xffffff,OK,0x1000,0x1000,1,0,0
c,6,0,d,8388608,0xffffffff,OK,0x1000,0x1000,1,0,0`;

describe('prediction from facts alone', () => {
  it('answers coherent requests of a dom0 by what its log states', () => {
    expect(rows(COHERENT, DOM0)).toEqual(['coherent 64: ..', 'coherent 32: XX', 'coherent 24: --', 'coherent 32: --']);
  });

  it('answers mappings, masks and queries', () => {
    const lines = `k,1,mask,24,0,0xffffff
k,2,rawmask,32,0,0xffffffff
m,3,0,0,262144,0x1000000,FAIL,,,,,0,
u,4,0,0,OK,,0,
m,5,0,1,262145,0x1000000,DIRECT,0x1000,0x1000,-1,0,0,
k,6,minalign,0xfff,0,
k,7,segb,0xffff,0,
r,8,0xffffffff,0xffffffff,0,0,0x0,1
k,9,rawmask,64,0,0xffffffffffffffff
m,10,0,2,262145,0x1000000,FAIL,,,,,0,
m,11,0,3,4096,0x1000000,BADPLAN,,,,,0,
k,12,cmask,32,0,0xffffffff
g,13,p,4,0,FAIL,,,
gf,14,p
g,15,q,11,1,OK,4096,1,1
g,16,r,0,2,FAIL,,,`;
    expect(rows(lines, DOM0)).toEqual([
      'mask 24: -5', 'mapping 32: BOUNCE', 'mapping 32: FAIL', 'query 32: max 258048, required 0xffffffff, limited 0', 'mapping 64: DIRECT', 'mask 32: 0',
      'pages 64: OK', 'pages 64: FAIL', 'pages 64: OK',
    ]);
  });

  it('answers for the bare machine', () => {
    const native: PlatformFacts = { domain: fact('native' as const), e820: fact(MAP) };
    expect(rows(COHERENT, native)).toEqual(['coherent 64: ..', 'coherent 32: ..', 'coherent 24: ..', 'coherent 32: --']);
    const lines = 'k,1,mask,24,-5,0xff\nk,2,mask,20,0,0xff\nk,3,rawmask,32,0,0xffffffff\nm,4,0,0,4096,0x1000000,FAIL,,,,,0,';
    expect(rows(lines, native)).toEqual(['mask 24: 0', 'mask 20: -5', 'mapping 32: BOUNCE']);
    expect(rows(lines, { ...native, swiotlbParameter: fact({ words: ['noforce'] }) }).at(-1)).toBe('mapping 32: FAIL');
  });
});
