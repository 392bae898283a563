import type { Platform } from '../platform/platform.ts';

/** Releases between which a feature of the tables changes, oldest first; XenLinux has its own, and Xens of its time. */
const LINUX = ['3.6.0', '4.9.0', '4.18.0', '5.0.0', '5.10.0', '5.15.0', '6.1.0', '6.4.0', '6.6.0', '6.9.0', '6.12.0', '6.14.0', '7.3.0'] as const;
const XENLINUX = ['2.6.16.33-xen', '2.6.18.8-xen', '2.6.27-xen'] as const;
const XEN = ['4.1.0', '4.4.0', '4.7.0', '4.11.0', '4.17.0', '4.20.0'] as const;
const XEN_OF_XENLINUX = ['3.0.2', '3.0.3', '3.0.4', '3.1.0', '3.2.0', '3.3.0', '4.0.0'] as const;

/** Releases that a platform's kernel and hypervisor can be exchanged for, oldest first. */
export function knownReleases(platform: Platform): { readonly linux: readonly string[]; readonly xen: readonly string[] } {
  const old = platform.features.swiotlbUnit.value === 'MiB';
  return { linux: old ? XENLINUX : LINUX, xen: platform.xen === undefined ? [] : old ? XEN_OF_XENLINUX : XEN };
}
