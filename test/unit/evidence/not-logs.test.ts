import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NO_LOG_FACTS } from '../../../src/evidence/log/log-facts.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { checkLog } from '../../../src/rules/check-log.ts';

const directory = fileURLToPath(new URL('../../fixtures/not-logs/', import.meta.url));
const files = readdirSync(directory).map((name) => [name, readFileSync(directory + name, 'utf8')] as const);

const DAEMONS = `Jun  8 12:02:48 host sshd[123]: Accepted publickey for user
Jun  8 12:02:49 host systemd[1]: Started software IO TLB watcher.
Jun  8 12:02:50 host monitor: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 1 (slots)
Jun  8 12:02:51 host monitor[7]: software IO TLB: mapped [mem 0x0000000039300000-0x000000003d300000] (64MB)
`;

describe('texts that are no kernel log', () => {
  const others = [['nothing', ''], ['blank lines', '\n\n\n'], ['bytes', '\u0000\u0001\u0002\ufffd'.repeat(100)]] as const;

  it.each([...files, ...others])('%s yields nothing', (_name, text) => {
    const reading = readLog(text, 'x');
    expect(reading).toEqual({ uri: 'x', isKernelLog: false, items: [], boots: [], facts: NO_LOG_FACTS, platform: {} });
    expect(checkLog(reading)).toEqual([]);
  });

  it.each(files.filter(([name]) => name !== 'journal.json'))('%s yields nothing where mail quotes it or Windows has saved it', (_name, text) => {
    for (const changed of [text.replaceAll('\n', '\r\n'), text.replace(/^/gm, '> ')]) expect(readLog(changed, 'x').items).toEqual([]);
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
