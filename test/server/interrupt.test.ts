import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/dma-aperture.mjs', import.meta.url));
/** More than is read before an interrupt has come; nothing of it lies on the disk. */
const HOLE = 8 * 2 ** 30;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dma-aperture-interrupt-'));
  const file = openSync(join(folder, 'long.log'), 'w');
  writeSync(file, '[    0.000000] Linux version 6.1.0-56-amd64 (a@b.c) (gcc-12) #1 SMP\n[    1.000000] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n'.repeat(40_000));
  ftruncateSync(file, HOLE);
  closeSync(file);
  // Progress is drawn on a terminal alone.
  writeFileSync(join(folder, 'terminal.cjs'), 'process.stderr.isTTY = true;\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('dma-aperture log, interrupted', () => {
  it.each([['the text', []], ['JSON', ['--json']]])('ends with one sentence and none of %s, while threads read and progress is drawn', async (_, options) => {
    const child = spawn(process.execPath, ['-r', join(folder, 'terminal.cjs'), BIN, 'log', ...options, 'long.log'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      // A second one would end it at once.
      if (!child.killed && /long\.log: \d+ of 8192 MiB read/.test(stderr)) child.kill('SIGINT');
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.once('close', (...ended) => resolve(ended)));
    expect([code, signal, stdout]).toEqual([130, null, '']);
    expect(stderr.split('\r\u001b[K').at(-1)).toBe('dma-aperture: interrupted\n');
  });
});
