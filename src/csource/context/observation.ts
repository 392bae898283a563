/** UTF-16 offsets in a file's text, `end` exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A replacement in the same file that mends what was seen and changes nothing else. */
export interface Mend extends TextSpan {
  readonly text: string;
}

/** What the text around DMA calls shows, as data. Names and arguments are as written, without spaces. */
export type Observation = TextSpan & {
  /** The function that it stands in. */
  readonly function: string;
  /** Another place that belongs to it. */
  readonly other?: TextSpan;
  readonly mend?: Mend;
} & (
  /** The result of setting a mask is thrown away. `bits`: of DMA_BIT_MASK(), null where the mask is not spelled out so. */
  | { readonly kind: 'mask-unchecked'; readonly api: string; readonly bits: number | null }
  /**
   * A mapping's result is not tested by dma_mapping_error: not at all, only against zero, or not to be tested any more as it was
   * converted or thrown away at once.
   */
  | { readonly kind: 'mapping-unchecked'; readonly api: string; readonly handle: string; readonly how: 'never' | 'by-zero' | 'at-once' | 'discarded' }
  /** The CPU reads or writes a buffer that belongs to the device: `other` is the mapping. */
  | { readonly kind: 'unsynced'; readonly api: string; readonly buffer: string; readonly access: 'read' | 'write'; readonly direction: string }
  /** A mapping is given back otherwise than it was made; `other` is the mapping. */
  | { readonly kind: 'unmap-mismatch'; readonly api: string; readonly mapApi: string; readonly of: 'direction' | 'kind' | 'count' | 'size'; readonly mapped: string; readonly unmapped: string }
  /** An address of the CPU's view goes to a device: by a register or descriptor, or as a DMA address. */
  | { readonly kind: 'cpu-address'; readonly api: string; readonly through: string }
  | { readonly kind: 'unmappable-memory'; readonly api: string; readonly memory: 'stack' | 'vmalloc' | 'kvmalloc'; readonly name: string }
);

/** A call that sets a DMA mask. */
export interface MaskCall extends TextSpan {
  readonly api: string;
  readonly of: 'streaming' | 'coherent' | 'both';
  /** The device argument as written. */
  readonly device: string;
  readonly function: string;
  /** The mask as written, without spaces. */
  readonly mask: string;
  /** Of DMA_BIT_MASK(bits); null where the mask is written otherwise. */
  readonly bits: number | null;
  /** Whether the result is used. */
  readonly checked: boolean;
}

/** What surrounds the DMA calls of a file. */
export interface SourceContext {
  readonly observations: readonly Observation[];
  readonly masks: readonly MaskCall[];
  /** Whether the driver asks how much it may map at once. */
  readonly asksMappingSize: boolean;
}
