/**
 * Four bytes of each key, in groups of like ones; made by `npm run sieve:fragments`, which says how they are chosen. Speed alone
 * depends on them: a key that holds none is given one where the tables are made.
 */
export const FRAGMENTS: readonly (readonly string[])[] = [
  ['   :', ' is:', 'Xen:', 'cma:', 'd I/', 'h  :', 'map:', 'mmu:', 't EL'],
  [', zo', 'are ', 'area', 'ase ', 'faul', 'g a ', 'g ap', 'heap', 'n fa', 'n ve', 'nce '],
  [' : 0', ' : A', ' : C', ' : H', ' : I', ' : K', ' : P', ' : R', ' : V', ' : d', ' : p', ' : r', ' API', ' IVR', ' NVS', ' SWI', '-> d', '-[ X', 'LB a', 'LB d', 'MA p', 'kB f', 'ks s', 'ly a'],
  ['Book', 'Boot', 'D al', 'Dom0', 'Fail', 'K av', 'O vi', 'RIP:', 'Rand', 'Virt', '_arm', '_ini', '_iom', '_pft'],
  ['(res', ') ty', '*4kB', 'AMD-', 'Aper', 'DMA ', 'DMA-', 'DMA3', 'DMAR', 'DOMA', 'IOMM', 'S-e8', 'S-pr', 'SAL ', 'T-D]'],
  ['EM a', 'IO T', 'No l', 'PI d', 'PU f', 'PU m', 'e_co', 'el V', 'el o', 'el r', 'el0_', 'el0t', 'elf_', 'em R', 'emor', 'ge a', 'io_t', 'ne i', 'peci', 'pu_i', 'ux o', 'ux v', 'w-io', 'wiot'],
  ['ble)', 'ch64', 'flow', 'hart', 'ine:', 'isk:', 'isor', 'ize:', 'nge:', 'nnot', 'ower'],
];
