import { BUILT_IN_PLATFORMS } from '../platform/built-in-platforms.ts';
import { parseKernelRelease } from '../platform/kernel-release.ts';
import { parseSwiotlbParameter } from '../platform/swiotlb-parameter.ts';
import { parseXenVersion, xenAtLeast } from '../platform/xen-version.ts';
import { formatBytes, groupDigits } from '../units/bytes.ts';
import { elementsOf } from './perform-step.ts';
import type { BootStep, Scenario, ScenarioPlatform, ScenarioStep } from './scenario-schema.ts';

/** What no schema of single values tells, with the place of the value that it is about. */
export interface ScenarioMistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = readonly (string | number)[];

/** Longest scatterlist. */
const MOST_ELEMENTS = 4096;

/** Names that do not exist, values that speak against each other, platforms that cannot be. */
export function scenarioMistakes(scenario: Scenario): ScenarioMistake[] {
  return [...platformMistakes(scenario.platform), ...scenario.steps.flatMap((step, index) => stepMistakes(scenario, step, ['steps', index])), ...unknownNames(scenario)];
}

function platformMistakes(platform: Scenario['platform']): ScenarioMistake[] {
  if (typeof platform !== 'string') return platform === undefined ? [] : [...spellingMistakes(platform, ['platform']), ...impossible(platform)];
  if (BUILT_IN_PLATFORMS.some(({ id }) => id === platform)) return [];
  return [{ path: ['platform'], message: `unknown platform "${platform}": expected ${BUILT_IN_PLATFORMS.map(({ id }) => id).join(', ')}` }];
}

/** What does not read as a release, a version, an option. */
function spellingMistakes({ linux, xen, swiotlb }: Pick<ScenarioPlatform, 'linux' | 'xen' | 'swiotlb'>, path: Path): ScenarioMistake[] {
  const [wrong] = swiotlb === undefined ? [] : parseSwiotlbParameter(swiotlb).errors;
  return [
    ...(linux !== undefined && !parseKernelRelease(linux) ? [{ path: [...path, 'linux'], message: `unknown release "${linux}": expected one such as "6.1.192"` }] : []),
    ...(xen !== undefined && !parseXenVersion(xen) ? [{ path: [...path, 'xen'], message: `unknown version "${xen}": expected one such as "4.17"` }] : []),
    ...(wrong ? [{ path: [...path, 'swiotlb'], message: `the kernel does not read "${wrong.text}": expected ${wrong.expected}` }] : []),
  ];
}

/** Platforms that no machine can be. */
function impossible({ xen, domain, ownsDevice, lineage, memory, domainMemory, dmaEmergencyPool }: ScenarioPlatform): ScenarioMistake[] {
  const found: ScenarioMistake[] = [];
  const add = (key: keyof ScenarioPlatform, message: string): void => void found.push({ path: ['platform', key], message });
  const under = xen === undefined ? undefined : parseXenVersion(xen);
  if (xen !== undefined && domain === 'native') add('domain', 'impossible platform: no hypervisor runs natively; expected dom0 or domu, or no "xen"');
  if (xen === undefined && (domain === 'dom0' || domain === 'domu')) add('domain', `impossible platform: a ${domain} needs a hypervisor; expected "xen" beside it`);
  if (xen === undefined && domainMemory !== undefined) add('domainMemory', 'impossible platform: a domain needs a hypervisor; expected "xen" beside it');
  if (memory !== undefined && domainMemory !== undefined && domainMemory > memory) add('domainMemory', `impossible platform: the domain has ${formatBytes(domainMemory)}, the machine ${formatBytes(memory)}`);
  if (ownsDevice !== undefined && domain !== 'domu') add('ownsDevice', 'says something of a domU alone: expected "domain": "domu"');
  if (lineage === 'xenlinux' && xen === undefined) add('lineage', 'impossible platform: XenLinux runs under Xen alone; expected "xen" beside it');
  if (dmaEmergencyPool !== undefined && (!under || xenAtLeast(under, 3, 3))) add('dmaEmergencyPool', 'Xen knows the option up to 3.2: expected such a "xen"');
  return found;
}

function stepMistakes(scenario: Scenario, step: ScenarioStep, path: Path): ScenarioMistake[] {
  const devices = Object.keys(scenario.devices);
  const found: ScenarioMistake[] = [];
  const add = (key: readonly (string | number)[], message: string): void => void found.push({ path: [...path, ...key], message });
  if ('device' in step && !devices.includes(step.device)) {
    add(['device'], `unknown device "${step.device}": expected ${devices.length > 0 ? devices.join(', ') : 'one that "devices" names'}`);
  }
  if (step.op === 'workload' && !step.shape && !scenario.devices[step.device]?.shape && !(step.sizes && step.lifetime)) add([], 'expected a "shape", here or of the device, or "sizes" and "lifetime"');
  if (step.op === 'dma_map_sg') {
    const { elements, size } = step;
    if ((elements === undefined) === (size === undefined)) add([], 'expected either "elements" or "size"');
    const cut = elements || size === undefined ? 0 : elementsOf({ size }, scenario.devices[step.device]?.segmentSize).length;
    if (cut > MOST_ELEMENTS) add(['size'], `${groupDigits(cut)} elements of the device's segmentSize: expected at most ${groupDigits(MOST_ELEMENTS)}`);
  }
  if (step.op === 'repeat') found.push(...step.steps.flatMap((inner, at) => stepMistakes(scenario, inner, [...path, 'steps', at])));
  if (step.op === 'parallel') found.push(...step.cpus.flatMap(({ steps }, cpu) => steps.flatMap((inner, at) => stepMistakes(scenario, inner, [...path, 'cpus', cpu, 'steps', at]))));
  if (step.op === 'boot') found.push(...spellingMistakes(step, path), ...bootMistakes(scenario.platform, step, path));
  return found;
}

/** A native machine that is spelled out is not booted under a hypervisor by a step. */
function bootMistakes(platform: Scenario['platform'], { xen, domainMemory }: BootStep, path: Path): ScenarioMistake[] {
  if (typeof platform !== 'object' || platform.xen !== undefined) return [];
  return [
    ...(xen === undefined ? [] : [{ path: [...path, 'xen'], message: 'impossible platform: the scenario\'s runs natively' }]),
    ...(domainMemory === undefined ? [] : [{ path: [...path, 'domainMemory'], message: 'impossible platform: a domain needs a hypervisor' }]),
  ];
}

/** Steps that name what no step makes; one that is expected to be refused may. */
function unknownNames({ steps }: Scenario): ScenarioMistake[] {
  const made = new Set<string>();
  const uses: { readonly name: string; readonly path: Path; readonly step: ScenarioStep }[] = [];
  const visit = (step: ScenarioStep, path: Path, fallback: string): void => {
    const end = ENDS.has(step.op);
    if (!end) made.add(step.id ?? fallback);
    else if (step.id !== undefined) uses.push({ name: step.id, path: [...path, 'id'], step });
    if (step.op === 'dma_pool_alloc') uses.push({ name: step.pool, path: [...path, 'pool'], step });
    if (step.op === 'repeat') step.steps.forEach((inner, at) => visit(inner, [...path, 'steps', at], `${step.id ?? fallback}.${at + 1}`));
    if (step.op === 'parallel') step.cpus.forEach(({ cpu, steps: own }, nth) => own.forEach((inner, at) => visit(inner, [...path, 'cpus', nth, 'steps', at], `${step.id ?? fallback}.cpu${cpu}.${at + 1}`)));
  };
  steps.forEach((step, index) => visit(step, ['steps', index], `step-${index + 1}`));
  return uses.filter(({ name, step }) => !made.has(baseName(name)) && !made.has(name) && step.expect?.ok !== false && step.expect?.reason === undefined && step.expect?.failures === undefined)
    .map(({ name, path }) => ({ path, message: `nothing makes "${name}": expected the "id" of an earlier step` }));
}

/** Operations whose `id` is the name of what another step made. */
const ENDS: ReadonlySet<ScenarioStep['op']> = new Set([
  'dma_unmap_single', 'dma_unmap_page', 'dma_unmap_sg', 'dma_free_coherent', 'dma_pool_free', 'dma_pool_destroy', 'xen_destroy_domain',
  'dma_sync_single_for_cpu', 'dma_sync_single_for_device', 'dma_sync_sg_for_cpu', 'dma_sync_sg_for_device', 'cpu_write', 'cpu_read', 'device_write', 'device_read',
]);

/** `buffer` of `buffer#3`, of `buffer#`, and of the element `buffer[0]`. */
function baseName(name: string): string {
  return name.replace(/\[\d{1,4}\]$/, '').replace(/#\d{0,8}$/, '');
}
