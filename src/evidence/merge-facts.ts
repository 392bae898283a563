import { parseKernelRelease, sameKernel } from '../core/platform/kernel-release.ts';
import type { Fact } from '../core/platform/fact.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';

/** Two pieces of evidence that disagree; the later one holds. */
export interface Contradiction {
  /** Name of the field of {@link PlatformFacts}, of the configuration's symbol or of the feature. */
  readonly field: string;
  readonly earlier: Fact<unknown>;
  readonly later: Fact<unknown>;
}

export interface MergedFacts {
  readonly facts: PlatformFacts;
  readonly contradictions: readonly Contradiction[];
}

/** Puts facts together, later ones overriding earlier ones, and reports where they disagree. */
export function mergeFacts(...parts: readonly PlatformFacts[]): MergedFacts {
  const merged = new Map<string, Fact<unknown>>();
  const tables = new Map<string, Map<string, Fact<unknown>>>();
  const contradictions: Contradiction[] = [];
  for (const part of parts) {
    for (const [field, value] of Object.entries(part) as [string, Fact<unknown> | ReadonlyMap<string, Fact<unknown>> | undefined][]) {
      if (value === undefined) continue;
      if (value instanceof Map) {
        const table = tables.get(field) ?? new Map<string, Fact<unknown>>();
        tables.set(field, table);
        for (const [name, later] of value as ReadonlyMap<string, Fact<unknown>>) {
          const earlier = table.get(name);
          if (earlier && earlier.value !== later.value) contradictions.push({ field: name, earlier, later });
          table.set(name, later);
        }
        continue;
      }
      const later = value as Fact<unknown>;
      const earlier = merged.get(field);
      if (earlier && !agree(field, earlier.value, later.value, bannerOf(merged), part.kernelBanner?.value)) contradictions.push({ field, earlier, later });
      merged.set(field, later);
    }
  }
  const facts = Object.fromEntries<unknown>([...merged, ...tables]) as PlatformFacts;
  return { facts: withoutStrayBanner(facts, parts), contradictions };
}

function bannerOf(merged: ReadonlyMap<string, Fact<unknown>>): string {
  const value = merged.get('kernelBanner')?.value;
  return typeof value === 'string' ? value : '';
}

/** A banner names the stable release behind its own `uname -r`: it says nothing of a release that came from elsewhere. */
function withoutStrayBanner(facts: PlatformFacts, parts: readonly PlatformFacts[]): PlatformFacts {
  const owner = parts.findLast(({ kernelRelease }) => kernelRelease !== undefined);
  if (!owner || owner.kernelBanner === facts.kernelBanner || owner.kernelRelease?.value === parts.findLast(({ kernelBanner }) => kernelBanner !== undefined)?.kernelRelease?.value) return facts;
  const { kernelBanner: _, ...rest } = facts;
  return owner.kernelBanner ? { ...rest, kernelBanner: owner.kernelBanner } : rest;
}

/** Whether two values say the same. `6.1.0-56-amd64` with Debian's banner for 6.1.192 and a tree's `6.1.192` do. */
function agree(field: string, earlier: unknown, later: unknown, earlierBanner: string, laterBanner = ''): boolean {
  if (field === 'kernelBanner') return true;
  if (field === 'kernelRelease' && typeof earlier === 'string' && typeof later === 'string') {
    const a = parseKernelRelease(earlier, earlierBanner);
    const b = parseKernelRelease(later, laterBanner);
    if (!a || !b) return earlier === later;
    return sameKernel(a, b);
  }
  return JSON.stringify(earlier) === JSON.stringify(later);
}
