import { describe, expect, it } from 'vitest';
import { buildPlatform } from '../../../src/core/platform/build-platform.ts';
import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import type { Fact } from '../../../src/core/platform/fact.ts';
import type { PlatformFacts } from '../../../src/core/platform/platform-facts.ts';
import type { DmaCall } from '../../../src/csource/scan-source.ts';
import { RULES } from '../../../src/ids.ts';
import { lspDiagnostic } from '../../../src/render/lsp-diagnostic.ts';
import { NO_CONTEXT } from '../../../src/csource/context/read-context.ts';
import { checkCall } from '../../../src/rules/check-call.ts';
import { limitsOf } from '../../../src/rules/platform-limits.ts';
import type { Finding } from '../../../src/rules/finding.ts';

const SPAN = { line: 3, column: 5, endLine: 3, endColumn: 9 };
const MIB = 2 ** 20;

function call(family: DmaCall['family'], size: DmaCall['size']): DmaCall {
  return { line: 3, column: 1, start: 0, end: 20, sizeStart: 5, sizeEnd: 9, function: 'f', api: family === 'coherent' ? 'dma_alloc_coherent' : 'dma_map_single', family, unit: 'bytes', deviceText: 'd', sizeText: 'SIZE', size };
}
const exact = (bytes: number): DmaCall['size'] => ({ kind: 'exact', bytes, why: 'literal', steps: [] });

function check(platformId: string, dmaCall: DmaCall): Finding[] {
  const platform = builtInPlatform(platformId);
  if (!platform) throw new Error(platformId);
  return checkCall(dmaCall, limitsOf(platform), NO_CONTEXT, SPAN);
}

describe('coherent requests', () => {
  it.each([
    ['xen-4.17-linux-5.10', 2 * MIB, undefined],
    ['xen-4.17-linux-5.10', 2 * MIB + 1, RULES.coherentExceedsContiguousLimit],
    ['xen-4.17-linux-6.1', 4 * MIB, undefined],
    ['xen-4.17-linux-6.1', 4 * MIB + 1, RULES.coherentExceedsPageAllocator],
    ['linux-6.12', 4 * MIB, undefined],
    ['linux-6.12', 4 * MIB + 1, RULES.coherentExceedsPageAllocator],
    ['xen-3.0.4', 2.25 * MIB, RULES.coherentExceedsContiguousLimit],
  ])('%s, %d bytes: %s', (platform, bytes, rule) => {
    expect(check(platform, call('coherent', exact(bytes))).map(({ ruleId }) => ruleId)).toEqual(rule === undefined ? [] : [rule]);
  });

  it('is an error where the size is exact, information where only the largest of a range exceeds, nothing where it is unknown', () => {
    const severities = (size: DmaCall['size']): string[] => check('linux-6.12', call('coherent', size)).map(({ severity }) => severity);
    expect(severities(exact(8 * MIB))).toEqual(['error']);
    expect(severities({ kind: 'bounded', min: 1, max: 8 * MIB, why: '', steps: [] })).toEqual(['information']);
    expect(severities({ kind: 'bounded', min: 0, max: 2 ** 32 - 1, byType: true, why: '', steps: [] })).toEqual([]);
    expect(severities({ kind: 'bounded', min: 5 * MIB, max: 8 * MIB, why: '', steps: [] })).toEqual(['error']);
    expect(severities({ kind: 'bounded', min: 1, max: 8 * MIB, asked: true, why: '', steps: [] })).toEqual(['error']);
    expect(severities({ kind: 'unknown', why: '', steps: [] })).toEqual([]);
    expect(severities(exact(0))).toEqual([]);
  });
});

describe('streaming requests', () => {
  it('is an error under Xen PV, a warning natively, where only some mappings bounce', () => {
    expect(check('xen-4.17-linux-6.1', call('streaming', exact(262145))).map(({ severity }) => severity)).toEqual(['error']);
    expect(check('linux-6.12', call('streaming', exact(262145))).map(({ severity }) => severity)).toEqual(['warning']);
    expect(check('xen-4.17-linux-6.1', call('streaming', exact(262144)))).toEqual([]);
  });
});

describe('a pool', () => {
  it('of as many blocks as 16 bits count may be too large, another request of such a bound says nothing', () => {
    const narrow: DmaCall['size'] = { kind: 'bounded', min: 0, max: 6_291_360, why: 'at most 6291360: its type has 16 bits', steps: [] };
    expect(check('xen-4.17-linux-5.10', { ...call('pool', narrow), api: 'dma_pool_create' }).map(({ severity }) => severity)).toEqual(['information']);
    expect(check('xen-4.17-linux-5.10', call('coherent', narrow))).toEqual([]);
  });
});

describe('registers of another device', () => {
  it('never bounce', () => {
    expect(check('xen-4.17-linux-6.1', { ...call('streaming', exact(16 * MIB)), api: 'dma_map_resource' })).toEqual([]);
  });
});

describe('bounds that say nothing', () => {
  it.each([
    ['the width of a type', { kind: 'bounded', min: 0, max: 2 ** 32 - 1, byType: true, why: '', steps: [] }],
    ['of a narrower one', { kind: 'bounded', min: 0, max: 65535 * 128, why: 'at most 8388480: its type has 16 bits; count is only known at run time', steps: [] }],
    ['of one that was aligned', { kind: 'bounded', min: 0, max: 2 ** 32 - 4096, why: 'at most 4294963200: a mask of 4294963200', steps: [] }],
  ] as const)('%s', (_, size) => {
    expect(check('linux-6.1', call('coherent', size))).toEqual([]);
    expect(check('xen-4.17-linux-6.1', call('streaming', size))).toEqual([]);
  });
});

describe('sizes from user space', () => {
  const rules = (size: DmaCall['size']): string[] => check('linux-6.1', call('coherent', size)).map(({ ruleId, severity }) => `${ruleId} ${severity}`);

  it('are a warning where nothing bounds them', () => {
    expect(rules({ kind: 'unknown', origin: 'user', why: '', steps: [] })).toEqual(['dma/user-controlled-size warning']);
    expect(rules({ kind: 'bounded', min: 0, max: 2 ** 32 - 1, byType: true, origin: 'user', why: '', steps: [] })).toEqual(['dma/user-controlled-size warning']);
    expect(rules({ kind: 'bounded', min: 0, max: 4096, origin: 'user', why: '', steps: [] })).toEqual([]);
    expect(rules({ kind: 'bounded', min: 1, max: 65_535, origin: 'user', why: 'at most 65535: its type has 16 bits', steps: [] })).toEqual([]);
    expect(rules({ kind: 'unknown', origin: 'device', why: '', steps: [] })).toEqual([]);
    expect(rules({ kind: 'unknown', why: '', steps: [] })).toEqual([]);
  });
});

describe('min_align_mask', () => {
  const on = (platform: string, mask: number): string[] => check(platform, { ...call('segment', exact(mask)), api: 'dma_set_min_align_mask' }).map(({ ruleId, severity }) => `${ruleId} ${severity}`);

  it('can make the search endless where it chooses among slots, on kernels whose search ends where it began', () => {
    expect(on('linux-6.1', 0xfff)).toEqual(['dma/min-align-livelock warning']);
    expect(on('linux-6.1', 0x800)).toEqual(['dma/min-align-livelock warning']);
    expect(on('linux-6.1', 0x7ff)).toEqual([]);
    expect(on('linux-6.12', 0xfff)).toEqual([]);
    expect(on('linux-7.3', 0xfff)).toEqual([]);
  });
});

describe('what a finding rests on', () => {
  const fact = <T>(value: T, line: number): Fact<T> => ({ value, from: { kind: 'log', uri: 'file:///boot.log', line, column: 1, endColumn: 20, text: `line ${line}` } });
  const facts = (banner: PlatformFacts): PlatformFacts => ({ domain: fact('pv-dom0', 2), xenVersion: fact('4.17.7', 1), ...banner });

  it('is a warning with its doubt where a backport decides and the release does not state it', () => {
    const unknown = limitsOf(buildPlatform(facts({ kernelRelease: fact('6.1.0-56-amd64', 3) }), { id: 'x' }));
    const [finding] = checkCall(call('coherent', exact(3 * MIB)), unknown, NO_CONTEXT, SPAN);
    expect([finding?.severity, finding?.confidence]).toEqual(['warning', 'likely']);
    expect(finding?.doubt).toMatch(/6\.1\.0-56-amd64 does not say its stable release/);
    const known = limitsOf(buildPlatform(facts({ kernelRelease: fact('6.1.0-56-amd64', 3), kernelBanner: fact('#1 SMP Debian 6.1.192-2', 3) }), { id: 'x' }));
    expect(checkCall(call('coherent', exact(4 * MIB)), known, NO_CONTEXT, SPAN)).toEqual([]);
  });

  it('is a warning where nothing says that the domain is dom0', () => {
    const assumed = limitsOf(buildPlatform({ xenVersion: fact('4.17.7', 1), kernelRelease: fact('6.1.192', 3) }, { id: 'x' }));
    const [finding] = checkCall(call('streaming', exact(262145)), assumed, NO_CONTEXT, SPAN);
    expect([finding?.severity, finding?.doubt]).toEqual(['warning', 'no evidence says whether this is dom0: it is assumed']);
  });

  it('leads to the line that set the limit', () => {
    const tree = limitsOf(buildPlatform(facts({ treeFeatures: new Map([['maxContigOrder', { value: 9, from: { kind: 'tree', uri: 'file:///linux/arch/x86/xen/mmu_pv.c', line: 105, column: 9, text: '#define MAX_CONTIG_ORDER 9' } }]]) }), { id: 'x' }));
    const [finding] = checkCall(call('coherent', exact(3 * MIB)), tree, NO_CONTEXT, SPAN);
    if (!finding) throw new Error('no finding');
    expect(lspDiagnostic(finding).relatedInformation?.map(({ location }) => [location.uri, location.range.start.line])).toEqual([['file:///linux/arch/x86/xen/mmu_pv.c', 104]]);
  });
});
