import type { Fact } from '../core/platform/fact.ts';
import { atLeast, parseKernelRelease } from '../core/platform/kernel-release.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { RULES } from '../ids.ts';
import type { ConfigProblem, Finding } from './finding.ts';

/** A symbol and what it has no effect without; any one of each inner list will do. Sources: kernel/dma/Kconfig, drivers/xen/Kconfig, mm/Kconfig. */
const NEEDS: readonly (readonly [string, readonly string[]])[] = [
  ['CONFIG_SWIOTLB_DYNAMIC', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_RESTRICTED_POOL', ['CONFIG_SWIOTLB']],
  ['CONFIG_DMA_RESTRICTED_POOL', ['CONFIG_OF']],
  ['CONFIG_DMA_CMA', ['CONFIG_CMA']],
  ['CONFIG_SWIOTLB_XEN', ['CONFIG_XEN', 'CONFIG_XEN_PV', 'CONFIG_XEN_DOM0']],
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
  const report = (symbol: string, fact: Fact<string>, problem: ConfigProblem, ...evidence: readonly Fact<unknown>[]): void => {
    const { from } = fact;
    if (from.kind === 'default' || from.kind === 'derived') return;
    findings.push({
      ruleId: RULES.kernelConfig, severity: problem.key === 'no-area-by-default' ? 'information' : 'warning', confidence: 'certain',
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
  if (boot) checkAgainstBoot(config, boot, report);
  return findings.sort((a, b) => a.span.line - b.span.line);
}

function checkAgainstBoot(config: ReadonlyMap<string, Fact<string>>, boot: PlatformFacts, report: (symbol: string, fact: Fact<string>, problem: ConfigProblem, ...evidence: readonly Fact<unknown>[]) => void): void {
  const off = config.get('CONFIG_SWIOTLB');
  const { apertureBytes, domain } = boot;
  if (off?.value === 'n' && apertureBytes && apertureBytes.value > 0) report('CONFIG_SWIOTLB', off, { key: 'log-says-otherwise', bytes: apertureBytes.value }, apertureBytes);
  const dynamic = config.get('CONFIG_SWIOTLB_DYNAMIC');
  if (dynamic?.value === 'y' && (domain?.value === 'pv-dom0' || domain?.value === 'pv-domu')) report('CONFIG_SWIOTLB_DYNAMIC', dynamic, { key: 'moot-in-pv' }, domain);
}
