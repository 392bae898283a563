import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const INTEL_ON = /^(?:(?:DMAR|PCI-DMA): (?:IOMMU enabled|Intel\(R\) Virtualization Technology for Directed I\/O)|Intel-IOMMU: enabled)/;
const INTEL_TABLE = /^(?:DMAR(?:-IR)?: |dmar: |ACPI: DMAR (?:0x[0-9a-f]|\(|[0-9a-f]{8,16} )|ACPI: Reserving DMAR table)/;
const INTEL_DEVICE = /^[^\s:]{1,48} \S{1,64}: DMAR: /;
const AMD_ON = /^(?:perf\/amd_iommu: Detected AMD IOMMU #|pci \S{7,16}: AMD-Vi: IOMMU performance counters supported|AMD-Vi: (?:Lazy IO\/TLB flushing enabled|IO\/TLB flush on unmap enabled))/;
const AMD_TABLE = /^(?:AMD-Vi: (?!AMD IOMMUv2)|ACPI: IVRS (?:0x[0-9a-f]|\(|[0-9a-f]{8,16} )|ACPI: Reserving IVRS table)/;
const AMD_DEVICE = /^[^\s:]{1,48} \S{1,64}: AMD-Vi: /;

/** The IOMMU as Linux finds it: the firmware's table, and whether DMA remapping is in use. */
export const iommuRecognisers: readonly Recogniser[] = [
  {
    id: 'iommu-on',
    family: 'iommu',
    formats: [
      'DMAR: Intel(R) Virtualization Technology for Directed I/O',
      'DMAR: IOMMU enabled',
      'Intel-IOMMU: enabled',
      'pci %s: AMD-Vi: IOMMU performance counters supported',
      'perf/amd_iommu: Detected AMD IOMMU #%d (%d banks, %d counters/bank).',
      'AMD-Vi: Lazy IO/TLB flushing enabled',
    ],
    era: '2.6.24 (Intel) and 2.6.27 (AMD) and later',
    says: 'DMA is remapped: the pool serves devices that are not translated, and those that must not be trusted.',
    keys: ['IOMMU enabled', 'Intel-IOMMU: enabled', 'Directed I/O', 'AMD-Vi: ', 'perf/amd_iommu'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      if (INTEL_ON.test(text)) return { kind: 'iommu', vendor: 'intel', enabled: true };
      return AMD_ON.test(text) ? { kind: 'iommu', vendor: 'amd', enabled: true } : undefined;
    },
  },
  {
    id: 'iommu-table',
    family: 'iommu',
    formats: ['ACPI: DMAR %#018x', 'ACPI: IVRS %#018x', 'DMAR: %s', 'dmar: %s', 'AMD-Vi: %s', '%s %s: AMD-Vi: %s'],
    era: '2.6.24 and later',
    says: "The machine has an IOMMU of this vendor; nothing here says that it translates.",
    keys: ['DMAR: ', 'dmar: ', 'DMAR-IR: ', 'ACPI: DMAR ', 'Reserving DMAR', 'AMD-Vi: ', 'ACPI: IVRS', 'Reserving IVRS'],
    speaker: 'linux',
    once: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      if (INTEL_TABLE.test(text) || INTEL_DEVICE.test(text)) return { kind: 'iommu', vendor: 'intel', enabled: null };
      return AMD_TABLE.test(text) || AMD_DEVICE.test(text) ? { kind: 'iommu', vendor: 'amd', enabled: null } : undefined;
    },
  },
];
