import { KIB, MIB } from '../../../core/units/bytes.ts';
import { bytesOf, decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const ENCRYPTION = /^(AMD )?Memory Encryption Features active: ((?:AMD|Intel)(?: [A-Z][\w-]{1,11}){1,6}|[A-Z][\w-]{1,11}(?: [A-Z][\w-]{1,11}){0,5})/;
const ENCRYPTION_OLD = /^(?:AMD )?(?:Secure Memory Encryption|Secure Encrypted Virtualization) \((SME|SEV)\) active/;
const CMA = /^cma: Reserved (\d{1,9}) MiB (?:at 0x|in \d)/;
const MEMORY = /^Memory: (\d{1,14})[Kk](?:\/(\d{1,14})[Kk])? available/;
const CMA_TOTAL = /^[^(]{1,60}\([^)]{0,300}?(\d{1,14})K cma-reserved/;
const CPUS = /nr_cpu_ids[:=](\d{1,6})\b/;
const HYPERVISOR = /^Hypervisor detected: (KVM|VMware|Microsoft Hyper-V|Xen PV|Xen HVM|Xen)\s*(?:<<<)?$/;
const PARAVIRT = /^Booting (?:paravirtualized )?kernel on (bare hardware|KVM|Hyper-V|Xen HVM|Xen PVH|Xen)/;
// The task is any name: `kworker/0:1`.
const ORDER = /^((?:[^:]|:(?=[^ ])){1,32}): page allocation failure[:.] order:(\d{1,2}),/;
const ARCH: readonly (readonly [RegExp, string])[] = [
  [/^Booting Linux on physical CPU 0x[0-9a-f]{10} \[0x[0-9a-f]{8}\]/, 'arm64'],
  // `Booting Linux on physical CPU 0x0` is no sign: arch/arm64 prints it too, to 4.15.
  [/^CPU: ARM[\w-]{1,32} (?:[Pp]rocessor|\[)/, 'arm'],
  [/^(?:\S{1,24} )?(?:el0_svc|el0_sync_handler|el0t_64_sync|__arm64_sys_)/, 'arm64'],
  [/^(?:CPU features: detected|CPU: All CPU\(s\) started at EL|(?:Boot )?CPU: AArch64 Processor \[|ASID allocator initialised with \d|CPU\d{1,4}: Booted secondary processor (?:0x[0-9a-f]{10} )?\[)/, 'arm64'],
  // arch/arm names a reserved breakpoint here on every processor with two watchpoints and more.
  [/^hw-breakpoint: found \d{1,2} breakpoint and (?:[2-9]|1\d) watchpoint registers/, 'arm64'],
  [/^(?:riscv: base ISA extensions|SBI specification v|elf_hwcap is 0x|CPU with hartid=\d)/, 'riscv64'],
  [/^(?:hash-mmu|radix-mmu): |^ppc64_pft_size |^MMU: Book3E |^CPU maps initialized for \d/, 'powerpc'],
  [/^SAL [23]\.\d{1,2}: /, 'ia64'],
  [/^CPU\d{1,4} revision is: [0-9a-f]{8} \(/, 'mips'],
  [/^RIP: (?:0010|0033|e030|e033):/, 'x86_64'],
  [/^Checking aperture\.\.\./, 'x86_64'],
  // Xen on x86: the first line came when there was no 32-bit hypervisor any more, the second is the hypervisor's own word.
  [/^CPU Vendor: \w{1,16}, Family \d{1,3} \(0x[0-9a-f]{1,4}\), Model .{1,80}\(raw /, 'x86_64'],
  [/^Xen {1,2}kernel: 64-bit, lsb/, 'x86_64'],
  [/^----\[ Xen-[\d.]{1,12}\S{0,24} {1,4}x86_64 /, 'x86_64'],
  [/^\d{1,6}MB (?:HIGHMEM|LOWMEM) available\./, 'x86_32'],
];
const BANNER_ARCH: readonly (readonly [RegExp, string])[] = [
  [/[._-](?:x86_64|amd64)\b|\((?:x86_64|amd64)-[\w-]{1,40}-(?:gcc|clang)/, 'x86_64'],
  [/[._-](?:aarch64|arm64)\b|\(aarch64-[\w-]{1,40}-(?:gcc|clang)/, 'arm64'],
  [/\(riscv64-[\w-]{1,40}-(?:gcc|clang)/, 'riscv64'],
  [/[._-](?:ppc64le|ppc64el|ppc64)\b|\(powerpc(?:64|64le)?-[\w-]{1,40}-(?:gcc|clang)/, 'powerpc'],
  [/\(ia64-[\w-]{1,40}gcc/, 'ia64'],
  [/[._-](?:686|686-pae|i[3-6]86)\b/, 'x86_32'],
];

/** The architecture that a `Linux version` line names, by the release's suffix or the compiler's target. */
export function bannerArch(banner: string): string | undefined {
  return BANNER_ARCH.find(([pattern]) => pattern.test(banner))?.[1];
}

const ENVIRONMENTS: Readonly<Record<string, string>> = {
  KVM: 'kvm',
  VMware: 'vmware',
  'Microsoft Hyper-V': 'hyperv',
  'Hyper-V': 'hyperv',
  'Xen PV': 'xen-pv',
  'Xen HVM': 'xen-hvm',
  'Xen PVH': 'xen-hvm',
  'bare hardware': 'bare',
};

/** What Linux says of the machine under it: processors, architecture, hypervisor, memory kept for CMA, encryption. */
export const machineRecognisers: readonly Recogniser[] = [
  {
    id: 'memory-encryption',
    family: 'encryption',
    formats: ['Memory Encryption Features active: %s', 'AMD Memory Encryption Features active: %s'],
    era: '4.14 and later',
    says: 'Memory is encrypted: every device that cannot decrypt goes through the pool.',
    keys: ['Memory Encryption', 'Encrypted Virtualization'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = ENCRYPTION.exec(text);
      if (match) {
        const list = match[2] ?? '';
        return { kind: 'memory-encryption', active: match[1] === undefined || list.startsWith('AMD ') ? list : `AMD ${list}` };
      }
      const old = ENCRYPTION_OLD.exec(text)?.[1];
      return old === undefined ? undefined : { kind: 'memory-encryption', active: `AMD ${old}` };
    },
  },
  {
    id: 'cma-reserved',
    family: 'memory',
    formats: ['cma: Reserved %ld MiB at %pa', 'cma: Reserved %ld MiB at %pa on node %d', 'cma: Reserved %lu MiB in %d range%s'],
    era: '3.5 and later',
    says: 'Memory from which large contiguous coherent buffers can be had.',
    keys: ['cma: Reserved'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const bytes = bytesOf(decimal(CMA.exec(text)?.[1]), MIB);
      return bytes === undefined || bytes === 0 ? undefined : { kind: 'cma', bytes };
    },
  },
  {
    id: 'memory-available',
    family: 'memory',
    formats: ['Memory: %luk/%luk available (…)', 'Memory: %luK/%luK available (…, %luK cma-reserved)'],
    era: 'every kernel; the sum of all CMA areas from 3.16',
    says: "The page allocator has Linux's memory: a boot that has come so far has said what it has to say of the swiotlb's size.",
    keys: ['K available', 'k available'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const [, free, all] = MEMORY.exec(text) ?? [];
      const available = bytesOf(decimal(free), KIB);
      if (available === undefined) return undefined;
      return { kind: 'memory', available, bytes: bytesOf(decimal(all), KIB) ?? null, cmaBytes: bytesOf(decimal(CMA_TOTAL.exec(text)?.[1]), KIB) ?? null };
    },
  },
  {
    id: 'possible-cpus',
    family: 'machine',
    formats: ['setup_percpu: NR_CPUS:%d nr_cpumask_bits:%d nr_cpu_ids:%u nr_node_ids:%u', 'rcu: RCU restricting CPUs from NR_CPUS=%d to nr_cpu_ids=%u.'],
    era: '2.6.30 and later',
    says: 'The possible processors, which set the number of swiotlb areas.',
    keys: ['nr_cpu_ids'],
    speaker: 'linux',
    once: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const possible = decimal(CPUS.exec(text)?.[1]);
      return possible === undefined || possible === 0 ? undefined : { kind: 'cpus', possible };
    },
  },
  {
    id: 'hypervisor-detected',
    family: 'machine',
    formats: ['Hypervisor detected: %s', 'Booting paravirtualized kernel on %s', 'Booting kernel on %s'],
    era: '2.6.24 and later on x86',
    says: 'What the kernel runs on.',
    keys: ['Hypervisor detected: ', 'kernel on '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const detected = HYPERVISOR.exec(text)?.[1];
      const booting = PARAVIRT.exec(text)?.[1];
      // "kernel on Xen" is the PV start; "detected: Xen" of 3.x says no more than Xen.
      const name = booting === 'Xen' ? 'xen-pv' : ENVIRONMENTS[detected ?? booting ?? ''];
      return name === undefined ? undefined : { kind: 'environment', name };
    },
  },
  {
    id: 'page-allocation-failure',
    family: 'memory',
    formats: ['%s: page allocation failure: order:%u, mode:%#x(%pGg)'],
    era: 'every kernel',
    says: "The page allocator had no block of this order; order 11 and above it never has.",
    keys: ['page allocation failure'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = ORDER.exec(text);
      const order = decimal(match?.[2]);
      return order === undefined ? undefined : { kind: 'order-failure', order, task: match?.[1] ?? '' };
    },
  },
  {
    id: 'architecture',
    family: 'machine',
    formats: ['Booting Linux on physical CPU %#010lx [%#08x]', 'RIP: %04lx:%pS', 'Checking aperture...', 'CPU%d revision is: %08x (%s)', 'hw-breakpoint: found %d breakpoint and %d watchpoint registers.', 'CPU Vendor: %s, Family %u (%#x), Model %u (%#x), Stepping %u (raw %08x)'],
    era: 'each in its own architecture',
    says: 'A line that only one architecture prints.',
    keys: [
      'Booting Linux on', 'el0_svc', 'el0_sync_handler', 'el0t_64_sync', '__arm64_sys_', 'CPU features: detected', 'started at EL', 'riscv: base ISA',
      'SBI specification', 'elf_hwcap is', 'hartid=', 'AArch64 Processor', 'CPU: ARM', 'ASID allocator', 'Booted secondary', 'MMU: Book3E', 'CPU maps initialized', 'hash-mmu: ', 'radix-mmu: ', 'ppc64_pft_size', 'hw-breakpoint: found', 'CPU Vendor: ', 'kernel: 64-bit', 'SAL 2.', 'SAL 3.', ' revision is: ', 'RIP: 0010:', 'RIP: 0033:', 'RIP: e030:', 'RIP: e033:', 'Checking aperture', '----[ Xen-', 'MEM available.',
    ],
    speaker: 'either',
    once: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const found = ARCH.find(([pattern]) => pattern.test(text));
      return found ? { kind: 'arch', arch: found[1] } : undefined;
    },
  },
  {
    id: 'architecture-zone',
    family: 'machine',
    formats: ['  DMA32    [mem %#018Lx-%#018Lx]', '  DMA32    %#010lx -> %#010lx'],
    era: 'every 64-bit kernel with a zone below 4 GiB',
    says: 'The kernel is a 64-bit one; on x86 (where there is an e820 map) that is x86_64.',
    keys: ['DMA32 '],
    speaker: 'linux',
    once: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => (/^DMA32 {1,8}(?:\[mem 0x|0x|empty|zone)|^DMA32 zone:/.test(text) ? { kind: 'word-size', bits: 64 } : undefined),
  },
];
