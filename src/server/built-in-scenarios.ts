import foundingCase from '../../media/scenarios/founding-case.dma.json';
import agpAperture from '../../media/scenarios/agp-aperture.dma.json';
import alignmentRegressionLinux6120 from '../../media/scenarios/alignment-regression-linux-6-12-0.dma.json';
import alignmentRegressionLinux6140 from '../../media/scenarios/alignment-regression-linux-6-14-0.dma.json';
import amdgpuLargerAperture from '../../media/scenarios/amdgpu-larger-aperture.dma.json';
import amdgpuTwoMegabyteSegments from '../../media/scenarios/amdgpu-two-megabyte-segments.dma.json';
import apertureAtBoot from '../../media/scenarios/aperture-at-boot.dma.json';
import b44ThirtyBits from '../../media/scenarios/b44-thirty-bits.dma.json';
import b44XenAperture from '../../media/scenarios/b44-xen-aperture.dma.json';
import bootReserve from '../../media/scenarios/boot-reserve.dma.json';
import coherentLimitLinux510 from '../../media/scenarios/coherent-limit-linux-5-10.dma.json';
import coherentLimitLinux61 from '../../media/scenarios/coherent-limit-linux-6-1.dma.json';
import emergencyPool from '../../media/scenarios/emergency-pool.dma.json';
import emergencyPoolKept from '../../media/scenarios/emergency-pool-kept.dma.json';
import explicitSync from '../../media/scenarios/explicit-sync.dma.json';
import fragmentedPool from '../../media/scenarios/fragmented-pool.dma.json';
import fragmentedPoolLarger from '../../media/scenarios/fragmented-pool-larger.dma.json';
import gpuPageSegments from '../../media/scenarios/gpu-page-segments.dma.json';
import largerSegments from '../../media/scenarios/larger-segments.dma.json';
import lsiExhaustion from '../../media/scenarios/lsi-exhaustion.dma.json';
import megaraidBootLoop from '../../media/scenarios/megaraid-boot-loop.dma.json';
import mpt3sasPoolLinux510218 from '../../media/scenarios/mpt3sas-pool-linux-5-10-218.dma.json';
import mpt3sasPoolLinux6120 from '../../media/scenarios/mpt3sas-pool-linux-6-12-0.dma.json';
import mpt3sasPoolLinux612117 from '../../media/scenarios/mpt3sas-pool-linux-6-12-117.dma.json';
import narrowNicExhaustion from '../../media/scenarios/narrow-nic-exhaustion.dma.json';
import registeredMemory from '../../media/scenarios/registered-memory.dma.json';
import scatterGather from '../../media/scenarios/scatter-gather.dma.json';
import sevSnpExhaustion from '../../media/scenarios/sev-snp-exhaustion.dma.json';
import slesSmallDefault from '../../media/scenarios/sles-small-default.dma.json';
import slesSmallDefaultRemedied from '../../media/scenarios/sles-small-default-remedied.dma.json';
import streamingLimit from '../../media/scenarios/streaming-limit.dma.json';
import tdxBurst from '../../media/scenarios/tdx-burst.dma.json';
import udlFrames from '../../media/scenarios/udl-frames.dma.json';
import unmapLeak from '../../media/scenarios/unmap-leak.dma.json';
import unmapLeakLarger from '../../media/scenarios/unmap-leak-larger.dma.json';
import v3dOversize from '../../media/scenarios/v3d-oversize.dma.json';
import virtioFsRequests from '../../media/scenarios/virtio-fs-requests.dma.json';
import wideMask from '../../media/scenarios/wide-mask.dma.json';
import zeroCopyGuest from '../../media/scenarios/zero-copy-guest.dma.json';

/** A scenario that ships with the product. */
export interface BuiltInScenario {
  readonly id: string;
  readonly text: string;
}

/** Scenarios of media/scenarios, bundled so that a server in a web worker has them too; the founding case first. */
export const BUILT_IN_SCENARIOS: readonly BuiltInScenario[] = Object.entries({
  'founding-case': foundingCase,
  'agp-aperture': agpAperture,
  'alignment-regression-linux-6-12-0': alignmentRegressionLinux6120,
  'alignment-regression-linux-6-14-0': alignmentRegressionLinux6140,
  'amdgpu-larger-aperture': amdgpuLargerAperture,
  'amdgpu-two-megabyte-segments': amdgpuTwoMegabyteSegments,
  'aperture-at-boot': apertureAtBoot,
  'b44-thirty-bits': b44ThirtyBits,
  'b44-xen-aperture': b44XenAperture,
  'boot-reserve': bootReserve,
  'coherent-limit-linux-5-10': coherentLimitLinux510,
  'coherent-limit-linux-6-1': coherentLimitLinux61,
  'emergency-pool': emergencyPool,
  'emergency-pool-kept': emergencyPoolKept,
  'explicit-sync': explicitSync,
  'fragmented-pool': fragmentedPool,
  'fragmented-pool-larger': fragmentedPoolLarger,
  'gpu-page-segments': gpuPageSegments,
  'larger-segments': largerSegments,
  'lsi-exhaustion': lsiExhaustion,
  'megaraid-boot-loop': megaraidBootLoop,
  'mpt3sas-pool-linux-5-10-218': mpt3sasPoolLinux510218,
  'mpt3sas-pool-linux-6-12-0': mpt3sasPoolLinux6120,
  'mpt3sas-pool-linux-6-12-117': mpt3sasPoolLinux612117,
  'narrow-nic-exhaustion': narrowNicExhaustion,
  'registered-memory': registeredMemory,
  'scatter-gather': scatterGather,
  'sev-snp-exhaustion': sevSnpExhaustion,
  'sles-small-default': slesSmallDefault,
  'sles-small-default-remedied': slesSmallDefaultRemedied,
  'streaming-limit': streamingLimit,
  'tdx-burst': tdxBurst,
  'udl-frames': udlFrames,
  'unmap-leak': unmapLeak,
  'unmap-leak-larger': unmapLeakLarger,
  'v3d-oversize': v3dOversize,
  'virtio-fs-requests': virtioFsRequests,
  'wide-mask': wideMask,
  'zero-copy-guest': zeroCopyGuest,
}).map(([id, scenario]) => ({ id, text: JSON.stringify(scenario) }));
