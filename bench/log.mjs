// Reads one large generated log with `dma-aperture log` and counts the lines of interest in it with `rg`:
// `npm run bench:log -- [--mib N] [--keep FILE]`. Prints time, throughput and peak memory of each, and their ratio.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MIB = 2 ** 20;
const { values } = parseArgs({ options: { mib: { type: 'string', default: '512' }, keep: { type: 'string' } } });
const size = Number(values.mib) * MIB;
if (!Number.isSafeInteger(size) || size <= 0) {
  console.error('bench:log: --mib: expected a number of MiB');
  process.exit(2);
}
const cli = join(root, 'dist', 'cli.cjs');
if (!existsSync(cli)) {
  console.error('bench:log: dist/cli.cjs is missing: run `npm run build` first');
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-bench-'));
const file = values.keep ?? join(directory, 'long.log');
try {
  if (!existsSync(file) || statSync(file).size < size) generate(file, size);
  const bytes = statSync(file).size;
  // Both find the file in the page cache.
  await run('rg', ['-c', 'swiotlb|IO TLB|XEN', file]);
  const rows = [
    { name: 'rg -c', ...(await run('rg', ['-c', 'swiotlb|IO TLB|XEN', file])) },
    { name: 'dma-aperture log', ...(await run(process.execPath, [cli, 'log', '--json', file])) },
  ];
  for (const row of rows) {
    const rate = bytes / MIB / row.seconds;
    console.log(`${row.name.padEnd(18)} ${row.code === 0 ? `${row.seconds.toFixed(2)} s  ${rate.toFixed(0).padStart(6)} MiB/s  peak ${(row.peakKib / 1024).toFixed(0).padStart(4)} MiB` : `failed (${row.code})`}`);
  }
  const [search, read] = rows;
  if (search.code === 0 && read.code === 0) console.log(`${(bytes / MIB).toFixed(0)} MiB; throughput ${((100 * search.seconds) / read.seconds).toFixed(0)} % of rg's`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** A machine's boot, then the days behind it: lines of drivers, services and file systems, a full aperture now and then. */
function generate(path, wanted) {
  const logs = join(root, 'test', 'fixtures', 'logs');
  const boot = readFileSync(join(logs, readdirSync(logs).find((name) => name.startsWith('vm-x4.17-6.1'))));
  const out = openSync(path, 'w');
  writeSync(out, boot);
  let seconds = 100;
  let state = 12345;
  const next = (below) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
  const lines = [
    () => `usb 1-${next(9)}: new high-speed USB device number ${next(90)} using xhci_hcd`,
    () => `audit: type=1400 audit(1700000000.${next(999)}:${next(99999)}): apparmor="ALLOWED" operation="open" profile="p${next(30)}" name="/proc/${next(9999)}/status" pid=${next(9999)} comm="task"`,
    () => `EXT4-fs (sda${next(5)}): mounted filesystem with ordered data mode. Quota mode: none.`,
    () => `e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx`,
    () => `IPv6: ADDRCONF(NETDEV_CHANGE): veth${next(4096).toString(16)}: link becomes ready`,
    () => `br0: port ${next(40)}(vif${next(40)}.0) entered forwarding state`,
    () => `nfs: server storage${next(9)} not responding, still trying`,
    () => `perf: interrupt took too long (${next(9000)} > 2500), lowering kernel.perf_event_max_sample_rate to 50000`,
  ];
  for (let written = boot.length; written < wanted; ) {
    const part = [];
    for (let count = 0; count < 20_000; count++) {
      seconds += 0.01;
      const stamp = `[${seconds.toFixed(6).padStart(12)}] `;
      part.push(stamp + (next(5000) === 0 ? `nvme 0000:01:00.0: swiotlb buffer is full (sz: ${4096 * (1 + next(60))} bytes), total 32768 (slots), used ${32000 + next(768)} (slots)` : lines[next(lines.length)]()));
    }
    const text = `${part.join('\n')}\n`;
    writeSync(out, text);
    written += text.length;
  }
  closeSync(out);
}

/** Runs a program to its end; its peak memory is what /proc says last. */
function run(command, args) {
  return new Promise((resolve) => {
    const begin = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    let peakKib = 0;
    const watch = setInterval(() => {
      try {
        peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
      } catch {
        // The process has ended, or the system has no /proc.
      }
    }, 20);
    child.once('error', () => { clearInterval(watch); resolve({ code: 'not found', seconds: 0, peakKib }); });
    child.once('close', (code) => { clearInterval(watch); resolve({ code, seconds: Number(process.hrtime.bigint() - begin) / 1e9, peakKib }); });
  });
}
