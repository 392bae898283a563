import { builtInPlatform } from '../platform/built-in-platforms.ts';
import { buildPlatform } from '../platform/build-platform.ts';
import type { Fact } from '../platform/fact.ts';
import type { Domain, E820Entry, PlatformFacts } from '../platform/platform-facts.ts';
import type { Platform } from '../platform/platform.ts';
import { GIB } from '../units/bytes.ts';
import { parseSwiotlbParameter } from '../platform/swiotlb-parameter.ts';
import type { Scenario, ScenarioPlatform } from './scenario-schema.ts';

/** The platform that a scenario names or spells out; the active one where it does neither. */
export function platformOf(scenario: Scenario, active: Platform, uri = ''): Platform {
  const { platform } = scenario;
  if (platform === undefined) return active;
  if (typeof platform === 'string') return builtInPlatform(platform) ?? active;
  return buildPlatform(factsOf(platform, uri), { id: 'scenario' });
}

const DOMAINS: Readonly<Record<'native' | 'dom0' | 'domu', Domain>> = { native: 'native', dom0: 'pv-dom0', domu: 'pv-domu' };

function factsOf(platform: ScenarioPlatform, uri: string): PlatformFacts {
  const fact = <T>(value: T): Fact<T> => ({ value, from: { kind: 'scenario', uri, line: 1, column: 1 } });
  const domain = DOMAINS[platform.domain ?? (platform.xen === undefined ? 'native' : 'dom0')];
  return {
    domain: fact(domain),
    ...(platform.linux === undefined ? {} : { kernelRelease: fact(platform.linux) }),
    ...(platform.xen === undefined ? {} : { xenVersion: fact(platform.xen) }),
    ...(platform.ownsDevice === undefined ? {} : { ownsDevice: fact(platform.ownsDevice) }),
    ...(platform.lineage === undefined ? {} : { lineage: fact(platform.lineage) }),
    ...(platform.memory === undefined ? {} : { [domain === 'native' ? 'e820' : 'machineE820']: fact(mapOf(platform.memory)) }),
    ...(platform.domainMemory === undefined ? {} : { domainBytes: fact(platform.domainMemory) }),
    ...(platform.cpus === undefined ? {} : { possibleCpus: fact(platform.cpus) }),
    ...(platform.swiotlb === undefined ? {} : { swiotlbParameter: fact(parseSwiotlbParameter(platform.swiotlb)) }),
    ...(platform.dmaEmergencyPool === undefined ? {} : { xenEmergencyPool: fact(platform.dmaEmergencyPool) }),
    ...(platform.memoryEncryption === undefined ? {} : { memoryEncryption: fact(platform.memoryEncryption) }),
    ...(platform.apertureBits === undefined ? {} : { apertureAddressBits: fact(platform.apertureBits) }),
    ...(platform.iommu === undefined ? {} : { iommuEnabled: fact(platform.iommu) }),
    ...(platform.config === undefined ? {} : { config: new Map(Object.entries(platform.config).map(([symbol, value]) => [symbol, fact(value)])) }),
    ...(platform.cma === undefined ? {} : { cmaBytes: fact(platform.cma) }),
  };
}

/** Memory as a PC maps it: up to 3 GiB below the hole, the rest from 4 GiB on. */
function mapOf(bytes: number): E820Entry[] {
  const low = Math.min(bytes, 3 * GIB);
  const map: E820Entry[] = [
    { start: 0, end: Math.min(low, 0x9_f000), type: 'usable' },
    { start: 0x10_0000, end: Math.max(low, 0x10_0000), type: 'usable' },
  ];
  if (bytes > low) map.push({ start: 4 * GIB, end: 4 * GIB + bytes - low, type: 'usable' });
  return map.filter(({ start, end }) => end > start);
}
