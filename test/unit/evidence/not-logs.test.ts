import { describe, expect, it } from 'vitest';
import { NO_LOG_FACTS } from '../../../src/evidence/log/log-facts.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';

const PROSE = `# When the swiotlb is full

software IO TLB is what the kernel calls its bounce buffers.
Linux version 5.10 and later print the size:

    software IO TLB: mapped [mem 0x0000000039300000-0x000000003d300000] (64MB)

A mapping above 256 KiB never fits. The kernel then says that the
swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)
and the driver gets an error. Under Xen the line
(XEN) Domain heap initialised DMA width 32 bits
tells how much is kept. Read on for what helps.

## What helps

Make requests smaller. Cap the segment size of the driver.
Give the swiotlb more slots where it is used up.
Under Xen leave memory to the hypervisor.
Use an IOMMU where the machine has one.
`;

const SOURCE = `/* software IO TLB: mapped [mem 0x1000-0x2000] (64MB) */
static void swiotlb_full(struct device *dev, size_t size)
{
	dev_warn(dev,
		"swiotlb buffer is full (sz: %zd bytes), total %lu (slots), used %lu (slots)\\n",
		size, mem->nslabs, mem_used(mem));
	pr_info("[    0.000000] software IO TLB: area num %d.\\n", areas);
	printk("PCI-DMA: Using software bounce buffering for IO (SWIOTLB)\\n");
}
`;

const JSON_LOG = `{"ts":"2026-01-01T00:00:00Z","msg":"[    0.000000] software IO TLB: area num 4."}
{"ts":"2026-01-01T00:00:01Z","msg":"swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 1 (slots)"}
{"MESSAGE":"Linux version 6.1.0-56-amd64 (a@b) (gcc) #1 SMP", "PRIORITY":"5"}
`;

const DAEMONS = `Jun  8 12:02:48 host sshd[123]: Accepted publickey for user
Jun  8 12:02:49 host systemd[1]: Started software IO TLB watcher.
Jun  8 12:02:50 host monitor: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 1 (slots)
Jun  8 12:02:51 host monitor[7]: software IO TLB: mapped [mem 0x0000000039300000-0x000000003d300000] (64MB)
`;

const APPLICATION = `[2026-01-01 10:00:00] INFO starting worker
[2026-01-01 10:00:01] WARN queue is full
[2026-01-01 10:00:02] INFO done
`;

describe('texts that are no kernel log', () => {
  it.each([
    ['prose', PROSE],
    ['source', SOURCE],
    ['JSON lines', JSON_LOG],
    ["daemons' syslog", DAEMONS],
    ["an application's log", APPLICATION],
    ['nothing', ''],
    ['blank lines', '\n\n\n'],
    ['bytes', '\u0000\u0001\u0002\ufffd'.repeat(100)],
  ])('%s yields nothing', (_name, text) => {
    expect(readLog(text, 'x')).toEqual({ uri: 'x', isKernelLog: false, items: [], boots: [], facts: NO_LOG_FACTS, platform: {} });
  });

  it('a daemon-heavy syslog with kernel lines is a log, of the kernel lines alone', () => {
    const text = `${DAEMONS.repeat(20)}Jun  8 12:02:52 host kernel: [   10.000000] nvme 0000:01:00.0: swiotlb buffer is full (sz: 8192 bytes)\n`;
    const { isKernelLog, facts } = readLog(text, 'syslog');
    expect(isKernelLog).toBe(true);
    expect(facts.failures).toMatchObject([{ bytes: 8192, count: 1, device: '0000:01:00.0' }]);
  });

  it('one message alone is a log', () => {
    expect(readLog('xhci_hcd 0000:02:00.0: swiotlb buffer is full (sz: 421888 bytes), total 32768 (slots), used 1 (slots)', 'clip').facts.failures).toHaveLength(1);
  });
});
