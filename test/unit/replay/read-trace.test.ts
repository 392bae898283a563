import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTrace } from '../../../src/evidence/trace/read-trace.ts';
import { traceText } from './fixtures.ts';

const STATE = [
  '#plan /plans/x.plan', '#trace x', '#uts 6.1.0-56-amd64 #1 SMP Debian 6.1.192-2 (2026-11-16)', '#env xen_domain_type=0 xen_pv=0 initial=0',
  '#tlb start=0x100000 end=0x180000 nslabs=256 nareas=1 area_nslabs=256 force=1 used=0',
  '#dev dma_mask=0xffffffffffffffff coherent=0xffffffff seg_boundary=0xffffffff max_seg=65536 min_align=0x0',
  '#cpus online=1 possible=1', '#areas 0:0:0', '#src phys=0x3000000 order=9', '#srcrun pfn=12288 n=512 mfn=0x3000',
];
const read = (...lines: string[]) => readTrace([...STATE, ...lines].join('\n'), 'x.csv');

describe('readTrace', () => {
  it('reads each kind of line', () => {
    const reading = read(
      'm,0,1,7,4096,0x3000000,BOUNCE,0x100000,0x100000,0,0,2,0:2:2', 'u,1,0,7,OK,0x100000,0,0:0:2', 'u,2,0,9,SKIP,,0,', 'SF,3,0,128,128', 'SF,3,128,128,128',
      'k,4,mask,32,-5,0xffffffffffffffff', 'r,5,0xffffffff,0xffffffff,262144,0,0x1ffffffff,1', 'x,6,10,2,5,1,9,1',
      'c,6,0,1,8192,0xffffffff,OK,0x9000,0xa000,1,1,2', 'f,7,0,1,OK,1,2', 'h,7,100,14:60;15:40', 'P,8,0,4,0x400000000000009f,1', 'g,9,1,0,2,OK,77,88,1', 'gf,10,1', 'K,11,h,0',
      '#areas_end 0:0:2 used=0', '#end',
    );
    if (!reading.ok) throw new Error(reading.problem.expected);
    const [trace] = reading.traces;
    expect(trace).toMatchObject({ name: 'x', plan: '/plans/x.plan', release: '6.1.0-56-amd64', ended: true, xenPv: false, areasEnd: { used: 0 } });
    expect(trace?.operations.map(({ kind }) => kind)).toEqual(['source', 'map', 'unmap', 'unmap', 'slots', 'set', 'query', 'p2m-change', 'alloc', 'free', 'heap', 'p2m', 'pages', 'pages-freed', 'keys']);
    expect(trace?.operations[4]).toMatchObject({ kind: 'slots', runs: [{ first: 0, count: 128, list: 128 }, { first: 128, count: 128, list: 128 }] });
    expect(trace?.operations.find(({ kind }) => kind === 'p2m')).toMatchObject({ run: { mfn: undefined } });
  });

  it.each([
    ['m,0,1,7', 'm,seq,cpu'], ['m,0,1,7,x,0x0,FAIL,,,,,0,', 'm,seq,cpu'], ['m,0,1,7,1,0x0,MAYBE,,,,,0,', 'BOUNCE'], ['m,0,0,0,1,0x0,FAIL,,,,,0,1:2', 'areas as'],
    ['u,0', 'u,seq'], ['k,0,mask,32,0', 'k,seq'], ['k,0,colour,32,0,', 'minalign'], ['r,1', 'r,seq'], ['c,1', 'c,seq'], ['f,1', 'f,seq'], ['x,1', 'x,seq'], ['h,1', 'h,seq'],
    ['h,1,2,a:b', 'h,seq'], ['P,1', 'P,seq'], ['P,1,0,1,,1', 'P,seq'], ['g,1,1,0,2,OK,7', 'g,seq'], ['SF,1,2', 'SF,seq'], ['SU,1,a,2', 'SU,seq'], ['gf,x', 'gf,seq'], ['zebra', 'an operation'],
    ['#areas_end 0:0:0', '#areas_end'], ['#uts zebra', '#uts'], ['#src phys=1 order=2', 'phys='], ['#cpus online=1', 'possible='],
    ['#tlb start=0x100000 end=0x180000 nslabs=256 nareas=3 area_nslabs=1 force=0 used=0', 'power of two'],
    ['#tlb start=0x100000 end=0x180001 nslabs=256 nareas=1 area_nslabs=1 force=0 used=0', '2048 bytes'],
    ['#tlb start=0x0 end=0x0 nslabs=999999999 nareas=1 area_nslabs=1 force=0 used=0', '2^26'],
  ])('names line and expectation for %s', (line, expected) => {
    const reading = read(line);
    expect(reading).toMatchObject({ ok: false, problem: { uri: 'x.csv', line: STATE.length + 1, expected: expect.stringContaining(expected) as string } });
  });

  it('asks for the state lines that a trace needs, and for a trace at all', () => {
    expect(readTrace('#trace x\n#uts 6.1\n', 'x')).toMatchObject({ ok: false, problem: { line: 1, expected: expect.stringContaining('#env') as string } });
    expect(readTrace('#trace x\n#trace y\n', 'x')).toMatchObject({ ok: false, problem: { expected: expect.stringContaining('#uts') as string } });
    expect(readTrace('', 'x')).toMatchObject({ ok: false, problem: { line: 1 } });
    expect(readTrace('#comment\n', 'x')).toMatchObject({ ok: false, problem: { expected: expect.stringContaining('#trace') as string } });
    expect(readTrace('#trace x\n#srcrun pfn=1 n=1 mfn=0x1', 'x')).toMatchObject({ ok: false });
  });

  it('never throws, whatever the text', () => {
    const lines = traceText('native-7.3.4-limits').split('\n').slice(0, 60);
    fc.assert(fc.property(fc.nat(59), fc.nat(80), fc.string({ maxLength: 6 }), (index, at, insert) => {
      const changed = lines.map((line, i) => (i === index ? line.slice(0, at) + insert + line.slice(at + 2) : line)).join('\n');
      const reading = readTrace(changed, 'x');
      expect(reading.ok || (reading.problem.line >= 1 && reading.problem.expected.length > 0)).toBe(true);
    }), { numRuns: 500 });
    fc.assert(fc.property(fc.string(), (text) => {
      readTrace(text, 'x');
    }));
  });
});
