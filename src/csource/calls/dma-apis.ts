/** What a call asks for, or sets. */
export type DmaFamily = 'coherent' | 'streaming' | 'pool' | 'pages' | 'sound' | 'mmap' | 'mask' | 'segment';

/** What the argument counts: bytes, pieces of a scatterlist, a power of two of pages, the bits of an address, sectors of 512 bytes. */
export type DmaUnit = 'bytes' | 'nents' | 'order' | 'mask' | 'sectors';

/** C type of the parameter, to which the argument is converted. */
export type DmaArgumentType = 'size_t' | 'unsigned long' | 'unsigned int' | 'int' | 'u64';

/** A function of the kernel that takes a size, or another limit of DMA. */
export interface DmaApi {
  readonly name: string;
  readonly family: DmaFamily;
  readonly unit: DmaUnit;
  /** Numbers of arguments that versions of the kernel give it. */
  readonly arities: readonly number[];
  /** Index of the size among the arguments; undefined where the function says it itself. */
  readonly size: number | undefined;
  /** The size in its unit, where no argument gives it. */
  readonly fixed?: number;
  /** Index of the device, or of what stands for it; undefined where the call names none. */
  readonly device: number | undefined;
  readonly sizeType: DmaArgumentType;
}

const apis = new Map<string, DmaApi>();

/**
 * @param signature the name with its parameters: `dev` marks the device; `size`, `nents`, `order`, `mask` or `sectors` the
 *   argument and its unit; a second number of parameters after `|`
 */
function add(family: DmaFamily, signature: string, sizeType: DmaArgumentType = 'size_t', fixed?: number): void {
  const match = /^(\w+)\(([\w, ]*)\)(?:\|(\d+))?$/.exec(signature);
  const parameters = (match?.[2] ?? '').split(/, */);
  const size = parameters.findIndex((name) => name in UNITS);
  const device = parameters.indexOf('dev');
  apis.set(match?.[1] ?? '', {
    name: match?.[1] ?? '',
    family,
    unit: fixed === undefined ? UNITS[parameters[size] ?? ''] ?? 'bytes' : 'order',
    arities: match?.[3] === undefined ? [parameters.length] : [parameters.length, Number(match[3])],
    size: size < 0 ? undefined : size,
    ...(fixed === undefined ? {} : { fixed }),
    device: device < 0 ? undefined : device,
    sizeType,
  });
}

const UNITS: Readonly<Record<string, DmaUnit>> = { size: 'bytes', nents: 'nents', order: 'order', mask: 'mask', sectors: 'sectors' };

// include/linux/dma-mapping.h, 2.6.16 to 7.x
add('coherent', 'dma_alloc_coherent(dev, size, handle, gfp)');
add('coherent', 'dmam_alloc_coherent(dev, size, handle, gfp)');
add('coherent', 'dma_zalloc_coherent(dev, size, handle, gfp)');
add('coherent', 'dma_alloc_attrs(dev, size, handle, gfp, attrs)');
add('coherent', 'dmam_alloc_attrs(dev, size, handle, gfp, attrs)');
add('coherent', 'dma_alloc_wc(dev, size, handle, gfp)');
add('coherent', 'dma_alloc_writecombine(dev, size, handle, gfp)');
// A direction was added before gfp in 5.10.
add('coherent', 'dma_alloc_noncoherent(dev, size, handle, dir, gfp)|4');
add('coherent', 'dma_alloc_noncontiguous(dev, size, dir, gfp, attrs)');
add('coherent', 'dma_alloc_pages(dev, size, handle, dir, gfp)');
add('coherent', 'pci_alloc_consistent(dev, size, handle)');
add('coherent', 'pci_zalloc_consistent(dev, size, handle)');
add('coherent', 'usb_alloc_coherent(dev, size, gfp, handle)');
add('streaming', 'dma_map_single(dev, ptr, size, dir)');
add('streaming', 'dma_map_single_attrs(dev, ptr, size, dir, attrs)');
add('streaming', 'dma_map_page(dev, page, offset, size, dir)');
add('streaming', 'dma_map_page_attrs(dev, page, offset, size, dir, attrs)');
add('streaming', 'dma_map_resource(dev, phys, size, dir, attrs)');
add('streaming', 'skb_frag_dma_map(dev, frag, offset, size, dir)');
add('streaming', 'pci_map_single(dev, ptr, size, dir)');
add('streaming', 'pci_map_page(dev, page, offset, size, dir)');
// 6.18 and later
add('streaming', 'dma_map_phys(dev, phys, size, dir, attrs)');
add('streaming', 'dma_map_sg(dev, list, nents, dir)', 'int');
add('streaming', 'dma_map_sg_attrs(dev, list, nents, dir, attrs)', 'int');
add('streaming', 'pci_map_sg(dev, list, nents, dir)', 'int');
// include/linux/dmapool.h: `size` is that of one block.
add('pool', 'dma_pool_create(name, dev, size, align, boundary)');
add('pool', 'dmam_pool_create(name, dev, size, align, boundary)');
add('pool', 'pci_pool_create(name, dev, size, align, boundary)');
// include/sound/pcm.h and memalloc.h: of two sizes the larger, `max`.
add('sound', 'snd_pcm_set_managed_buffer(substream, type, dev, initial, size)');
add('sound', 'snd_pcm_set_managed_buffer_all(pcm, type, dev, initial, size)');
add('sound', 'snd_pcm_lib_preallocate_pages(substream, type, dev, initial, size)');
add('sound', 'snd_pcm_lib_preallocate_pages_for_all(pcm, type, dev, initial, size)');
add('sound', 'snd_pcm_set_fixed_buffer(substream, type, dev, size)');
add('sound', 'snd_pcm_set_fixed_buffer_all(pcm, type, dev, size)');
add('sound', 'snd_dma_alloc_pages(type, dev, size, buffer)');
add('sound', 'snd_dma_alloc_pages_fallback(type, dev, size, buffer)');
add('sound', 'snd_devm_alloc_pages(dev, type, size)');
add('sound', 'snd_dma_alloc_dir_pages(type, dev, dir, size, buffer)');
add('mmap', 'dma_mmap_coherent(dev, vma, cpu, handle, size)');
add('mmap', 'dma_mmap_wc(dev, vma, cpu, handle, size)');
add('mmap', 'dma_mmap_attrs(dev, vma, cpu, handle, size, attrs)');
add('mask', 'dma_set_mask(dev, mask)', 'u64');
add('mask', 'dma_set_coherent_mask(dev, mask)', 'u64');
add('mask', 'dma_set_mask_and_coherent(dev, mask)', 'u64');
add('mask', 'dma_coerce_mask_and_coherent(dev, mask)', 'u64');
add('mask', 'pci_set_dma_mask(dev, mask)', 'u64');
add('mask', 'pci_set_consistent_dma_mask(dev, mask)', 'u64');
add('segment', 'dma_set_max_seg_size(dev, size)', 'unsigned int');
add('segment', 'vb2_dma_contig_set_max_seg_size(dev, size)', 'unsigned int');
add('segment', 'dma_set_min_align_mask(dev, mask)', 'unsigned int');
add('segment', 'dma_set_seg_boundary(dev, mask)', 'unsigned long');
// include/linux/blkdev.h
add('segment', 'blk_queue_max_segment_size(queue, size)', 'unsigned int');
add('segment', 'blk_queue_max_hw_sectors(queue, sectors)', 'unsigned int');
add('segment', 'blk_queue_segment_boundary(queue, mask)', 'unsigned long');
// include/linux/gfp.h, device.h, skbuff.h: pages that a driver may map
add('pages', 'alloc_pages(gfp, order)', 'unsigned int');
add('pages', 'alloc_pages_node(node, gfp, order)', 'unsigned int');
add('pages', '__get_free_pages(gfp, order)', 'unsigned int');
add('pages', '__get_dma_pages(gfp, order)', 'unsigned int');
add('pages', 'devm_get_free_pages(dev, gfp, order)', 'unsigned int');
add('pages', 'dev_alloc_pages(order)', 'unsigned int');
add('pages', 'alloc_pages_exact(size, gfp)');
add('pages', 'alloc_page(gfp)', 'unsigned int', 0);
add('pages', '__get_free_page(gfp)', 'unsigned int', 0);

/** By name. */
export const DMA_APIS: ReadonlyMap<string, DmaApi> = apis;

const MENTION = new RegExp(`\\b(?:${[...apis.keys()].join('|')})\\b`);
const CALLED = new RegExp(`\\b(?:${[...apis.keys()].join('|')})(?=\\s{0,200}\\()`, 'g');

/** Whether the text names any function of the table: a file that does not has no call sites and needs no parse. */
export function mentionsDmaApi(text: string): boolean {
  return MENTION.test(text);
}

/** Calls looked at in one file: a bound on work that no real file comes near. */
const MAX_CALLS = 5000;

/**
 * Offsets at which a name of the table stands before a bracket: calls, and what only looks like them.
 * @param macros further names, of macros that call a function of the table
 */
export function calledNames(text: string, macros: readonly string[] = []): { readonly name: string; readonly start: number }[] {
  const found: { name: string; start: number }[] = [];
  const pattern = macros.length === 0 ? CALLED : new RegExp(`\\b(?:${[...apis.keys(), ...macros].join('|')})(?=\\s{0,200}\\()`, 'g');
  for (const match of text.matchAll(pattern)) {
    found.push({ name: match[0], start: match.index });
    if (found.length === MAX_CALLS) break;
  }
  return found;
}
