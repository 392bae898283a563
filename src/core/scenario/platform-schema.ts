import * as v from 'valibot';
import { count, flag, maskBits, positiveSize, size } from './schema-values.ts';

/** The value of `swiotlb=`, in the unit of the kernel. */
const swiotlb = v.pipe(
  v.string('expected the value of swiotlb= as a string'),
  v.description('Value of the kernel\'s swiotlb=, in the unit of that kernel: "65536,4,force" counts slots of 2 KiB and areas, XenLinux MiB.'),
  v.regex(/^[\w,]{1,60}$/, 'expected the value of swiotlb=, such as "65536,4,force"'),
);
const cma = size('Contiguous memory area of the kernel: cma=.');
const domainMemory = positiveSize('Memory of the domain, as dom0_mem= gives it.');
const dmaEmergencyPool = size('dma_emergency_pool= of Xen\'s command line (3.0.4 to 3.2).');
const linux = v.pipe(v.string('expected a release'), v.description('The kernel\'s release: "6.1.192", "2.6.18-xen".'));
const xen = v.pipe(v.string('expected a version'), v.description('The hypervisor\'s version: "4.17". Absent: none.'));

const config = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^CONFIG_\w{1,60}$/, 'expected a symbol such as CONFIG_SWIOTLB_DYNAMIC')), v.string('expected the symbol\'s value as text: "y", "n", "64"'), 'expected symbols with their values'),
  v.description('Symbols of the kernel\'s configuration: { "CONFIG_SWIOTLB_DYNAMIC": "y" }.'),
);

/** What a boot may change of a platform: the kernel, the hypervisor, their command lines. */
export const BootChanges = {
  linux: v.optional(linux), xen: v.optional(xen), swiotlb: v.optional(swiotlb), cma: v.optional(cma), domainMemory: v.optional(domainMemory),
  dmaEmergencyPool: v.optional(dmaEmergencyPool), config: v.optional(config),
};

/** A platform that a scenario spells out. */
export const PlatformSchema = v.strictObject({
  ...BootChanges,
  domain: v.optional(v.pipe(v.picklist(['native', 'dom0', 'domu'], 'expected native, dom0 or domu'), v.description('Where the kernel runs: dom0 where "xen" is said, else native.'))),
  ownsDevice: v.optional(flag('Whether a domU owns a device; true where it is not said.')),
  lineage: v.optional(v.pipe(v.picklist(['mainline', 'xenlinux'], 'expected mainline or xenlinux'), v.description('Whose swiotlb the kernel has: mainline\'s, or XenLinux\'s of 2.6.16 and 2.6.18 and their forward ports.'))),
  memory: v.optional(positiveSize('Memory of the machine.')),
  cpus: v.optional(v.pipe(count('Processors, which decide the number of areas.'), v.minValue(1, 'expected one CPU or more'), v.maxValue(4096, 'expected at most 4096 CPUs'))),
  memoryEncryption: v.optional(v.pipe(v.picklist(['AMD SEV', 'AMD SEV-ES', 'AMD SEV-SNP', 'Intel TDX'], 'expected AMD SEV, AMD SEV-ES, AMD SEV-SNP or Intel TDX'), v.description('Guest memory encryption, as the kernel prints it: all mappings bounce.'))),
  apertureBits: v.optional(v.pipe(maskBits('Width that XenLinux placed its aperture under: "Address size: 30 bits".'), v.minValue(18, 'expected 18 to 64 bits'))),
  iommu: v.optional(flag('Whether an IOMMU is in use.')),
});

export type PlatformSpelling = v.InferOutput<typeof PlatformSchema>;

