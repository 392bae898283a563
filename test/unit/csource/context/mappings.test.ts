import { describe, expect, it } from 'vitest';
import { driver, observe } from './observe.ts';

const MAP = 'dma_map_single(dev, p->buf, 64, DMA_TO_DEVICE)';
const how = (...lines: string[]): string[] => observe(driver(...lines), 'mapping-unchecked').map((seen) => seen.how);

describe('mappings whose result is not tested', () => {
  it.each([
    ['a local that goes to the device', [`dma_addr_t a = ${MAP};`, 'writel(a, p->regs);'], ['never']],
    ['a member', [`p->dma = ${MAP};`, 'writel(p->dma, p->regs);'], ['never']],
    ['compared with zero', [`p->dma = ${MAP};`, 'if (!p->dma)', '\treturn -ENOMEM;'], ['by-zero']],
    ['converted at once', [`p->desc->addr = cpu_to_le32(${MAP});`], ['at-once']],
    ['thrown away', [`${MAP};`], ['discarded']],
    ['a scatterlist whose count is thrown away', ['dma_map_sg(dev, p->sg, p->n, DMA_TO_DEVICE);'], ['discarded']],
  ])('%s', (_, lines, expected) => {
    expect(how(...lines)).toEqual(expected);
  });

  it.each([
    ['tested', [`dma_addr_t a = ${MAP};`, 'if (dma_mapping_error(dev, a))', '\treturn -ENOMEM;']],
    ['tested in the same expression', [`if (dma_mapping_error(dev, p->dma = ${MAP}))`, '\treturn -ENOMEM;']],
    ['a member tested', [`p->dma = ${MAP};`, 'if (unlikely(dma_mapping_error(dev, p->dma)))', '\treturn -ENOMEM;']],
    ['handed to a test of another file', [`a = ${MAP};`, 'if (my_map_check(p, a))', '\treturn -ENOMEM;']],
    ['compared with the error value', [`a = ${MAP};`, 'if (a == DMA_MAPPING_ERROR)', '\treturn -ENOMEM;']],
    ['returned to the caller', [`a = ${MAP};`, 'return a;']],
    ['returned at once', [`return ${MAP};`]],
    ['stored for the caller', [`*handle = ${MAP};`]],
    ['a scatterlist whose count is used', ['n = dma_map_sg(dev, p->sg, p->n, DMA_TO_DEVICE);']],
  ])('not seen: %s', (_, lines) => {
    expect(how(...lines)).toEqual([]);
  });

  it('is not seen where another function of the file tests the member', () => {
    const other = 'static int check(struct priv *p)\n{\n\treturn dma_mapping_error(p->dev, p->dma);\n}\n';
    expect(observe(driver(`p->dma = ${MAP};`) + other, 'mapping-unchecked')).toEqual([]);
  });

  it('is not seen where the local is stored in a member that the file tests', () => {
    const other = 'static int check(struct priv *p)\n{\n\treturn dma_mapping_error(p->dev, p->dma);\n}\n';
    expect(observe(driver(`dma_addr_t a = ${MAP};`, 'p->dma = a;') + other, 'mapping-unchecked')).toEqual([]);
  });
});

describe('accesses while a buffer is mapped', () => {
  const seen = (...lines: string[]): string[] => observe(driver(...lines), 'unsynced').map(({ access, text }) => `${access} ${text}`);
  const FROM = 'a = dma_map_single(dev, buf, 64, DMA_FROM_DEVICE);';
  const TO = 'a = dma_map_single(dev, buf, 64, DMA_TO_DEVICE);';

  it.each([
    ['a read of what the device writes', [FROM, 'len = buf->len;'], ['read len=buf->len'.replace('=', ' = ')]],
    ['a copy of it', [FROM, 'memcpy(p->copy, buf, 64);'], ['read memcpy(p->copy, buf, 64)']],
    ['a write of what the device reads', [TO, 'buf->len = 3;'], ['write buf->len = 3']],
    ['behind the test of the address', [TO, 'if (dma_mapping_error(dev, a))', '\tgoto out;', 'buf[0] = 1;'], ['write buf[0] = 1']],
  ])('%s', (_, lines, expected) => {
    expect(seen(...lines)).toEqual(expected);
  });

  it.each([
    ['unmapped first', [FROM, 'dma_unmap_single(dev, a, 64, DMA_FROM_DEVICE);', 'len = buf->len;']],
    ['synced first', [FROM, 'dma_sync_single_for_cpu(dev, a, 64, DMA_FROM_DEVICE);', 'len = buf->len;']],
    ['a helper that may give it back', [FROM, 'my_wait(p);', 'len = buf->len;']],
    ['the way on which the mapping failed', [TO, 'if (dma_mapping_error(dev, a)) {', '\tbuf->len = 0;', '\treturn -1;', '}']],
    ['before the mapping', ['buf->len = 3;', TO]],
    ['another buffer by then', [TO, 'buf = next;', 'buf->len = 3;']],
    ['a label between', [TO, 'again:', 'buf->len = 3;']],
    ['a read of what the device reads', [TO, 'len = buf->len;']],
    ['only in one branch', ['if (p->in)', `\t${FROM}`, 'len = buf->len;']],
    ['both directions', ['a = dma_map_single(dev, buf, 64, DMA_BIDIRECTIONAL);', 'len = buf->len;']],
    ['a size of it', [FROM, 'len = sizeof(buf->len);']],
  ])('not seen: %s', (_, lines) => {
    expect(seen(...lines)).toEqual([]);
  });
});

describe('mappings given back otherwise than made', () => {
  const seen = (text: string): string[] => observe(text, 'unmap-mismatch').map(({ of, mapped, unmapped, mend }) => `${of} ${mapped} ${unmapped} ${mend?.text ?? ''}`.trim());

  it('sees another direction, and mends it', () => {
    expect(seen(driver('a = dma_map_single(dev, buf, 64, DMA_FROM_DEVICE);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);')))
      .toEqual(['direction DMA_FROM_DEVICE DMA_TO_DEVICE DMA_FROM_DEVICE']);
  });

  it('sees a resource given back as memory', () => {
    expect(seen(driver('a = dma_map_resource(dev, phys, 64, DMA_TO_DEVICE, 0);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);'))).toEqual(['kind dma_map_resource dma_unmap_single']);
  });

  it('sees a scatterlist given back with what its mapping returned', () => {
    expect(seen(driver('n = dma_map_sg(dev, p->sg, p->nents, DMA_TO_DEVICE);', 'dma_unmap_sg(dev, p->sg, n, DMA_TO_DEVICE);'))).toEqual(['count p->nents n p->nents']);
    expect(seen(driver('nents = dma_map_sg(dev, p->sg, nents, DMA_TO_DEVICE);', 'dma_unmap_sg(dev, p->sg, nents, DMA_TO_DEVICE);'))).toEqual(['count nents nents']);
  });

  it.each([
    ['the same direction', ['a = dma_map_single(dev, buf, 64, DMA_TO_DEVICE);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);']],
    ['a direction in a variable', ['a = dma_map_single(dev, buf, 64, dir);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);']],
    ['a page given back as memory', ['a = dma_map_page(dev, page, 0, 64, DMA_TO_DEVICE);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);']],
    ['an address from elsewhere', ['a = dma_map_single(dev, buf, 64, DMA_FROM_DEVICE);', 'a = p->other;', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);']],
    ['two mappings of one variable', ['a = dma_map_single(dev, buf, 64, DMA_FROM_DEVICE);', 'a = dma_map_single(dev, b, 64, DMA_TO_DEVICE);', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);']],
    ['the number that was given', ['n = dma_map_sg(dev, p->sg, p->nents, DMA_TO_DEVICE);', 'dma_unmap_sg(dev, p->sg, p->nents, DMA_TO_DEVICE);']],
    ['a number set anew', ['n = dma_map_sg(dev, p->sg, p->nents, DMA_TO_DEVICE);', 'n = p->nents;', 'dma_unmap_sg(dev, p->sg, n, DMA_TO_DEVICE);']],
  ])('not seen: %s', (_, lines) => {
    expect(seen(driver(...lines))).toEqual([]);
  });

  it('does not take one variable of a list for another', () => {
    const other = 'static void tx(struct priv *p)\n{\n\ttail->dma = dma_map_single(p->dev, p->skb, 64, DMA_TO_DEVICE);\n}\n';
    expect(seen(driver('head->dma = dma_map_single(dev, buf, 64, DMA_FROM_DEVICE);', 'dma_unmap_single(dev, head->dma, 64, DMA_TO_DEVICE);') + other)).toEqual([]);
  });
});
