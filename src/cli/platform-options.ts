import { existsSync } from 'node:fs';
import { DEFAULT_PLATFORM_ID, builtInPlatform } from '../core/platform/built-in-platforms.ts';
import { buildPlatform } from '../core/platform/build-platform.ts';
import type { Evidence, Fact } from '../core/platform/fact.ts';
import { parseKernelRelease } from '../core/platform/kernel-release.ts';
import type { Domain, PlatformFacts } from '../core/platform/platform-facts.ts';
import type { Platform } from '../core/platform/platform.ts';
import { parseXenVersion } from '../core/platform/xen-version.ts';
import { parseScenario } from '../core/scenario/parse-scenario.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import { readKernelTree } from '../evidence/tree/read-kernel-tree.ts';
import type { TreeText } from '../evidence/tree/source-text.ts';
import { TREE_SOURCES, type TreeSource } from '../evidence/tree/tree-features.ts';
import { InputError } from './input-error.ts';
import { readConfigInput, readInput } from './read-input.ts';

/** Options that choose the platform; shared by every command that needs one. */
export const PLATFORM_OPTIONS = {
  platform: { type: 'string' },
  linux: { type: 'string' },
  xen: { type: 'string' },
  domain: { type: 'string' },
  config: { type: 'string' },
  tree: { type: 'string' },
} as const;

export interface PlatformValues {
  readonly platform?: string | undefined;
  readonly linux?: string | undefined;
  readonly xen?: string | undefined;
  readonly domain?: string | undefined;
  readonly config?: string | undefined;
  readonly tree?: string | undefined;
}

const DOMAINS: Readonly<Record<string, Domain>> = { dom0: 'pv-dom0', domu: 'pv-domu', native: 'native' };

/**
 * The platform that the options spell out; the built-in default where there is none.
 * @throws InputError naming the option or file and what was expected
 */
export function platformFromOptions(values: PlatformValues): Platform {
  const { platform, linux, xen, domain, config, tree } = values;
  if (platform !== undefined && (linux !== undefined || xen !== undefined || domain !== undefined)) {
    throw new InputError('--platform: expected alone, or --linux, --xen and --domain without it');
  }
  if (platform !== undefined) return namedPlatform(platform, config, tree);
  if (linux === undefined && xen === undefined && domain === undefined && config === undefined && tree === undefined) {
    const fallback = builtInPlatform(DEFAULT_PLATFORM_ID);
    if (!fallback) throw new InputError(`no platform ${DEFAULT_PLATFORM_ID}`);
    return fallback;
  }
  if (domain !== undefined && !(domain in DOMAINS)) throw new InputError(`--domain ${domain}: expected dom0, domu or native`);
  if (linux !== undefined && !parseKernelRelease(linux)) throw new InputError(`--linux ${linux}: expected a release such as 6.1.192`);
  if (xen !== undefined && !parseXenVersion(xen)) throw new InputError(`--xen ${xen}: expected a version such as 4.17`);
  if (xen !== undefined && domain === 'native') throw new InputError('--domain native: expected dom0 or domu together with --xen');
  const fact = <T>(option: string, value: T): Fact<T> => ({ value, from: place(`--${option}`, String(value)) });
  const chosen = DOMAINS[domain ?? (xen === undefined ? 'native' : 'dom0')];
  return buildPlatform({
    ...treeFacts(tree),
    ...configFacts(config),
    ...(chosen === undefined ? {} : { domain: fact('domain', chosen) }),
    ...(linux === undefined ? {} : { kernelRelease: fact('linux', linux) }),
    ...(xen === undefined ? {} : { xenVersion: fact('xen', xen) }),
    ...(linux !== undefined && /xen/i.test(linux) && /^2\.6\.(16|18)\b/.test(linux) ? { lineage: fact('linux', 'xenlinux' as const) } : {}),
  }, { id: 'command-line' });
}

function place(option: string, text: string): Evidence {
  return { kind: 'setting', uri: option, line: 1, column: 1, text };
}

function configFacts(path: string | undefined): PlatformFacts {
  if (path === undefined) return {};
  const { facts, problems } = readKconfig(readConfigInput(path), path);
  const [problem] = problems;
  if (!facts.config && problem) throw new InputError(`${path}:${problem.line}:${problem.column}: expected ${problem.expected}, found ${problem.found}`);
  return facts;
}

/** What a kernel tree's Makefile and source text say. */
function treeFacts(path: string | undefined): PlatformFacts {
  if (path === undefined) return {};
  const makefile = `${path}/Makefile`;
  const sources = new Map(TREE_SOURCES.flatMap((file): [TreeSource, TreeText][] => (existsSync(`${path}/${file}`) ? [[file, { uri: `${path}/${file}`, text: readInput(`${path}/${file}`) }]] : [])));
  const { facts, problems } = readKernelTree({ uri: makefile, text: readInput(makefile) }, sources);
  const [problem] = problems;
  if (problem) throw new InputError(`${makefile}:${problem.line}:${problem.column}: expected ${problem.expected}, found ${problem.found}`);
  return facts;
}

/** A built-in platform by its id, or the `platform` of a JSON file: the same object that a scenario spells out. */
function namedPlatform(name: string, config: string | undefined, tree: string | undefined): Platform {
  const builtIn = builtInPlatform(name);
  if (builtIn) {
    if (config !== undefined || tree !== undefined) throw new InputError(`--${config === undefined ? 'tree' : 'config'}: expected with --linux, or with no --platform`);
    return builtIn;
  }
  const text = readInput(name);
  const wrapped = parseScenario(`{"name":"platform","devices":{},"steps":[],"platform":${text}\n}`);
  if (!wrapped.ok) {
    const [problem] = wrapped.problems;
    throw new InputError(`${name}:${problem?.line ?? 1}: ${problem?.message ?? 'not a platform'}: expected a platform such as {"xen": "4.17", "linux": "6.1.192", "domain": "dom0"}`);
  }
  const active = builtInPlatform(DEFAULT_PLATFORM_ID);
  if (!active) throw new InputError(`no platform ${DEFAULT_PLATFORM_ID}`);
  return platformOf(wrapped.scenario, active, name);
}
