import { bannerRecognisers } from './recognise/banner.ts';
import { commandLineRecognisers } from './recognise/command-line.ts';
import { dmaDebugRecognisers } from './recognise/dma-debug.ts';
import { e820Recognisers } from './recognise/e820.ts';
import { failureRecognisers } from './recognise/failure.ts';
import { iommuRecognisers } from './recognise/iommu.ts';
import { machineRecognisers } from './recognise/machine.ts';
import { memoryStateRecognisers } from './recognise/memory-state.ts';
import { swiotlbRecognisers } from './recognise/swiotlb.ts';
import { xenlinuxRecognisers } from './recognise/swiotlb-xenlinux.ts';
import { xenRecognisers } from './recognise/xen.ts';
import type { Recogniser } from './recogniser.ts';

/** Every line format that is read, in the order in which they are tried: the first that matches has the line. */
export const RECOGNISERS: readonly Recogniser[] = [
  ...bannerRecognisers,
  ...commandLineRecognisers,
  ...swiotlbRecognisers,
  ...xenlinuxRecognisers,
  ...failureRecognisers,
  ...e820Recognisers,
  ...xenRecognisers,
  ...iommuRecognisers,
  ...machineRecognisers,
  ...dmaDebugRecognisers,
  ...memoryStateRecognisers,
];
