import { describe, expect, it } from 'vitest';
import { readTrace } from '../../../src/evidence/trace/read-trace.ts';
import { replayTraces } from '../../../src/replay/replay-trace.ts';

const HEAD = (pv: boolean, uts: string): string => `#plan /p
#trace t
#uts ${uts}
#env xen_domain_type=${Number(pv)} xen_pv=${Number(pv)} initial=${Number(pv)}
#tlb start=0x0 end=0x0 nslabs=0 nareas=0 area_nslabs=0 force=0 used=0
#dev dma_mask=0xffffffffffffffff coherent=0xffffffff seg_boundary=0xffffffff max_seg=65536 min_align=0x0
#cpus online=2 possible=2
#areas 
`;
const NEW = '6.1.0-56-amd64 #1 SMP Debian 6.1.192-2';
const OLD = '5.10.0-30-amd64 #1 SMP Debian 5.10.218-1';

/** Pages 1024 on stand in frames 0x180400 on; below 4 GiB zones 12 and 13 are free, above it a part of zone 21. */
const STATE = `P,0,1024,4096,0x180400,1
h,0,7144,12:2048;13:4096;21:1000
`;

function verdict(lines: string, pv = true, uts = NEW) {
  const reading = readTrace(`${HEAD(pv, uts)}${pv ? STATE : ''}${lines}\n#end\n`, 't.csv');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problem));
  const [replay] = replayTraces('t.csv', reading.traces);
  return replay?.firstMismatch ? `${replay.firstMismatch.stated} | ${replay.firstMismatch.predicted}` : 'matched';
}

const EXCHANGE = `x,1,1024,4,1573888,1,8188,1
c,1,0,a,16384,0x1ffffff,OK,0x1ffc000,0x400000,1,1,4`;

describe('replay of coherent operations', () => {
  it('accepts what a machine with this state does', () => {
    expect(verdict(`c,1,0,a,16384,0xffffffffffffffff,OK,0x180400000,0x400000,1,0,0\nf,2,0,a,OK,0,0`)).toBe('matched');
    expect(verdict(`${EXCHANGE}\nh,1,7144,12:2048;13:4092;21:1004\nx,2,1024,4,8188,1,1573888,1\nf,2,0,a,OK,1,4\nh,2,7144,12:2048;13:4096;21:1000`)).toBe('matched');
    expect(verdict('c,1,0,a,8388608,0xffffffff,FAIL,,,,,0\nf,2,0,a,SKIP,,')).toBe('matched');
    expect(verdict('g,1,p,2,0,OK,1024,1573888,1\ngf,2,p')).toBe('matched');
    expect(verdict('P,1,1024,16,0x180400,1')).toBe('matched');
    expect(verdict('c,1,0,a,4096,0xfffff,FAIL,,,,,0')).toBe('matched');
  });

  it.each([
    ['an exchange that was not needed', 'x,1,1024,4,1573888,1,8188,1\nc,1,0,a,16384,0xffffffffffffffff,OK,0x1ffc000,0x400000,1,1,4', /no exchange/],
    ['no exchange where the mask does not reach', 'c,1,0,a,16384,0xffffffff,OK,0x180400000,0x400000,1,0,0', /exchange-needed-reach/],
    ['an extent that is not aligned', 'x,1,1024,4,1573888,1,8189,1\nc,1,0,a,16384,0x1ffffff,OK,0x1ffd000,0x400000,1,1,4', /aligned to order 2/],
    ['an extent beyond the width', 'x,1,1024,4,1573888,1,8188,1\nc,1,0,a,16384,0xffffff,OK,0x1ffc000,0x400000,1,1,4', /below 24 bits/],
    ['an extent that was not free', 'x,1,1024,4,1573888,1,16380,1\nc,1,0,a,16384,0x3ffffff,OK,0x3ffc000,0x400000,1,1,4', /free/],
    ['a lower zone without a reason', 'x,1,1024,4,1573888,1,4092,1\nc,1,0,a,16384,0x1ffffff,OK,0xffc000,0x400000,1,1,4', /higher zone/],
    ['too few p2m entries', 'x,1,1024,3,1573888,1,8188,1\nc,1,0,a,16384,0x1ffffff,OK,0x1ffc000,0x400000,1,1,3', /4 entries/],
    ['an exchange of other pages', 'x,1,1024,4,1573889,1,8188,1\nc,1,0,a,16384,0x1ffffff,OK,0x1ffc000,0x400000,1,1,4', /other frames/],
    ['two machine runs', 'x,1,1024,4,1573888,1,8188,1\nc,1,0,a,16384,0x1ffffff,OK,0x1ffc000,0x400000,2,1,4', /1 machine run/],
    ['another machine address', 'c,1,0,a,16384,0xffffffffffffffff,OK,0x180401000,0x400000,1,0,0', /machine frame/],
    ['p2m entries that change without an exchange', 'c,1,0,a,16384,0xffffffffffffffff,OK,0x180400000,0x400000,1,0,2', /0 p2m entries/],
    ['pages that the kernel does not give', 'c,1,0,a,8388608,0xffffffffffffffff,OK,0x180400000,0x400000,1,0,0', /page allocator/],
    ['pages that are not aligned', 'c,1,0,a,16384,0xffffffffffffffff,OK,0x180401000,0x401000,1,0,0', /aligned to order 2/],
    ['a refusal where Xen has a block and the kernel pages', 'c,1,0,a,16384,0x1ffffff,FAIL,,,,,0', /free block of order 2/],
    ['a refusal that changes the p2m', 'x,1,1024,1,1573888,1,8188,1\nc,1,0,a,16384,0xffffff,FAIL,,,,,0', /no p2m entry/],
    ['zone totals that do not follow', `${EXCHANGE}\nh,1,7144,12:2048;13:4091;21:1005`, /4092 pages free/],
    ['a total that is no sum', 'h,1,9,12:10', /the sum/],
    ['a release that forgets the exchange', `${EXCHANGE}\nf,2,0,a,OK,0,0`, /was_remapped 1/],
    ['a release that scatters too little', `${EXCHANGE}\nf,2,0,a,OK,1,0`, /4 p2m entries/],
    ['frames from a zone that is not the highest', `${EXCHANGE}\nx,2,1024,4,8188,1,8184,1\nf,2,0,a,OK,1,4`, /4 frames of zone 21/],
    ['a release of nothing', 'f,1,0,a,OK,0,0', /not allocated/],
    ['a release that was skipped', `${EXCHANGE}\nf,2,0,a,SKIP,,`, /is allocated/],
    ['a dump that differs', 'P,1,1024,4,0x180500,1', /page 1024 in frame/],
    ['pages of another zone', 'g,1,p,0,1,OK,5000,1577864,1', /below pfn 4096/],
    ['pages beyond the order', 'g,1,p,11,0,OK,2048,1573888,1', /ends at order 10/],
    ['unaligned plain pages', 'g,1,p,2,0,OK,1025,1573889,1', /aligned to order 2/],
    ['plain pages elsewhere', 'g,1,p,2,0,OK,1024,1573890,1', /machine frame 1573888/],
    ['plain pages freed that are not taken', 'gf,1,p', /no such pages/],
  ])('finds %s', (_what, lines, expected) => {
    expect(verdict(lines)).toMatch(expected);
  });

  it('holds old kernels to 2 MiB, where the pages need an exchange', () => {
    const four = 'x,1,1024,1024,1573888,1,4096,1\nc,1,0,a,4194304,0x1ffffff,OK,0x1000000,0x400000,1,1,1024';
    expect(verdict(four, true, NEW)).toBe('matched');
    expect(verdict(four, true, OLD)).toMatch(/MAX_CONTIG_ORDER 9/);
    expect(verdict('c,1,0,a,4194304,0x1ffffff,FAIL,,,,,0', true, OLD)).toBe('matched');
  });

  it('judges the bare machine by mask, zone and order', () => {
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x400000,0x400000,1,0,0\nf,2,0,a,OK,0,0\ng,3,p,1,2,OK,512,512,1\ngf,4,p\ng,5,q,3,0,FAIL,,,', false)).toBe('matched');
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x500000,0x400000,1,0,0', false)).toMatch(/0x400000/);
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x1000000,0x1000000,1,0,0', false)).toMatch(/0xffffff/);
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x400000,0x400000,1,1,0', false)).toMatch(/no exchange/);
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x400000,0x400000,2,0,0', false)).toMatch(/1 machine run/);
    expect(verdict('c,1,0,a,1048576,0xffffff,OK,0x400000,0x400000,1,0,0\nf,2,0,a,OK,0,0\nc,3,0,b,1048576,0xffffff,FAIL,,,,,0', false)).toMatch(/16 MiB/);
    expect(verdict('c,1,0,a,1048576,0xffffff,FAIL,,,,,0', false)).toBe('matched');
  });

  it('leaves an exchanged block alone that the mask of now does not reach', () => {
    expect(verdict(`${EXCHANGE}\nk,2,rawcmask,16,0,0xffff\nf,3,0,a,OK,1,0`)).toBe('matched');
  });
});
