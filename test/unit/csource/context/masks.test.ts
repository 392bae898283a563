import { describe, expect, it } from 'vitest';
import { readContext } from '../../../../src/csource/context/read-context.ts';
import { driver, observe } from './observe.ts';

describe('masks', () => {
  it('are read with their width, device and use', () => {
    const { masks } = readContext(driver('if (dma_set_mask(&pdev->dev, DMA_BIT_MASK(40)))', '\treturn -EIO;', 'dma_set_coherent_mask(dev, mask);', 'err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));'));
    expect(masks.map(({ api, of, device, bits, checked }) => [api, of, device, bits, checked])).toEqual([
      ['dma_set_mask', 'streaming', '&pdev->dev', 40, true],
      ['dma_set_coherent_mask', 'coherent', 'dev', null, false],
      ['dma_set_mask_and_coherent', 'both', 'dev', 64, true],
    ]);
  });

  it.each([
    ['a statement of its own', 'dma_set_mask(dev, DMA_BIT_MASK(30));', true],
    ['an assignment', 'rc = dma_set_mask(dev, DMA_BIT_MASK(30));', false],
    ['a condition', 'if (dma_set_mask(dev, DMA_BIT_MASK(30))) return -EIO;', false],
    ['a cast to void', '(void)dma_set_mask(dev, DMA_BIT_MASK(30));', false],
    ['a return', 'return dma_set_mask(dev, DMA_BIT_MASK(30));', false],
    ['in a comment', '/* dma_set_mask(dev, DMA_BIT_MASK(30)); */', false],
    ['one that begins alike', 'dma_set_mask_later(dev, DMA_BIT_MASK(30));', false],
  ])('unchecked: %s', (_, line, seen) => {
    expect(observe(driver(line), 'mask-unchecked').length > 0).toBe(seen);
  });

  it.each([
    ['the same after a checked streaming mask', 'if (dma_set_mask(dev, DMA_BIT_MASK(n))) return -EIO;', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(n));', false],
    ['a narrower one', 'if (dma_set_mask(dev, DMA_BIT_MASK(40))) return -EIO;', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(32));', false],
    ['any after all 64 bits', 'rc = dma_set_mask(dev, DMA_BIT_MASK(64));', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(32 + PAGE_SHIFT));', false],
    ['a wider one', 'if (dma_set_mask(dev, DMA_BIT_MASK(32))) return -EIO;', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(40));', true],
    ['another', 'if (dma_set_mask(dev, DMA_BIT_MASK(n))) return -EIO;', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(m));', true],
    ["another device's", 'if (dma_set_mask(dev, DMA_BIT_MASK(32))) return -EIO;', 'dma_set_coherent_mask(parent, DMA_BIT_MASK(32));', true],
    ['before it', 'dma_set_coherent_mask(dev, DMA_BIT_MASK(32));', 'if (dma_set_mask(dev, DMA_BIT_MASK(32))) return -EIO;', true],
    ['a streaming one after a coherent one', 'if (dma_set_coherent_mask(dev, DMA_BIT_MASK(32))) return -EIO;', 'dma_set_mask(dev, DMA_BIT_MASK(32));', true],
  ])('coherent, unchecked: %s', (_, first, second, seen) => {
    expect(observe(driver(first, second), 'mask-unchecked').length > 0).toBe(seen);
  });
});
