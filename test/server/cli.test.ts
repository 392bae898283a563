import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/dma-aperture.mjs', import.meta.url));
const FOUNDING = fileURLToPath(new URL('../../media/scenarios/founding-case.dma.json', import.meta.url));

let folder: string;

function run(args: readonly string[], input?: string | Buffer): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: folder, input: input ?? '', encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { status, stdout, stderr };
}

const LOG = `[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
[    0.000000] Command line: swiotlb=65536,2
[    0.100000] software IO TLB: area num 2.
[    0.200000] software IO TLB: mapped [mem 0x0000000070000000-0x0000000078000000] (128MB)
[    9.000000] nvme 0000:01:00.0: swiotlb buffer is full (sz: 4096 bytes), total 65536 (slots), used 65535 (slots)
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dma-aperture-cli-'));
  mkdirSync(join(folder, 'drv'));
  writeFileSync(join(folder, 'drv/a.c'), '#define N (9 * 1024 * 1024)\nint f(struct device *d)\n{\n\tdma_alloc_coherent(d, N, &h, GFP_KERNEL);\n\treturn dma_map_single(d, p, len, DMA_TO_DEVICE);\n}\n');
  writeFileSync(join(folder, 'drv/quiet.c'), 'int g(void) { return 1; }\n');
  writeFileSync(join(folder, 'boot.log'), LOG);
  const config = 'CONFIG_X86_64=y\nCONFIG_SWIOTLB_DEFAULT_SIZE_MB=32\n';
  writeFileSync(join(folder, 'config.gz'), gzipSync(config));
  writeFileSync(join(folder, 'vmlinuz'), Buffer.concat([Buffer.alloc(512), gzipSync(Buffer.concat([Buffer.from('kernel IKCFG_ST'), gzipSync(config), Buffer.from('IKCFG_ED')])), Buffer.from('loader')]));
  writeFileSync(join(folder, 'image'), Buffer.alloc(1000, 3).fill(0, 0, 10));
  mkdirSync(join(folder, 'linux/arch/x86/xen'), { recursive: true });
  writeFileSync(join(folder, 'linux/Makefile'), 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n');
  writeFileSync(join(folder, 'linux/arch/x86/xen/mmu_pv.c'), '#define MAX_CONTIG_ORDER 9\nint xen_create_contiguous_region(phys_addr_t pstart)\n{\n}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('dma-aperture log', () => {
  it('gives the facts of every file under the contract\'s names', () => {
    const { status, stdout, stderr } = run(['log', '--json', 'boot.log']);
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as { schema: string; files: { path: string; facts: Record<string, unknown> }[] };
    expect(report.schema).toBe('dma-aperture/log@1');
    expect(report.files[0]?.path).toBe('boot.log');
    expect(report.files[0]?.facts).toMatchObject({
      kernelVersion: '6.1.0-56-amd64', xenVersion: null,
      swiotlb: { state: 'enabled', sizeBytes: 128 * 1024 ** 2, physStart: '0x70000000', physEnd: '0x78000000', areas: 2 },
      failures: [{ kind: 'buffer-full', bytes: 4096, device: '0000:01:00.0', totalSlots: 65536, usedSlots: 65535, count: 1 }],
    });
  });

  it('reads standard input, gzip and UTF-16 to the same facts', () => {
    const plain = (JSON.parse(run(['log', '--json', 'boot.log']).stdout) as { files: { facts: unknown }[] }).files[0]?.facts;
    for (const bytes of [Buffer.from(LOG), gzipSync(LOG), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(LOG, 'utf16le')])]) {
      const { stdout } = run(['log', '--json', '-'], bytes);
      expect((JSON.parse(stdout) as { files: { facts: unknown }[] }).files[0]?.facts).toEqual(plain);
    }
  });

  it('reads a long file by threads as it reads a stream', () => {
    const noise = Array.from({ length: 1000 }, (_, line) => `[   10.${String(line).padStart(6, '0')}] usb 1-1: new high-speed USB device number ${line} using xhci_hcd\n`).join('');
    writeFileSync(join(folder, 'long.log'), `${LOG}${noise.repeat(260)}${LOG}${noise}${LOG.split('\n')[4] ?? ''}\n`);
    const ofFile = run(['log', '--json', 'long.log']);
    const ofStream = run(['log', '--json', '-'], readFileSync(join(folder, 'long.log')));
    expect([ofFile.status, ofFile.stderr, ofStream.stderr]).toEqual([0, '', '']);
    const [file, stream] = [ofFile, ofStream].map(({ stdout }) => (JSON.parse(stdout) as { files: { boots: { lastLine: number }[] }[] }).files[0]);
    expect(file?.boots.map(({ lastLine }) => lastLine)).toEqual([5, 5 + 260_000 + 5 + 1001]);
    expect({ ...file, path: '' }).toEqual({ ...stream, path: '' });
  });

  it('says for people what the log means', () => {
    const { stdout } = run(['log', 'boot.log']);
    expect(stdout).toContain('Aperture exhausted for 0000:01:00.0');
    expect(run(['log', 'drv/a.c']).stdout).toContain('not a kernel or Xen log');
  });
});

describe('dma-aperture scan', () => {
  it('writes one record a call site and fails on an error', () => {
    const { status, stdout } = run(['scan', '--ndjson', '--linux', '6.1.192', '--xen', '4.17', 'drv']);
    expect(status).toBe(1);
    const records = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toMatchObject([
      { file: 'drv/a.c', line: 4, column: 2, function: 'f', api: 'dma_alloc_coherent', sizeText: 'N', size: { kind: 'exact', bytes: 9437184 }, findings: [{ ruleId: 'dma/coherent-exceeds-page-allocator', severity: 'error' }] },
      { file: 'drv/a.c', line: 5, column: 9, api: 'dma_map_single', sizeText: 'len', size: { kind: 'unknown' }, findings: [] },
    ]);
  });

  it('takes the platform from the options, and the threshold from --fail-on', () => {
    expect(run(['scan', '--fail-on', 'never', 'drv']).status).toBe(0);
    expect(run(['scan', 'drv/quiet.c']).status).toBe(0);
    writeFileSync(join(folder, 'platform.json'), '{ "linux": "6.12.117", "domain": "native", "cma": "64M" }');
    expect(run(['scan', '--platform', 'platform.json', 'drv']).status).toBe(0);
    const { stdout } = run(['scan', '--linux', '5.10.218', '--xen', '4.17', 'drv']);
    expect(stdout).toContain('MAX_CONTIG_ORDER');
  });

  it('gives the same records whatever the number of jobs', () => {
    mkdirSync(join(folder, 'many'), { recursive: true });
    for (let i = 0; i < 150; i++) writeFileSync(join(folder, `many/f${String(i).padStart(3, '0')}.c`), `void f(struct device *d)\n{\n\tdma_alloc_coherent(d, ${i + 1} * 4096, &h, 0);\n}\n`);
    const one = run(['scan', '--ndjson', '--jobs', '1', '--fail-on', 'never', 'many']);
    const two = run(['scan', '--ndjson', '--jobs', '2', '--fail-on', 'never', 'many']);
    expect(one.stdout.split('\n')).toHaveLength(151);
    expect(two.stdout).toBe(one.stdout);
  });

  it('writes SARIF with a place and a stable fingerprint for every finding', () => {
    const sarif = JSON.parse(run(['scan', '--sarif', 'drv']).stdout) as { version: string; runs: { results: { ruleId: string; partialFingerprints: Record<string, string>; locations: { physicalLocation: { region: object; artifactLocation: { uri: string } } }[] }[] }[] };
    expect(sarif.version).toBe('2.1.0');
    const [result] = sarif.runs[0]?.results ?? [];
    expect(result?.locations[0]?.physicalLocation).toEqual({ artifactLocation: { uri: 'drv/a.c' }, region: { startLine: 4, startColumn: 24, endLine: 4, endColumn: 25 } });
    expect(Object.values(result?.partialFingerprints ?? {})).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });
});

describe('dma-aperture run', () => {
  it('runs the founding case to six outcomes with their reasons', () => {
    const { status, stdout } = run(['run', '--json', FOUNDING]);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { schema: string; platform: string; steps: { index: number; ok: boolean; reason?: string; address?: string; explain: { text: string }[] }[]; totals: object };
    expect(report.schema).toBe('dma-aperture/run@1');
    expect(report.platform).toBe('Xen 3.0.4 PV dom0 · Linux 2.6.16 · 64 MiB');
    expect(report.steps.map(({ ok, reason }) => (ok ? 'ok' : reason))).toEqual(['ok', 'segment-limit', 'ok', 'contig-order-limit', 'contig-order-limit', 'page-allocator-limit']);
    expect(report.steps[0]?.address).toMatch(/^0x[0-9a-f]+$/);
    for (const step of report.steps) expect(step.explain.length).toBeGreaterThan(0);
  });

  it('fails where an expectation is not met, and says which', () => {
    writeFileSync(join(folder, 'wrong.dma.json'), '{ "name": "w", "platform": "linux-6.1", "devices": { "d": {} }, "steps": [ { "op": "dma_alloc_coherent", "device": "d", "size": "8M", "expect": { "ok": true } } ] }');
    const { status, stdout } = run(['run', 'wrong.dma.json']);
    expect(status).toBe(1);
    expect(stdout).toContain('NOT AS EXPECTED: expected success true, got false');
  });

  it('gives the same bytes for the same file', () => {
    expect(run(['run', '--json', FOUNDING]).stdout).toBe(run(['run', '--json', FOUNDING]).stdout);
  });
});

describe('a platform of files', () => {
  it('reads a configuration packed or within a kernel image as it reads the text', () => {
    for (const file of ['config.gz', 'vmlinuz']) expect(run(['scan', '--linux', '7.3.4', '--config', file, 'drv/quiet.c']).stdout).toContain('native · 32 MiB');
  });

  it('takes from a kernel tree what its source text does', () => {
    // 6.1.192 has no such limit; this tree has it back.
    writeFileSync(join(folder, 'large.c'), 'int f(struct device *d)\n{\n\tdma_alloc_coherent(d, 3 * 1024 * 1024, &h, GFP_KERNEL);\n}\n');
    expect(run(['scan', '--xen', '4.17', '--tree', 'linux', 'large.c']).stdout).toContain('(MAX_CONTIG_ORDER): 2 MiB');
    expect(run(['scan', '--xen', '4.17', '--linux', '6.1.192', 'large.c']).stdout).not.toContain('MAX_CONTIG_ORDER');
  });
});

describe('dma-aperture scenario', () => {
  it('writes a scenario of a driver that runs as it is', () => {
    const made = run(['scenario', '--from-driver', 'drv/a.c', '--linux', '6.12.0']);
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('"size": "9M"');
    expect(made.stdout).toContain('// a.c:5, dma_map_single: left out:');
    writeFileSync(join(folder, 'a.dma.json'), made.stdout);
    // 9 MiB are beyond the page allocator: the scenario expects them, and the run says what the kernel says.
    const { status, stdout } = run(['run', 'a.dma.json']);
    expect([status, /NOT AS EXPECTED/.test(stdout)]).toEqual([1, true]);
  });

  it('writes a scenario of a log that runs as it is', () => {
    const made = run(['scenario', '--from-log', 'boot.log']);
    expect([made.status, made.stderr]).toEqual([0, '']);
    writeFileSync(join(folder, 'log.dma.json'), made.stdout);
    const { status, stdout } = run(['run', '--json', 'log.dma.json']);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { platform: string }).platform).toContain('6.1.192');
  });

  it.each([
    [['scenario'], 'expected one of --from-driver FILE and --from-log FILE'],
    [['scenario', '--from-driver', 'drv/quiet.c'], 'drv/quiet.c: asks for no DMA memory'],
    [['scenario', '--from-driver', 'none.c'], 'none.c: no such file'],
    [['scenario', '--from-log', 'drv/quiet.c'], 'drv/quiet.c: not a kernel or Xen log'],
    [['scenario', 'drv/a.c'], 'unexpected "drv/a.c"'],
  ])('says what is wrong with %j', (args, message) => {
    const { status, stderr } = run(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('bad input', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a missing file', ['log', 'none.log'], /none\.log: no such file/],
    ['a folder for a log', ['log', 'drv'], /drv: is a directory: expected a file/],
    ['no file', ['scan'], /expected one or more C files or folders/],
    ['an unknown option', ['scan', '--frob', 'drv'], /--frob/],
    ['an unknown command', ['frob'], /expected log, scan, run/],
    ['a release that is none', ['scan', '--linux', 'new', 'drv'], /--linux new: expected a release such as/],
    ['a domain that is none', ['scan', '--domain', 'dom7', 'drv'], /--domain dom7: expected dom0, domu or native/],
    ['a threshold that is none', ['scan', '--fail-on', 'often', 'drv'], /--fail-on often: expected/],
    ['jobs that are none', ['scan', '--jobs', 'x', 'drv'], /--jobs x: expected a number/],
    ['a configuration that is none', ['scan', '--config', 'boot.log', 'drv'], /boot\.log:1:1: expected/],
    ['an image without a configuration', ['scan', '--config', 'image', 'drv'], /image: expected a kernel configuration, config\.gz, or a kernel image/],
    ['a tree that is none', ['scan', '--tree', 'drv', 'drv'], /drv\/Makefile: no such file/],
    ['two formats', ['scan', '--json', '--sarif', 'drv'], /expected one of/],
    ['lsp without a transport', ['lsp'], /expected --stdio/],
  ];
  for (const [name, args, message] of cases) {
    it(`is one line and status 2: ${name}`, () => {
      const { status, stdout, stderr } = run(args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
    });
  }

  it.each([
    ['not JSON', '{ "name": ', /bad\.dma\.json:1:\d+: not valid JSON/],
    ['an unknown key', '{ "name": "x", "devices": {}, "steps": [], "stpes": [] }', /bad\.dma\.json:1:\d+: unknown key "stpes"/],
    ['a missing key', '{ "name": "x", "steps": [] }', /bad\.dma\.json:1:1: "devices" is missing/],
    ['an unknown device', '{ "name": "x", "devices": { "a": {} },\n "steps": [ { "op": "dma_map_single", "device": "b", "size": 1 } ] }', /bad\.dma\.json:2:\d+: unknown device "b": expected a/],
    ['a negative size', '{ "name": "x", "devices": { "a": {} }, "steps": [ { "op": "dma_map_single", "device": "a", "size": -4 } ] }', /bad\.dma\.json:1:\d+: expected .*not negative/],
    ['an unknown operation', '{ "name": "x", "devices": {}, "steps": [ { "op": "map" } ] }', /bad\.dma\.json:1:\d+: expected an operation: dma_map_single/],
    ['an unknown platform', '{ "name": "x", "platform": "vax", "devices": {}, "steps": [] }', /bad\.dma\.json:1:\d+: unknown platform "vax"/],
  ])('names the place in a scenario: %s', (_, text, message) => {
    writeFileSync(join(folder, 'bad.dma.json'), text);
    const { status, stderr } = run(['run', 'bad.dma.json']);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
