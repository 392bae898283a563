import { SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { parseKernelRelease } from '../core/platform/kernel-release.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { GIB, MIB } from '../core/units/bytes.ts';

export interface InlinePlatformOptions {
  /** Bytes of the aperture, where no fact states them. */
  readonly apertureBytes?: number;
  /** Whether every mapping is made to bounce. */
  readonly force?: boolean;
}

/** A platform as a scenario spells it out, of the facts that it has words for. */
export function inlinePlatform(facts: PlatformFacts, options: InlinePlatformOptions = {}): Record<string, string | number> {
  const xenlinux = facts.lineage?.value === 'xenlinux';
  const swiotlb = swiotlbOf(facts, xenlinux, options);
  const memory = facts.machineE820 ?? facts.e820;
  const usable = memory?.value.reduce((sum, { start, end, type }) => sum + (type === 'usable' ? end - start : 0), 0);
  const domain = facts.domain?.value;
  const dom0 = domain?.startsWith('pv-') === true ? facts.domainBytes?.value : undefined;
  return {
    ...(facts.kernelRelease ? { linux: releaseOf(facts.kernelRelease.value, facts.kernelBanner?.value) } : {}),
    ...(facts.xenVersion && domain !== 'native' && domain !== 'hvm' ? { xen: facts.xenVersion.value } : {}),
    ...(domain === 'pv-dom0' ? { domain: 'dom0' } : domain === 'pv-domu' ? { domain: 'domu' } : domain === 'native' ? { domain: 'native' } : {}),
    ...(xenlinux ? { lineage: 'xenlinux' } : {}),
    ...(usable === undefined || usable < 64 * MIB ? {} : { memory: roundMemory(usable) }),
    ...(dom0 === undefined ? {} : { domainMemory: roundMemory(dom0) }),
    ...(facts.possibleCpus ? { cpus: facts.possibleCpus.value } : {}),
    ...(swiotlb === '' ? {} : { swiotlb }),
  };
}

/** The release that decides: the stable one of the banner, where `uname -r` is a packager's name. */
function releaseOf(text: string, banner: string | undefined): string {
  const release = parseKernelRelease(text, banner);
  return release?.sublevel === 'from-banner' ? release.version.join('.') : text;
}

/** The value of `swiotlb=` that gives the aperture which the facts state, in the unit of the kernel. */
function swiotlbOf(facts: PlatformFacts, xenlinux: boolean, { apertureBytes, force }: InlinePlatformOptions): string {
  const bytes = facts.apertureBytes?.value ?? apertureBytes ?? 0;
  const parameter = facts.swiotlbParameter?.value;
  const number = bytes === 0 ? parameter?.number : xenlinux ? Math.max(1, Math.round(bytes / MIB)) : bytes / SLOT_BYTES;
  const areas = xenlinux || number === undefined ? undefined : (facts.areas?.value ?? parameter?.areas);
  // XenLinux's `force` is another: a swiotlb outside dom0.
  const words = force === true ? (xenlinux ? [] : ['force']) : (parameter?.words ?? []);
  return [number, areas, ...words].filter((part) => part !== undefined).join(',');
}

/** Memory in whole MiB, as people write it: what firmware keeps makes it a little less than the modules have. */
function roundMemory(bytes: number): string {
  return bytes % GIB === 0 ? `${bytes / GIB}G` : `${Math.ceil(bytes / MIB)}M`;
}
