import { describe, expect, it } from 'vitest';
import { replayTraces } from '../../../src/replay/replay-trace.ts';
import { TRACE_NAMES, traceText, tracesIn } from './fixtures.ts';

const replay = (name: string, text = traceText(name)) => replayTraces(name, tracesIn(text, name));

describe('traces of real kernels', () => {
  it.each(TRACE_NAMES)('%s: every operation matches', (name) => {
    for (const result of replay(name)) {
      expect(result.firstMismatch, `${name} ${result.trace}`).toBeUndefined();
      expect(result.matched).toBe(result.ops);
      expect(result.ops).toBeGreaterThan(40);
    }
  });

  it('takes generation and domain from the trace\'s own lines', () => {
    expect(replay('native-5.10.262-aligned')[0]).toMatchObject({ generation: 'C', release: '5.10.262', domain: 'native' });
    expect(replay('native-6.1.192-areas')[0]).toMatchObject({ generation: 'D', release: '6.1.192' });
    expect(replay('dom0-7.3.4-forced')[0]).toMatchObject({ generation: 'F', release: '7.3.4', domain: 'pv-dom0' });
  });

  it('tells how often each cause refused a mapping', () => {
    expect(replay('dom0-6.1.192-no-pool')[1]?.refusals).toEqual({ 'no-pool': expect.any(Number) as number });
    const aligned = replay('native-6.12.117-aligned').map(({ refusals }) => refusals);
    expect(aligned[0]).toHaveProperty('fragmented');
    expect(aligned.some((causes) => 'boundary' in causes)).toBe(true);
  });
});

/** Alters the first line that a pattern matches behind the trace's middle. */
function altered(text: string, pattern: RegExp, change: (line: string) => string): { text: string; line: number } {
  const lines = text.split('\n');
  const index = lines.findIndex((line, at) => at > 100 && pattern.test(line));
  expect(index, String(pattern)).toBeGreaterThan(0);
  const before = lines[index] ?? '';
  lines[index] = change(before);
  expect(lines[index]).not.toBe(before);
  return { text: lines.join('\n'), line: index + 1 };
}

const field = (index: number, change: (value: string) => string) => (line: string): string => line.split(',').map((value, at) => (at === index ? change(value) : value)).join(',');
const more = (value: string): string => (value.startsWith('0x') ? `0x${(Number(value) + 2048).toString(16)}` : String(Number(value) + 1));

describe('a statement that the kernel did not make is found', () => {
  it.each<[string, string, RegExp, (line: string) => string]>([
    ['slot', 'native-6.1.192-areas', /^m,.*BOUNCE/, field(9, more)],
    ['padding', 'native-6.1.192-areas', /^m,.*BOUNCE/, field(10, more)],
    ['bus address', 'native-6.1.192-areas', /^m,.*BOUNCE/, field(7, more)],
    ['slots in use', 'native-6.1.192-areas', /^m,.*BOUNCE/, field(11, more)],
    ['area hint', 'native-6.1.192-areas', /^m,.*BOUNCE/, (line) => line.replace(/\d+$/, more)],
    ['area of another CPU', 'native-6.1.192-areas', /^m,\d+,0,.*,0:\d+:\d+$/, field(2, () => '1')],
    ['failure', 'native-6.1.192-areas', /^m,.*BOUNCE/, (line) => { const f = line.split(','); return [...f.slice(0, 6), 'FAIL', '', '', '', '', f[11], f[12]].join(','); }],
    ['success', 'native-6.12.117-aligned', /^m,.*FAIL/, (line) => { const f = line.split(','); return [...f.slice(0, 6), 'BOUNCE', '0x7d100000', '0x7d100000', '0', '0', f[11], f[12]].join(','); }],
    ['direct', 'native-6.1.192-5g', /^m,.*DIRECT/, (line) => line.replace('DIRECT', 'BOUNCE')],
    ['bounce under Xen', 'dom0-6.1.192-discontig', /^m,.*BOUNCE/, (line) => { const f = line.split(','); return [...f.slice(0, 6), 'DIRECT', f[5], f[5], '-1', '0', f[11], ''].join(','); }],
    ['unmap', 'native-6.1.192-areas', /^u,.*OK/, field(5, more)],
    ['unmap of nothing', 'native-6.1.192-areas', /^u,.*OK/, field(3, () => '999999')],
    ['list value', 'native-6.12.117-aligned', /^SF,/, field(4, more)],
    ['used run in a list', 'native-6.12.117-aligned', /^SF,/, (line) => `SU,${line.split(',').slice(1, 4).join(',')}`],
    ['gap in a list', 'native-6.12.117-aligned', /^SF,/, field(2, more)],
    ['refused mask', 'native-6.1.192-5g', /^k,\d+,mask,32/, field(4, () => '-5')],
    ['accepted mask', 'dom0-6.1.192-discontig', /^k,\d+,mask,24/, field(4, () => '0')],
    ['mask that holds', 'native-6.1.192-5g', /^k,\d+,mask,32/, field(5, () => '0x7fffffff')],
    ['largest mapping', 'native-7.3.4-5g', /^r,/, field(4, () => '262145')],
    ['optimal mapping', 'native-7.3.4-5g', /^r,/, field(5, () => '4096')],
    ['required mask', 'native-7.3.4-5g', /^r,/, field(6, () => '0x3ffffffff')],
    ['required mask under Xen', 'dom0-5.10.218-default', /^r,/, field(6, () => '0x1ffffffff')],
    ['addressing limited', 'native-7.3.4-5g', /^r,/, field(7, (value) => (value === '1' ? '0' : '1'))],
    ['counters at the end', 'native-7.3.4-limits', /^#areas_end/, (line) => line.replace(/:(\d+) used/, (_, hint: string) => `:${Number(hint) + 1} used`)],
  ])('%s (%s)', (_what, name, pattern, change) => {
    const { text, line } = altered(traceText(name), pattern, change);
    const mismatches = replay(name, text).flatMap(({ firstMismatch }) => firstMismatch ?? []);
    expect(mismatches.length).toBeGreaterThan(0);
    // A dump is judged as a whole and a wrong unmap shows where its slots are missed: never before the altered line.
    expect(mismatches[0]?.line).toBeLessThanOrEqual(line + 40);
  });

  it('a dump that leaves out its last run', () => {
    const lines = traceText('native-6.12.117-aligned').split('\n');
    const last = lines.findIndex((line, at) => /^S[FU],/.test(line) && !/^S[FU],/.test(lines[at + 1] ?? ''));
    lines.splice(last, 1);
    expect(replay('native-6.12.117-aligned', lines.join('\n'))[0]?.firstMismatch).toMatchObject({ operation: 'slots' });
  });

  it('a pool in use at the start', () => {
    const text = traceText('native-7.3.4-limits').replace(/^(#tlb .*)used=0/m, '$1used=3');
    expect(replay('native-7.3.4-limits', text)[0]?.firstMismatch).toMatchObject({ operation: 'start' });
  });

  it('a bus address under Xen that contradicts its segment', () => {
    const text = traceText('dom0-7.3.4-forced');
    const seen = new Set<number>();
    const lines = text.split('\n');
    const index = lines.findIndex((line) => {
      const fields = line.split(',');
      if (fields[6] !== 'BOUNCE') return false;
      const segment = Math.floor(Number(fields[9]) / 128);
      if (segment > 0 && seen.has(segment)) return true;
      seen.add(segment);
      return false;
    });
    lines[index] = field(7, (value) => `0x${(Number(value) + 0x40000).toString(16)}`)(lines[index] ?? '');
    expect(replay('dom0-7.3.4-forced', lines.join('\n'))[0]?.firstMismatch).toMatchObject({ line: index + 1, operation: 'map' });
  });
});

describe('a trace that was cut short', () => {
  it('livelocks in the operation that its plan asks for next, found in another kernel\'s trace', () => {
    const other = tracesIn(traceText('native-5.10.262-aligned')).map((trace) => ({ path: 'other', trace }));
    const cut = replayTraces('cut', tracesIn(traceText('native-6.1.192-areas')), () => other)[1];
    expect(cut?.cut).toMatchObject({ outcome: 'livelock', operation: expect.stringContaining('31318 bytes') as string });
    expect(cut?.cut?.basis).toContain('other');
  });

  it('says what can be said without the plan', () => {
    expect(replay('native-6.1.192-areas')[1]?.cut).toMatchObject({ outcome: 'unknown', basis: expect.stringContaining('searched for ever') as string });
  });

  it('of a kernel that counts slots does not livelock', () => {
    const text = traceText('native-6.1.192-areas').replaceAll('Debian 6.1.192-2', 'Debian 6.12.117-1').replaceAll('6.1.0-56', '6.12.117');
    const replayed = replay('x', text)[1];
    expect(replayed?.cut?.basis).toContain('no size');
  });

  it('a whole trace cut by hand goes on as the rest of it does', () => {
    const text = traceText('native-7.3.4-limits');
    const lines = text.split('\n');
    const at = lines.findIndex((line, index) => index > 60 && line.startsWith('m,'));
    const cut = replayTraces('cut', tracesIn(lines.slice(0, at).join('\n')), () => tracesIn(text).map((trace) => ({ path: 'whole', trace })))[0];
    const [, seq, , , size, , result] = (lines[at] ?? '').split(',');
    expect(cut?.cut).toMatchObject({ seq: Number(seq), outcome: result === 'BOUNCE' ? 'bounced' : 'refused', operation: expect.stringContaining(`${size} bytes`) as string });
  });
});
