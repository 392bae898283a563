/**
 * States that the page is driven with. They are made here, for the page alone: what a kernel would do with them is
 * not their business, only that the page shows exactly these numbers.
 */

const SLOT = 2048;
const MIB = 2 ** 20;
export const LOG = 'file:///workspace/boot.dmesg';

const at = (line, column = 1, label = `boot.dmesg:${line}`) => ({ label, uri: LOG, line, column });

export const empty = { version: 1, title: 'DMA Aperture', limits: [], library: [{ id: 'founding', name: 'The founding case: Xen 3.0.4 and a capture card' }] };

const platform = {
  label: 'Xen 3.0.4 · PV dom0 · Linux 2.6.16-xen',
  facts: [
    { name: 'Hypervisor', value: 'Xen 3.0.4', from: at(1) },
    { name: 'Kernel', value: '2.6.16.33-xen', from: at(3) },
    { name: 'Aperture', value: '64 MiB at 30 bits', from: at(41, 9) },
    { name: 'IO_TLB_SEGSIZE', value: '128 slots' },
  ],
};

const limits = [
  {
    name: 'Streaming mapping', bytes: 262144, text: 'one dma_map_single: a segment of 128 slots',
    explain: [{ text: 'A mapping takes slots of one segment: 128 × 2,048 B', from: at(41) }, { text: 'a larger swiotlb=', knob: 'does-not' }],
  },
  { name: 'Coherent buffer', bytes: 2 * MIB, text: 'one dma_alloc_coherent: 2^MAX_CONTIG_ORDER pages', explain: [{ text: 'MAX_CONTIG_ORDER is 9', from: at(52) }, { text: 'a larger MAX_CONTIG_ORDER', knob: 'helps' }] },
  { name: 'Scatter-gather list', bytes: null, text: 'a list maps entry by entry', explain: [] },
  { name: 'CMA', text: 'nothing says whether the kernel has it', explain: [] },
];

/** Free space with mappings in it, from a seed: the same seed makes the same mappings. */
function mappingsFor(slots, seed, share, stepFrom = 0) {
  let word = seed >>> 0;
  const next = (below) => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return Math.floor((word / 2 ** 32) * below);
  };
  const mappings = [];
  const devices = ['0000:00:1f.2 ahci', '0000:03:00.0 mpt3sas', '0000:05:00.0 e1000e'];
  for (let slot = 0; slot < slots; ) {
    const size = Math.min(128 - (slot % 128), 1 + (next(4) ? next(20) : next(128)));
    if (next(100) < share) {
      const bytes = size * SLOT - next(SLOT);
      mappings.push({ id: `m${mappings.length}`, first: slot, slots: size, bytes, device: devices[next(3)], step: stepFrom + mappings.length });
    }
    slot += size;
  }
  return mappings;
}

function poolFor(slots, areaCount, mappings, more = {}) {
  const size = slots / areaCount;
  const areas = Array.from({ length: areaCount }, (_, index) => ({
    first: index * size,
    slots: size,
    used: mappings.filter((each) => each.first >= index * size && each.first < (index + 1) * size).reduce((sum, each) => sum + each.slots, 0),
    hint: (index * 37) % size,
  }));
  return {
    slots, slotBytes: SLOT, segmentSlots: 128, bytes: slots * SLOT,
    used: mappings.reduce((sum, each) => sum + each.slots, 0), areas, mappings, ...more,
  };
}

const machine = {
  ramBytes: 0x9f000 + 0x7ff00000 + 0x80000000,
  space: 'machine',
  ranges: [
    { start: '0x0', end: '0x9f000', type: 'usable', from: at(6) },
    { start: '0x9f000', end: '0x100000', type: 'reserved', from: at(7) },
    { start: '0x100000', end: '0x80000000', type: 'usable', from: at(8) },
    { start: '0xfe000000', end: '0x100000000', type: 'reserved', from: at(9) },
    { start: '0x100000000', end: '0x180000000', type: 'usable', from: at(10) },
  ],
  regions: [
    { start: '0x800000', end: '0x1000000', kind: 'aperture', label: 'software I/O TLB', from: at(41) },
    { start: '0x1000000', end: '0x3000000', kind: 'aperture', label: 'software I/O TLB' },
    { start: '0x40000000', end: '0x50000000', kind: 'domain', label: 'dom0' },
    { start: '0x8000000', end: '0x8200000', kind: 'contiguous', label: 'coherent 2 MiB' },
    { start: '0x50000000', end: '0x80000000', kind: 'free', label: 'zone 19', bytes: 0x10000000 },
  ],
  freeBlocks: {
    allocator: 'Xen',
    zones: [
      { name: '12', start: '0x800000', end: '0x1000000', orders: [1, 0, 3, 0, 0, 2] },
      { name: '19', start: '0x40000000', end: '0x80000000', orders: [0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1] },
    ],
  },
  masks: [24, 30, 31, 32].map((bits) => ({ bits, reachBytes: reach(bits), apertureReachable: bits >= 26 })),
};

function reach(bits) {
  const limit = 2 ** bits;
  const within = (from, to) => Math.max(0, Math.min(to, limit) - from);
  return within(0, 0x9f000) + within(0x100000, 0x80000000) + within(0x100000000, 0x180000000);
}

const ADDRESS = { start: '0x800000' };

export const platformOnly = {
  version: 1, title: 'DMA Aperture', platform, limits, machine,
  aperture: poolFor(32768, 1, [], ADDRESS),
};

const steps = [
  { index: 0, op: 'map', ok: true, summary: 'Map 4 KiB for the disk: 2 slots from slot 0', explain: [{ text: '4,096 B take 2 slots of 2,048 B' }], from: at(3, 5, 'founding.dma.json:3') },
  {
    index: 1, op: 'map', ok: false, summary: 'Map 512 KiB for the capture card: 256 slots are more than a segment of 128',
    explain: [
      { text: '524,288 B ÷ 2,048 B = 256 slots', from: at(7, 5, 'founding.dma.json:7') },
      { text: 'A mapping lies in one segment: 128 slots, 256 KiB', from: at(41) },
      { text: 'Failed: 256 slots > 128 slots' },
      { text: 'several mappings of at most 256 KiB, as a scatterlist', knob: 'helps' },
      { text: 'a larger aperture (swiotlb=)', knob: 'does-not' },
      { text: 'a wider DMA mask', knob: 'does-not' },
    ],
    from: at(7, 5, 'founding.dma.json:7'),
  },
  { index: 2, op: 'alloc-coherent', ok: true, summary: 'Allocate 2 MiB: order 9, exchanged for a contiguous extent at 0x8000000', explain: [{ text: '2 MiB = 2^9 pages' }], from: at(11, 5, 'founding.dma.json:11') },
  { index: 3, op: 'alloc-coherent', ok: false, summary: 'Allocate 4 MiB: order 10 exceeds MAX_CONTIG_ORDER 9', explain: [{ text: '4 MiB = 2^10 pages' }, { text: 'Failed: order 10 > 9', from: at(52) }], from: at(15, 5, 'founding.dma.json:15') },
  { index: 4, op: 'alloc-coherent', ok: false, summary: 'Allocate 1 GiB at 32 bits: order 18 exceeds MAX_CONTIG_ORDER 9', explain: [{ text: 'Failed: order 18 > 9' }], from: at(19, 5, 'founding.dma.json:19') },
  { index: 5, op: 'unmap', ok: true, summary: 'Unmap nothing of the card', explain: [] },
];

/** 8 MiB, four areas, about half full, with machine addresses: what a run leaves. */
export const scenario = {
  version: 1, title: 'DMA Aperture', platform, limits, machine,
  scenario: { name: 'The founding case', uri: 'file:///workspace/founding.dma.json', steps },
  aperture: poolFor(4096, 4, mappingsFor(4096, 7, 60).map((each) => ({ ...each, step: each.step % 2 ? 2 : 0 })), {
    ...ADDRESS, highWater: 3000, atStep: 5,
    segmentMachine: Array.from({ length: 32 }, (_, index) => `0x${(0x800000 + ((index * 5) % 32) * 0x40000).toString(16)}`),
  }),
};

export const manySteps = {
  ...scenario,
  scenario: {
    name: 'Ten thousand steps', uri: 'file:///workspace/many.dma.json',
    steps: Array.from({ length: 10000 }, (_, index) => ({ index, op: index % 2 ? 'unmap' : 'map', ok: index % 1000 !== 999, summary: `Step of ${index} bytes`, explain: [] })),
  },
};

/** 1 GiB of aperture. */
export const large = { ...platformOnly, aperture: poolFor(524288, 8, mappingsFor(524288, 3, 50, 1), ADDRESS) };

/** Where a log says how many slots were used, and nothing says which. */
export const countOnly = { ...platformOnly, aperture: { ...poolFor(4096, 1, []), areas: [], used: 2445 } };

/** As a PV guest without Xen's own log: nothing says what a device reaches. */
export const guestOnly = { version: 1, title: 'DMA Aperture', platform, limits: [], machine: { ...machine, space: 'guest-physical', masks: [], regions: [] } };
