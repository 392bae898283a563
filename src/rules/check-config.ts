import type { Fact } from '../core/platform/fact.ts';
import { atLeast, parseKernelRelease, sameKernel } from '../core/platform/kernel-release.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { SEGMENT_BYTES, nextPowerOfTwo } from '../core/platform/aperture-size.ts';
import { MIB } from '../core/units/bytes.ts';
import { RULES } from '../ids.ts';
import type { ConfigProblem, Finding } from './finding.ts';

/** A symbol and what it has no effect without; any one of each inner list will do. Sources: kernel/dma/Kconfig, drivers/xen/Kconfig, mm/Kconfig. */
const NEEDS: readonly (readonly [string, readonly string[]])[] = [
  ['CONFIG_SWIOTLB_DYNAMIC', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_RESTRICTED_POOL', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_RESTRICTED_POOL', ['CONFIG_OF']],
  ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_CMA', ['CONFIG_CMA']],
  ['CONFIG_CMA_ALIGNMENT', ['CONFIG_DMA_CMA']],
  ['CONFIG_DMA_NUMA_CMA', ['CONFIG_DMA_CMA']],
  ['CONFIG_DMA_PERNUMA_CMA', ['CONFIG_DMA_CMA']],
  ['CONFIG_DMA_API_DEBUG_SG', ['CONFIG_DMA_API_DEBUG']],
  ['CONFIG_XEN_PV', ['CONFIG_XEN']],
  ['CONFIG_XEN_PVH', ['CONFIG_XEN']],
  ['CONFIG_XEN_DOM0', ['CONFIG_XEN']],
  ['CONFIG_CMDLINE', ['CONFIG_CMDLINE_BOOL']],
  ['CONFIG_SWIOTLB_XEN', ['CONFIG_XEN']],
  ['CONFIG_SWIOTLB_XEN', ['CONFIG_XEN_PV', 'CONFIG_XEN_DOM0']],
  ['CONFIG_XEN_PCIDEV_FRONTEND', ['CONFIG_XEN_PV']],
  ['CONFIG_CMA_SIZE_MBYTES', ['CONFIG_DMA_CMA']],
];
/** The mainline release that brought a symbol. */
const SINCE: readonly (readonly [string, number, number])[] = [['CONFIG_SWIOTLB_DYNAMIC', 6, 6], ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', 7, 3], ['CONFIG_DMA_RESTRICTED_POOL', 5, 15]];

/**
 * The symbols of a kernel's configuration that have no effect as they stand, and those that a boot contradicts. A symbol that
 * the file does not mention is not held to be off: parts of files are read too.
 * @param boot what a log of the same machine says, where there is one
 */
export function checkConfig({ config, kernelRelease }: PlatformFacts, boot?: PlatformFacts): Finding[] {
  if (!config) return [];
  const findings: Finding[] = [];
  const report: Report = (symbol, fact, problem, ...evidence) => {
    const { from } = fact;
    if (from.kind === 'default' || from.kind === 'derived') return;
    findings.push({
      ruleId: RULES.kernelConfig, severity: problem.key === 'no-area-by-default' || (problem.key === 'log-contradicts' && problem.what === 'release') ? 'information' : 'warning', confidence: 'certain',
      span: { line: from.line, column: from.column, endLine: from.line, endColumn: from.endColumn ?? from.column },
      headline: { key: 'config', symbol, value: fact.value, problem }, explain: [], evidence: [fact, ...evidence],
    });
  };
  const isSet = (symbol: string): Fact<string> | undefined => {
    const fact = config.get(symbol);
    return fact && fact.value !== 'n' && fact.value !== '' ? fact : undefined;
  };
  for (const [symbol, anyOf] of NEEDS) {
    const fact = isSet(symbol);
    if (fact && anyOf.every((needed) => config.get(needed)?.value === 'n')) report(symbol, fact, { key: 'moot-without', needs: anyOf.join(' or ') });
  }
  const release = kernelRelease && parseKernelRelease(kernelRelease.value);
  for (const [symbol, x, y] of SINCE) {
    const fact = isSet(symbol);
    if (fact && release && !atLeast(release, x, y)) report(symbol, fact, { key: 'not-in-this-version', since: `Linux ${x}.${y}`, version: `Linux ${release.text}` }, kernelRelease);
  }
  const size = isSet('CONFIG_SWIOTLB_DEFAULT_SIZE_MB');
  if (size && !(Number(size.value) >= 1 && Number(size.value) <= 64)) report('CONFIG_SWIOTLB_DEFAULT_SIZE_MB', size, { key: 'out-of-range', least: 1, most: 64 });
  const area = config.get('CONFIG_CMA_SIZE_MBYTES');
  if (area?.value === '0' && isSet('CONFIG_DMA_CMA')) report('CONFIG_CMA_SIZE_MBYTES', area, { key: 'no-area-by-default' });
  const percentage = config.get('CONFIG_CMA_SIZE_SEL_PERCENTAGE');
  if (area && percentage?.value === 'y') report('CONFIG_CMA_SIZE_MBYTES', area, { key: 'moot-with', because: 'CONFIG_CMA_SIZE_SEL_PERCENTAGE' }, percentage);
  if (boot) {
    const other = boot.kernelRelease;
    const booted = other && parseKernelRelease(other.value, boot.kernelBanner?.value);
    if (kernelRelease && release && other && booted && !sameKernel(release, booted)) report('', kernelRelease, { key: 'log-contradicts', what: 'release', log: other.value }, other);
    else checkAgainstBoot(config, boot, report);
  }
  return findings.sort((a, b) => a.span.line - b.span.line);
}

/** Symbols of the IOMMUs' drivers, by the vendor that a log names. */
const IOMMU_SYMBOLS = { intel: 'CONFIG_INTEL_IOMMU', amd: 'CONFIG_AMD_IOMMU' } as const;

type Report = (symbol: string, fact: Fact<string>, problem: ConfigProblem, ...evidence: readonly Fact<unknown>[]) => void;

/** What a boot of a kernel with this configuration could not have printed. */
function checkAgainstBoot(config: ReadonlyMap<string, Fact<string>>, boot: PlatformFacts, report: Report): void {
  const { apertureBytes, domain, arch, possibleCpus, cmaBytes, iommuVendor } = boot;
  const contradict = (symbol: string, holds: (value: string) => boolean, what: Extract<ConfigProblem, { key: 'log-contradicts' }>['what'], seen: Fact<string | number> | undefined): void => {
    const fact = config.get(symbol);
    if (fact && seen && !holds(fact.value)) report(symbol, fact, { key: 'log-contradicts', what, log: seen.value }, seen);
  };
  const off = config.get('CONFIG_SWIOTLB');
  if (off?.value === 'n' && apertureBytes && apertureBytes.value > 0) report('CONFIG_SWIOTLB', off, { key: 'log-says-otherwise', bytes: apertureBytes.value }, apertureBytes);
  const pv = domain?.value === 'pv-dom0' || domain?.value === 'pv-domu' ? domain : undefined;
  const dynamic = config.get('CONFIG_SWIOTLB_DYNAMIC');
  if (dynamic?.value === 'y' && pv) report('CONFIG_SWIOTLB_DYNAMIC', dynamic, { key: 'moot-in-pv' }, pv);
  contradict('CONFIG_XEN_PV', (value) => value === 'y', 'xen', pv);
  contradict('CONFIG_X86_64', (value) => (value === 'y') === (arch?.value === 'x86_64'), 'arch', arch);
  contradict('CONFIG_NR_CPUS', (value) => Number(value) >= (possibleCpus?.value ?? 0), 'cpus', possibleCpus);
  // A number on the command line takes the place of the configuration's; encryption makes the aperture larger too.
  const asked = (option: string): boolean => new RegExp(`(?:^|\\s)${option}=`).test(boot.linuxCommandLine?.value ?? `${option}=`);
  // Memory that was short makes it smaller; rounding for the areas makes it larger.
  const largest = (value: string): number => Math.max(nextPowerOfTwo(Number(value) * MIB), (boot.areas?.value ?? 1) * SEGMENT_BYTES);
  if (!asked('swiotlb') && !boot.memoryEncryption) contradict('CONFIG_SWIOTLB_DEFAULT_SIZE_MB', (value) => (apertureBytes?.value ?? 0) <= largest(value), 'aperture-size', apertureBytes);
  // Elsewhere a device tree may ask for areas.
  if (arch?.value === 'x86_64' && !asked('cma') && !asked('hugetlb_cma') && !asked('numa_cma')) contradict('CONFIG_CMA_SIZE_MBYTES', (value) => Number(value) * MIB === cmaBytes?.value, 'cma-size', cmaBytes);
  if (iommuVendor && boot.iommuEnabled?.value === true) contradict(IOMMU_SYMBOLS[iommuVendor.value], (value) => value !== 'n', 'iommu', iommuVendor);
}
