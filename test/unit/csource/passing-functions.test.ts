import { beforeAll, describe, expect, it } from 'vitest';
import type { PassingFunction } from '../../../src/csource/calls/passing-functions.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { type DmaCall, scanSource } from '../../../src/csource/scan-source.ts';
import { brief, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const MEMORY = `
int card_alloc(struct card *card, struct buffer *buffer, unsigned int len, gfp_t gfp)
{
	buffer->addr = dma_alloc_coherent(card->dev, len, &buffer->dma, gfp);
	return buffer->addr ? 0 : -ENOMEM;
}
`;

function passingIn(text: string): readonly PassingFunction[] {
  return scanSource(parser, { path: 'card/memory.c', text, headers: new Map() }).passing ?? [];
}

function callsIn(text: string, passing: readonly PassingFunction[]): readonly DmaCall[] {
  return scanSource(parser, { path: 'card/ring.c', text, headers: new Map(), passing }).calls;
}

describe('functions that hand a size on', () => {
  it('are found with the parameter that is the size', () => {
    expect(passingIn(MEMORY)).toMatchObject([{
      name: 'card_alloc', api: 'dma_alloc_coherent', parameters: 4, size: 2, parameter: 'len', type: { size: 4, signed: false }, at: { path: 'card/memory.c', line: 4, column: 17 },
    }]);
  });

  it.each([
    ['static ones, whose callers are in the file', MEMORY.replace('int card_alloc', 'static int card_alloc')],
    ['those that change it before', MEMORY.replace('\tbuffer->addr =', '\tlen = ALIGN(len, 64);\n\tbuffer->addr =')],
    ['those that hand its address to others', MEMORY.replace('\tbuffer->addr =', '\tround_up_to_card(&len);\n\tbuffer->addr =')],
    ['those that ask for something else', MEMORY.replace('dev, len,', 'dev, len + 64,')],
    ['those whose local it is', MEMORY.replace(' unsigned int len,', '').replace('{\n', '{\n\tunsigned int len = 64;\n')],
    ['pools, whose block has an alignment too', MEMORY.replace('dma_alloc_coherent(card->dev, len, &buffer->dma, gfp)', 'dma_pool_create("card", card->dev, len, 64, 0)')],
  ])('are not %s', (_what, text) => {
    expect(passingIn(text)).toEqual([]);
  });

  it('make call sites of their calls in other files, with the arithmetic of the caller', () => {
    const text = `#define ENTRIES 512
void *card_unused(void);
int ring_make(struct card *card, struct ring *ring)
{
	return card_alloc(card, &ring->buffer, ENTRIES * sizeof(u64), GFP_KERNEL);
}
`;
    const [call, ...others] = callsIn(text, passingIn(MEMORY));
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      api: 'dma_alloc_coherent', viaFunction: 'card_alloc', line: 5, function: 'ring_make', sizeText: 'ENTRIES * sizeof(u64)', size: { kind: 'exact', bytes: 4096 },
    });
    expect(call?.size.steps.at(-1)).toEqual({ text: 'card_alloc() hands len on to dma_alloc_coherent()', at: { path: 'card/memory.c', line: 4, column: 17 } });
  });

  it('are call sites in their own file as well', () => {
    const text = `${MEMORY}\nint ring_make(struct card *card)\n{\n\treturn card_alloc(card, &ring, 96, GFP_KERNEL);\n}\n`;
    const { calls } = scanSource(parser, { path: 'card/memory.c', text, headers: new Map(), passing: passingIn(text) });
    expect(calls.map(({ viaFunction, size }) => `${viaFunction ?? ''} ${brief(size)}`)).toEqual([' u32', 'card_alloc 96']);
  });

  it('convert what is given to the type of their parameter', () => {
    const text = 'int ring_make(struct card *card)\n{\n\treturn card_alloc(card, &b, 0x100001000ull, GFP_KERNEL);\n}\n';
    expect(callsIn(text, passingIn(MEMORY)).map(({ size }) => brief(size))).toEqual(['4096']);
  });

  it('are no call sites where they are declared, mentioned, or replaced by a function or macro of the file', () => {
    const passing = passingIn(MEMORY);
    expect(callsIn('int card_alloc(struct card *card, struct buffer *buffer, unsigned int len, gfp_t gfp);\n', passing)).toEqual([]);
    expect(callsIn('static const struct ops ops = {\n\t.alloc = card_alloc,\n};\n', passing)).toEqual([]);
    const own = 'static int card_alloc(int a, int b, int len, int c)\n{\n\treturn len;\n}\nint x(void)\n{\n\treturn card_alloc(1, 2, 3, 4);\n}\n';
    expect(callsIn(own, passing)).toEqual([]);
    const macro = '#define card_alloc(a, b, c, d) other(c)\nint x(void)\n{\n\treturn card_alloc(1, 2, 3, 4);\n}\n';
    expect(callsIn(macro, passing).map(({ size }) => brief(size))).toEqual(['?']);
  });

  it('say what is wrong with a call of another number of arguments', () => {
    const text = 'int x(struct card *card)\n{\n\treturn card_alloc(card, 4096);\n}\n';
    expect(callsIn(text, passingIn(MEMORY))[0]?.size).toMatchObject({ kind: 'unknown', why: 'card_alloc takes 4 arguments, not 2' });
  });
});
