import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/dma-aperture.mjs', import.meta.url));
let folder: string;

interface Scan {
  readonly records: readonly { readonly findings: readonly { readonly ruleId: string; readonly suppressed?: { readonly kind: string } }[] }[];
  readonly others: readonly { readonly function: string; readonly findings: readonly { readonly ruleId: string; readonly suppressed?: { readonly kind: string } }[] }[];
}

function scan(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'scan', ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const SOURCE = `int f(struct device *d)
{
	dma_alloc_coherent(d, 9 << 20, &h, GFP_KERNEL);
	writel(virt_to_phys(p), regs);
	return 0;
}
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dma-aperture-rules-'));
  writeFileSync(join(folder, 'a.c'), SOURCE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('dma-aperture scan: what is not reported', () => {
  it('a baseline takes what is there, and leaves what is new', () => {
    expect(scan('a.c').status).toBe(1);
    expect(scan('--write-baseline', 'base.json', '--fail-on', 'never', 'a.c').status).toBe(0);
    const again = scan('--baseline', 'base.json', '--fail-on', 'warning', 'a.c');
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('0 findings, 2 suppressed');
    writeFileSync(join(folder, 'b.c'), SOURCE.replace('9 << 20', '5 << 20'));
    const more = scan('--baseline', 'base.json', 'a.c', 'b.c');
    expect(more.status).toBe(1);
    expect(more.stdout).toContain('2 findings, 2 suppressed');
    const gone = scan('--baseline', 'base.json', 'b.c');
    expect(gone.stderr).toContain('base.json: 2 of its findings were not found any more');
    const json = JSON.parse(scan('--json', '--baseline', 'base.json', 'a.c').stdout) as Scan;
    expect([...json.records, ...json.others].flatMap(({ findings }) => findings).map(({ suppressed }) => suppressed?.kind)).toEqual(['baseline', 'baseline']);
  });

  it('a baseline that is none is refused with its name', () => {
    writeFileSync(join(folder, 'bad.json'), '{"schema":"dma-aperture/baseline@1","findings":[{"rule":1}]}');
    for (const file of ['bad.json', 'a.c', 'missing.json']) {
      const { status, stderr } = scan('--baseline', file, 'a.c');
      expect(status).toBe(2);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(file);
    }
  });

  it('a rule can be set to another severity or switched off', () => {
    const off = scan('--rule', 'dma/coherent-exceeds-page-allocator=off', '--rule', 'dma/bus-address-from-virt=error', 'a.c');
    expect(off.stdout).not.toContain('dma/coherent-exceeds-page-allocator');
    expect(off.stdout).toMatch(/a\.c:4:9: error: .*\[dma\/bus-address-from-virt\]/);
    for (const bad of ['dma/none=off', 'dma/missing-sync', 'dma/missing-sync=loud']) {
      const { status, stderr } = scan('--rule', bad, 'a.c');
      expect([status, stderr.startsWith(`dma-aperture: --rule ${bad}: expected`)]).toEqual([2, true]);
    }
  });

  it('a finding beside the calls names its function', () => {
    const json = JSON.parse(scan('--json', 'a.c').stdout) as Scan;
    expect(json.others.map((other) => [other.function, other.findings[0]?.ruleId])).toEqual([['f', 'dma/bus-address-from-virt']]);
    const base = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8')) as { findings: { file: string; function: string }[] };
    expect(base.findings.map(({ file, function: within }) => [file, within])).toEqual([['a.c', 'f'], ['a.c', 'f']]);
  });
});

describe('dma-aperture scan: functions that hand sizes on', () => {
  it('are call sites in the files of their folder and below, once each and in order', () => {
    mkdirSync(join(folder, 'card/ring'), { recursive: true });
    mkdirSync(join(folder, 'other'), { recursive: true });
    const call = 'int ring_make(struct card *card)\n{\n\treturn card_alloc(card, 3 << 20);\n}\n';
    writeFileSync(join(folder, 'card/a.c'), `int a(struct device *d)\n{\n\treturn dma_set_mask(d, DMA_BIT_MASK(32));\n}\n${call}`);
    writeFileSync(join(folder, 'card/memory.c'), 'void *card_alloc(struct card *card, size_t len)\n{\n\treturn dma_alloc_coherent(card->dev, len, &card->bus, GFP_KERNEL);\n}\n');
    writeFileSync(join(folder, 'card/ring/ring.c'), call);
    writeFileSync(join(folder, 'other/ring.c'), call);
    const { stdout } = scan('--ndjson', '--fail-on', 'never', 'card', 'other');
    const records = stdout.trim().split('\n').map((line) => JSON.parse(line) as { file: string; line: number; api: string; viaFunction?: string; size: { bytes?: number } });
    expect(records.map(({ file, line, api, viaFunction, size }) => [file, line, viaFunction ?? api, size.bytes ?? ''].join(' '))).toEqual([
      'card/a.c 3 dma_set_mask 4294967295', 'card/a.c 7 card_alloc 3145728', 'card/memory.c 3 dma_alloc_coherent ', 'card/ring/ring.c 3 card_alloc 3145728',
    ]);
    expect(scan('--fail-on', 'never', 'card').stdout).toContain('card/ring/ring.c:3:9: dma_alloc_coherent (by card_alloc()) 3 << 20 = 3145728 B');
  });
});
