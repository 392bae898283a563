import type { Observation } from '../csource/context/observation.ts';

const MEMORY = { stack: 'on the stack', vmalloc: 'from vmalloc', kvmalloc: 'from kvmalloc, which for more than a page may be vmalloc' } as const;

/** What the text around DMA calls shows: one sentence, without its full stop. */
export function seenText(seen: Observation): string {
  switch (seen.kind) {
    case 'mask-unchecked':
      return `The result of ${seen.api} is not checked: whether the mask${seen.bits === null ? '' : ` of ${seen.bits} bits`} is in force is not known`;
    case 'mapping-unchecked':
      switch (seen.how) {
        case 'never': return `The address that ${seen.api} gives is not tested with dma_mapping_error(${seen.handle === '' ? '' : `dev, ${seen.handle}`})`;
        case 'by-zero': return `${seen.handle} is compared with 0: a mapping that failed is told by dma_mapping_error() alone, and 0 is a valid address`;
        case 'at-once': return `The address that ${seen.api} gives goes to the device without dma_mapping_error()`;
        case 'discarded': return `The result of ${seen.api} is thrown away: whether it failed is not known`;
      }
      break;
    case 'unsynced':
      return seen.access === 'read'
        ? `${seen.buffer} is read while it is mapped ${seen.direction}: before unmapping or dma_sync_single_for_cpu() it need not hold what the device wrote`
        : `${seen.buffer} is written while it is mapped ${seen.direction}: without dma_sync_single_for_device() the device need not see it`;
    case 'unmap-mismatch':
      switch (seen.of) {
        case 'direction': return `Mapped ${seen.mapped}, given back ${seen.unmapped}`;
        case 'kind': return `Mapped by ${seen.mapped}, given back by ${seen.unmapped}`;
        case 'count': return `${seen.api} is given ${seen.unmapped}, what ${seen.mapApi} returned: it takes the number that ${seen.mapApi} was given${seen.mapped === '' || seen.mapped === seen.unmapped ? '' : `, ${seen.mapped}`}`;
        case 'size': return `Mapped with ${seen.mapped}, given back with ${seen.unmapped}`;
      }
      break;
    case 'cpu-address':
      return `${seen.api} goes to a device (${seen.through}): it is no DMA address`;
    case 'unmappable-memory':
      return `${seen.api} is given ${seen.name}, which lies ${MEMORY[seen.memory]}: such memory must not be mapped for DMA`;
  }
}
