import { describe, expect, it } from 'vitest';
import { readKconfig } from '../../../src/evidence/kconfig/read-kconfig.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { findingMessage } from '../../../src/render/finding-text.ts';
import { type OptionReader, checkBootConfiguration } from '../../../src/rules/check-command-line.ts';
import { checkConfig } from '../../../src/rules/check-config.ts';
import { parseKernelRelease } from '../../../src/core/platform/kernel-release.ts';
import { parseXenVersion } from '../../../src/core/platform/xen-version.ts';
import { checkLog } from '../../../src/rules/check-log.ts';
import { RULES } from '../../../src/ids.ts';

function log(options: string, { release = '6.1.99', xen = '', pool = 64 }: { release?: string; xen?: string; pool?: number } = {}): string {
  const end = (0x70000000 + pool * 2 ** 20).toString(16);
  return [
    ...(xen === '' ? [] : ['(XEN) Xen version 4.17.7 (Debian) (a@b) (gcc 12) debug=n', `(XEN) Command line: placeholder ${xen}`]),
    `[    0.000000] Linux version ${release} (a@b) (gcc) #1 SMP`,
    `[    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ${options}`,
    `[    0.100000] software IO TLB: mapped [mem 0x70000000-0x${end}] (${pool}MB)`,
    `[    0.200000] Kernel command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ${options}`,
  ].join('\n');
}

function found(text: string): unknown[] {
  const lines = text.split('\n');
  return checkLog(readLog(text, 'x')).filter(({ ruleId }) => ruleId === RULES.commandLineOption).map((finding) => {
    const { span, headline } = finding;
    expect(findingMessage(finding)).not.toMatch(/undefined|NaN|null/);
    return [headline.key === 'option' ? headline.problem.key : '', lines[span.line - 1]?.slice(span.column - 1, span.endColumn - 1)];
  });
}

describe('options of command lines', () => {
  it.each([
    ['none of ours', log('ro quiet splash'), []],
    ['a good size', log('swiotlb=65536,force', { pool: 128 }), []],
    ['MiB where slots are counted', log('swiotlb=64', { pool: 1 }), [['unit', 'swiotlb=64']]],
    ['a unit letter', log('swiotlb=65536M', { pool: 128 }), [['unreadable', 'M']]],
    ['an unknown word', log('swiotlb=forced'), [['unreadable', 'forced']]],
    ['areas before 6.0', log('swiotlb=65536,4', { release: '5.10.1', pool: 128 }), [['not-in-this-version', 'swiotlb=65536,4']]],
    ['areas from 6.0 on', log('swiotlb=65536,4', { release: '6.0.1', pool: 128 }), []],
    ['more than was granted', log('swiotlb=65536'), [['not-granted', 'swiotlb=65536']]],
    ["XenLinux's options", log('swiotlb_bits=30 dma_bits=30'), [['not-in-this-version', 'swiotlb_bits=30'], ['not-in-this-version', 'dma_bits=30']]],
    ['a slip', log('swiotbl=65536'), [['misspelt', 'swiotbl=65536']]],
    ['two words of iommu=', log('iommu=soft,hard'), [['unreadable', 'hard']]],
    ['a reserve that Xen 3.3 dropped', log('', { xen: 'dma_emergency_pool=64M' }), [['not-in-this-version', 'dma_emergency_pool=64M']]],
    ['what Xen 4.17 reads', log('', { xen: 'dma_bits=32 memop-max-order=9,18,12,12 dom0-iommu=passthrough dom0_mem=1G,max:1G iommu=no-intremap' }), []],
    ['what Linux reads', log('', { xen: 'swiotlb=65536 noreboot' }), [['not-in-this-version', 'swiotlb=65536']]],
    ['what Xen reads', log('dom0_mem=1G quiet'), [['not-in-this-version', 'dom0_mem=1G']]],
    ['a memory without sense', log('', { xen: 'dom0_mem=lots' }), [['unreadable', 'lots']]],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('counts MiB in XenLinux', () => {
    const xenlinux = (value: string): string => ['Linux version 2.6.16.33-xen (a@b) (gcc)', `Kernel command line: root=/dev/sda1 swiotlb=${value}`, 'Software IO TLB enabled: ', ' Aperture:     64 megabytes'].join('\n');
    expect(found(xenlinux('64'))).toEqual([]);
    expect(found(xenlinux('8192'))).toEqual([['unit', 'swiotlb=8192'], ['not-granted', 'swiotlb=8192']]);
    expect(found(xenlinux('64,4'))).toEqual([['unreadable', '4']]);
  });

  it('judges no number where nothing says which lineage reads it', () => {
    expect(found('[    0.000000] Linux version 6.1.99 (a@b) (gcc) #1 SMP\n[    0.000000] Command line: swiotlb=64')).toEqual([]);
  });
});

describe('options of boot configurations', () => {
  const release = parseKernelRelease('6.1.192');
  const xen = parseXenVersion('4.17.7');
  const none: OptionReader = { lineage: undefined, release: undefined, xen: undefined, apertureBytes: undefined };
  const check = (uri: string, text: string, reader: OptionReader): unknown[] => checkBootConfiguration(uri, text, reader).map((finding) => {
    const { span, headline } = finding;
    expect(findingMessage(finding)).not.toMatch(/undefined|NaN|null/);
    expect(span.endLine).toBe(span.line);
    return [headline.key === 'option' ? headline.problem.key : '', text.split('\n')[span.line - 1]?.slice(span.column - 1, span.endColumn - 1)];
  });
  const GRUB = '# defaults\nGRUB_CMDLINE_LINUX="quiet swiotlb=64"\nGRUB_CMDLINE_XEN="dom0_mem=1G dma_emergency_pool=64M"\n';

  it('judges them as a boot log judges them, where it is known what boots', () => {
    expect(check('/etc/default/grub', GRUB, { lineage: 'mainline', release, xen, apertureBytes: undefined })).toEqual([['unit', 'swiotlb=64'], ['not-in-this-version', 'dma_emergency_pool=64M']]);
    expect(check('/etc/default/grub', GRUB, { ...none, lineage: 'xenlinux' })).toEqual([]);
  });

  it('says only what holds for every kernel where that is not known', () => {
    expect(check('/etc/default/grub', GRUB, none)).toEqual([]);
    expect(check('/etc/default/grub', 'GRUB_CMDLINE_LINUX="swiotbl=65536 iommu=hard"\n', none)).toEqual([['misspelt', 'swiotbl=65536'], ['unreadable', 'hard']]);
    expect(check('/src/linux/.config', 'CONFIG_CMDLINE="swiotlb=65536M"\n', { ...none, lineage: 'mainline' })).toEqual([['unreadable', 'M']]);
  });
});

describe('symbols of a configuration', () => {
  const problems = (text: string, boot?: string): unknown[] => checkConfig(readKconfig(text, '.config').facts, boot === undefined ? undefined : readLog(boot, 'x').platform).map((finding) => {
    expect(findingMessage(finding)).not.toMatch(/undefined|NaN|null/);
    return [finding.span.line, finding.headline.key === 'config' ? [finding.headline.symbol, finding.headline.problem.key] : ''];
  });
  const header = (release: string): string => `# Linux/x86 ${release} Kernel Configuration\n`;

  it.each([
    ['as it should be', `${header('6.12.1')}CONFIG_SWIOTLB=y\nCONFIG_SWIOTLB_DYNAMIC=y\n`, []],
    ['a part of a file', 'CONFIG_SWIOTLB_DYNAMIC=y\n', []],
    ['what needs the aperture', 'CONFIG_SWIOTLB_DYNAMIC=y\n# CONFIG_SWIOTLB is not set\n', [[1, ['CONFIG_SWIOTLB_DYNAMIC', 'moot-without']]]],
    ['a symbol before its time', `${header('6.1.9')}CONFIG_SWIOTLB_DEFAULT_SIZE_MB=32\n`, [[2, ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', 'not-in-this-version']]]],
    ['a size out of range', `${header('7.3.1')}CONFIG_SWIOTLB_DEFAULT_SIZE_MB=128\n`, [[2, ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', 'out-of-range']]]],
    ['no CMA area', 'CONFIG_CMA=y\nCONFIG_DMA_CMA=y\nCONFIG_CMA_SIZE_MBYTES=0\n', [[3, ['CONFIG_CMA_SIZE_MBYTES', 'no-area-by-default']]]],
    ['a size without what it sizes', '# CONFIG_DMA_CMA is not set\nCONFIG_CMA_SIZE_MBYTES=16\n', [[2, ['CONFIG_CMA_SIZE_MBYTES', 'moot-without']]]],
    ['a frontend without PV', '# CONFIG_XEN_PV is not set\nCONFIG_XEN_PCIDEV_FRONTEND=m\n', [[2, ['CONFIG_XEN_PCIDEV_FRONTEND', 'moot-without']]]],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each([
    ['Xen without Xen', '# CONFIG_XEN is not set\nCONFIG_XEN_DOM0=y\n', [[2, ['CONFIG_XEN_DOM0', 'moot-without']]]],
    ['a command line that is not built in', '# CONFIG_CMDLINE_BOOL is not set\nCONFIG_CMDLINE="quiet"\n', [[2, ['CONFIG_CMDLINE', 'moot-without']]]],
    ['an aperture size without an aperture', '# CONFIG_SWIOTLB is not set\nCONFIG_SWIOTLB_DEFAULT_SIZE_MB=64\n', [[2, ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', 'moot-without']]]],
    ['a size where a share counts', 'CONFIG_DMA_CMA=y\nCONFIG_CMA_SIZE_MBYTES=16\nCONFIG_CMA_SIZE_SEL_PERCENTAGE=y\n', [[2, ['CONFIG_CMA_SIZE_MBYTES', 'moot-with']]]],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each([
    ['no Xen PV', 'CONFIG_XEN_PV=n\n', '# CONFIG_XEN_PV is not set\n', log('', { xen: 'dom0_mem=1G' }).replace('[    0.100000] soft', '[    0.000000] Booting paravirtualized kernel on Xen\n(XEN) *** Building a PV Dom0 ***\n[    0.100000] soft'), ['CONFIG_XEN_PV', 'log-contradicts']],
    ['another architecture', 'CONFIG_X86_64=y\n', 'CONFIG_X86_64=y\n', `${log('')}\n[    0.300000] CPU features: detected: GIC system register CPU interface`, ['CONFIG_X86_64', 'log-contradicts']],
    ['fewer processors', 'CONFIG_NR_CPUS=4\n', 'CONFIG_NR_CPUS=4\n', `${log('')}\n[    0.300000] setup_percpu: NR_CPUS:512 nr_cpumask_bits:8 nr_cpu_ids:8 nr_node_ids:1`, ['CONFIG_NR_CPUS', 'log-contradicts']],
    ['a smaller aperture', 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB=16\n', 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB=16\n', log(''), ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', 'log-contradicts']],
    ['no driver of the IOMMU', 'CONFIG_INTEL_IOMMU=n\n', '# CONFIG_INTEL_IOMMU is not set\n', `${log('')}\n[    0.300000] DMAR: Intel(R) Virtualization Technology for Directed I/O`, ['CONFIG_INTEL_IOMMU', 'log-contradicts']],
  ])('a log contradicts %s', (_name, _shown, text, boot, expected) => {
    expect(problems(text, boot)).toEqual([[1, expected]]);
  });

  it.each([
    ['an aperture that was asked for', 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB=16\n', log('swiotlb=32768')],
    ['an aperture that was rounded up', 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB=48\n', log('')],
    ['as many processors', 'CONFIG_NR_CPUS=8\n', `${log('')}\n[    0.300000] setup_percpu: NR_CPUS:8 nr_cpumask_bits:8 nr_cpu_ids:8 nr_node_ids:1`],
    ['a log that says nothing of it', 'CONFIG_X86_64=y\nCONFIG_CMA_SIZE_MBYTES=16\n# CONFIG_AMD_IOMMU is not set\n', log('')],
  ])('a log does not contradict %s', (_name, text, boot) => {
    expect(problems(text, boot)).toEqual([]);
  });

  it('does not compare a log of another kernel, and says so', () => {
    expect(problems(`${header('5.10.9')}# CONFIG_SWIOTLB is not set\n`, log(''))).toEqual([[1, ['', 'log-contradicts']]]);
    expect(problems(`${header('6.1.99')}# CONFIG_SWIOTLB is not set\n`, log(''))).toEqual([[2, ['CONFIG_SWIOTLB', 'log-says-otherwise']]]);
  });

  it('sees what the boot contradicts', () => {
    expect(problems('# CONFIG_SWIOTLB is not set\n', log(''))).toEqual([[1, ['CONFIG_SWIOTLB', 'log-says-otherwise']]]);
    expect(problems('CONFIG_SWIOTLB=y\n', log(''))).toEqual([]);
  });
});
