import { beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const ring = '#define TAKE(x) use(&(x))\nstruct ring { u16 count; unsigned int size; u8 kind; int left; }; struct flex { int n; u64 list[]; };';
const size = (inside: string, expression = 'n', before = ring): string => brief(callsOf(parser, fileWith(expression, before, inside))[0]?.size);

describe('locals', () => {
  it.each([
    ['one write', 'size_t n;\n n = 8 * 4;', '32'],
    ['an initialiser', 'size_t n = sizeof(u64);', '8'],
    ['through another', 'int m = 6; size_t n = m + 1;', '7'],
    ['the last of two', 'size_t n = 5; n = 6;', '6'],
    ['as its type holds it', 'u8 n = 257;', '1'],
    ['one of two branches', 'size_t n; if (dev) n = 4; else n = 9;', '4..9'],
    ['a branch that may be left out', 'size_t n = 3; if (dev) n = 64;', '3..64'],
    ['the same in both', 'size_t n; if (dev) n = 4; else n = 4;', '4'],
    ['a branch that returns', 'size_t n = 3; if (dev) { n = 64; return 0; }', '3'],
    ['a branch that jumps', 'size_t n = 3; if (dev) { n = 64; goto out; }\nout:', '3..64'],
    ['a case', 'size_t n; switch (x) { case 1: n = 2; break; default: n = 4; }', '2..4'],
    ['written later, no loop', 'size_t n = 3; p = other; if (0) {}', '3'],
    ['after && that may not be reached', 'size_t n = 3; if (dev && (n = 7)) p = 0;', '3..7'],
    ['in a condition', 'size_t n = 3; if ((n = 7) && dev) p = 0;', '7'],
    ['for its loop', 'int n; for (n = 4; dev; p++)', '4'],
    ['counted', 'int n; for (n = 4; dev; n++)', '?'],
    ['added to', 'size_t n = 3; n += 4;', '7'],
    ['added to where a branch is taken', 'size_t n = 3; if (dev) n += 4;', '3..7'],
    ['counted up once', 'int n = 3; n++;', '4'],
    ['added to in a loop', 'size_t n = 3; while (next()) n += 4;', '?'],
    ['shifted', 'unsigned int n = 3; n <<= 4; n |= 1;', '49'],
    ['of two that belong together', 'size_t a, b, n; if (dev) { a = 2; b = 100; } else { a = 3; b = 10; } n = a * b;', '30..200'],
    ['of two that do not', 'size_t a = 2, b = 10, n; if (dev) a = 3; if (p) b = 100; n = a * b;', '20..300'],
    ['its address given away', 'size_t n = 3; fill(&n);', '?'],
    ['changed by a macro', 'size_t n = 3; SET(n);', '?', '#define SET(x) x = 5\n'],
    ['read by a macro', 'size_t n = 3; GET(n);', '3', '#define GET(x) use(x)\n'],
    ['a static', 'static size_t n = 3;', '?'],
    ['a constant static', 'static const size_t n = 3;', '3'],
    ['a static pointer to a constant', 'static const struct ring *r = get(); size_t n = r->kind;', '0..255'],
    ['one value whatever decides', 'size_t n = ALIGN(4 + (dev ? 1 : 0), 4) * 4; n = (dev ? 3 : 3);', '3'],
    ['one value of a range', 'unsigned int n = ALIGN(4 + (dev ? 2 : 1), 4) * 4;', '32'],
    ['set with another', 'unsigned int a; size_t n; n = a = 12;', '12'],
    ['set with a narrower one', 'u8 a; size_t n = a = 260;', '4'],
    ['the length of an array by its initialiser', 'int a[] = { 1, 2, 3 }; size_t n = sizeof(a);', '12'],
    ['the length of a string', 'char a[] = "ab" "c"; size_t n = sizeof(a);', '4'],
    ['of what may be braced or not', 'struct ring a[] = { 1, 2, 3, 4, 5 }; size_t n = sizeof(a);', '?'],
    ['declared twice', 'size_t n = 3; { size_t n = 4; }', '?'],
    ['uninitialised in one branch', 'size_t n; if (dev) n = 8;', '8'],
    ['from a call', 'size_t n = count();', '?'],
    ['around a loop', 'size_t n = 3; while (next()) { use(n); n = 9; }', '3..9'],
    ['a goto back', 'size_t n = 3;\nagain: use(n); n = 9; if (dev) goto again;', '9'],
    ['of itself', 'size_t n = n;', '?'],
  ])('%s', (_name, inside, expected, before = '') => {
    expect(size(inside, 'n', before + ring)).toBe(expected);
  });

  it('a member keeps its value where its struct is given away later only', () => {
    const text = fileWith('r.size', ring, '\tstruct ring r;\n\tr.size = 48;').replace('\treturn 0;', '\tif (!p) goto err;\n\treturn 0;\nerr:\n\tkeep(&r);\n\treturn 1;');
    expect(brief(callsOf(parser, text)[0]?.size)).toBe('48');
    expect(brief(callsOf(parser, text.replace('r.size = 48;', 'r.size = 48;\nagain:').replace('keep(&r);', 'keep(&r);\n\tgoto again;'))[0]?.size)).toBe('u32');
  });

  it('a loop brings later writes round', () => {
    const text = 'static int probe(struct device *dev)\n{\n\tsize_t n = 3;\n\twhile (next()) {\n\t\tp = dma_alloc_coherent(dev, n, &h, GFP_KERNEL);\n\t\tn = 9;\n\t}\n\treturn 0;\n}\n';
    expect(brief(callsOf(parser, text)[0]?.size)).toBe('3..9');
    expect(brief(callsOf(parser, text.replace('\t\tp =', '\t\tn = 5;\n\t\tp ='))[0]?.size)).toBe('5');
    expect(brief(callsOf(parser, text.replace('while (next())', 'list_for_each_entry(n, dev, head)'))[0]?.size)).toBe('?');
    expect(brief(callsOf(parser, text.replace('\twhile (next()) {', '\t{\nagain:').replace('n = 9;', 'n = 9; goto again;'))[0]?.size)).toBe('3..9');
  });

  it.each([
    ['of a local struct', 'struct ring r; memset(&r, 0, sizeof(r)); r.size = 48;', 'r.size', '48'],
    ['of one that is given away on the way', 'struct ring r; r.size = 48; if (dev) goto err;\nerr: keep(&r);', 'r.size', 'u32'],
    ['before it is filled', 'struct ring r; r.size = 48; memset(&r, 0, sizeof(r));', 'r.size', 'u32'],
    ['of one that is given away', 'struct ring r; keep(&r); r.size = 48; run();', 'r.size', 'u32'],
    ['of one that is assigned whole', 'struct ring r; r.size = 48; r = other;', 'r.size', 'u32'],
    ['behind a pointer', 'struct ring *r = get(); r->size = 48;', 'r->size', '48'],
    ['with harmless calls between', 'struct ring *r = get(); r->size = 48; dev_dbg(dev, "x");', 'r->size', '48'],
    ['of which a macro takes another', 'struct ring *r = get(); TAKE(r->kind); r->size = 48;', 'r->size', '48'],
    ['that a macro takes', 'struct ring *r = get(); TAKE(r->size); r->size = 48;', 'r->size', 'u32'],
    ['with other calls between', 'struct ring *r = get(); r->size = 48; run(r);', 'r->size', '48'],
    ['with the same of another between', 'struct ring *r = get(), *s = r; r->size = 48; s->size = 4;', 'r->size', '4..48'],
    ['with the pointer changed', 'struct ring *r = get(); r->size = 48; r = get();', 'r->size', '48'],
    ['written in one branch', 'struct ring *r = get(); if (dev) r->size = 48;', 'r->size', '0..48'],
  ])('a member %s', (_name, inside, expression, expected) => {
    expect(size(inside, expression)).toBe(expected);
  });
});

describe('parameters of static functions', () => {
  const file = (callers: string, name = 'static '): string =>
    `${name}int take(struct device *dev, int n)\n{\n\tp = dma_alloc_coherent(dev, n * 4, &h, GFP_KERNEL);\n\treturn 0;\n}\n${callers}`;
  const caller = (argument: string): string => `int go${argument.length}(struct device *dev)\n{\n\treturn take(dev, ${argument});\n}\n`;

  it.each([
    ['one caller', file(caller('16')), '64'],
    ['two', file(caller('16') + caller('256')), '64..1024'],
    ['one not known', file(caller('16') + caller('read()')), '?'],
    ['none', file(''), '?'],
    ['others may call it', file(caller('16'), ''), '?'],
    ['its address is kept', file(`${caller('16')}static struct ops ops = { .take = take };\n`), '?'],
    ['with a comment that names it', `/* take()\n   take (it) */\n${file(caller('16'))}`, '64'],
    ['two of which one is not compiled', `${file(caller('16'))}#if 0\n${caller('256')}#endif\n`, '64'],
    ['two of which one may not be compiled', `${file(caller('16'))}#ifdef CONFIG_BIG\n${caller('256')}#endif\n`, '64..1024'],
    ['declared before', `static int take(struct device *dev, int n);\n${file(caller('16'))}`, '64'],
  ])('%s', (_name, text, expected) => {
    expect(brief(callsOf(parser, text)[0]?.size)).toBe(expected);
  });

  it('give sizes of which each is asked for, where nothing else is open', () => {
    const asked = (text: string): unknown => callsOf(parser, text).map(({ size }) => size.kind === 'bounded' && size.asked === true)[0];
    const two = file(caller('16') + caller('256'));
    expect(asked(two)).toBe(true);
    expect(asked(file(caller('16') + caller('n & 0xf00')))).toBe(false);
    expect(asked(`#if X\n#define N 4\n#else\n#define N 64\n#endif\n${fileWith('N')}`)).toBe(false);
    expect(asked(file(`#ifdef CONFIG_BIG\n${caller('16')}#else\n${caller('256')}#endif\n`))).toBe(false);
  });
});

describe('loops', () => {
  const loop = (head: string, body = '', expression = 'i * 16', before = ''): string =>
    `#define MAX 8\nstatic int probe(struct device *dev, int n)\n{\n\tint i = 0; unsigned int u;${before}\n\t${head} {\n\t\tp = dma_alloc_coherent(dev, ${expression}, &h, GFP_KERNEL);\n\t\t${body}\n\t}\n\treturn 0;\n}\n`;
  it.each([
    ['up', loop('for (i = 0; i < MAX; i++)'), '0..112'],
    ['up by two', loop('for (i = 2; i <= MAX; i += 2)'), '32..128'],
    ['down', loop('for (i = 3; i >= 0; i--)', '', 'PAGE_SIZE << i'), '4096..32768'],
    ['in a while', loop('while (i < MAX)', 'i++;'), '0..112'],
    ['unsigned', loop('for (u = 1; u < MAX; u++)', '', 'u * 16'), '16..112'],
    ['down to nothing, unsigned', loop('for (u = 3; u >= 0; u--)', '', 'u * 16'), 'u32'],
    ['with no end that is known', loop('for (i = 0; i < n; i++)'), '?'],
    ['with its counter changed inside', loop('for (i = 0; i < MAX; i++)', 'i = n;'), '?'],
    ['with its counter changed before', loop('for (i = 0; i < MAX; i++)', '', '(size_t)i', ' i = 5;'), '0..7'],
    ['with its counter given away', loop('for (i = 0; i < MAX; i++)', 'take(&i);'), '?'],
    ['both ways', loop('for (i = 0; i < MAX; i++)', 'if (n) i -= 2;'), '?'],
    ['in one of a macro', loop('for_each_thing(i)'), '?'],
  ])('%s', (_name, text, expected) => {
    expect(brief(callsOf(parser, text)[0]?.size)).toBe(expected);
  });
});

describe('checks', () => {
  const checked = (inside: string, expression = 'len', before = '#define MAX 4096\n'): string =>
    brief(callsOf(parser, fileWith(expression, before + ring, `unsigned int len = read(); int s = read(); size_t z = read(); struct ring *r = get();\n${inside}`))[0]?.size);
  it.each([
    ['one that returns', 'if (len > MAX) return -1;', 'len', '0..4096'],
    ['with brackets', 'if (len > MAX) { run(); return -1; }', 'len', '0..4096'],
    ['one that jumps', 'if (len >= MAX) goto out; p = 0;', 'len', '0..4095'],
    ['the other way round', 'if (MAX < len) return -1;', 'len', '0..4096'],
    ['of two things', 'if (!dev || len > MAX) return -1;', 'len', '0..4096'],
    ['of two things that must both be', 'if (!dev && len > MAX) return -1;', 'len', 'u32'],
    ['wrapped', 'if (unlikely(len > MAX)) return -1;', 'len', '0..4096'],
    ['warned of', 'if (WARN_ON(len > MAX)) return -1;', 'len', '0..4096'],
    ['of both ends', 'if (s < 4 || s > MAX) return -1;', 's', '4..4096'],
    ['of one end', 'if (s > MAX) return -1;', 's', '?'],
    ['signed against unsigned', 'if (s > 4096U) return -1;', 's', '0..4096'],
    ['of 64 bits', 'if (z > MAX) return -1;', 'z', '0..4096'],
    ['equal', 'if (len != 512) return -1;', 'len', '512'],
    ['not zero', 'if (!len) return -1;', 'len & 0xff', '0..255'],
    ['then used', 'if (len > MAX) return -1; len = len * 2;', 'len', '0..8192'],
    ['changed afterwards', 'if (len > MAX) return -1; len = read();', 'len', 'u32'],
    ['given away afterwards', 'if (len > MAX) return -1; fill(&len);', 'len', 'u32'],
    ['that does not leave', 'if (len > MAX) run();', 'len', 'u32'],
    ['that sets', 'if (len > MAX) len = MAX;', 'len', '0..4096'],
    ['that something jumps over', 'if (dev) goto over; if (len > MAX) return -1;\nover: run();', 'len', 'u32'],
    ['around', 'if (len <= MAX)', 'len', '0..4096'],
    ['around, otherwise', 'if (len > MAX) run(); else', 'len', '0..4096'],
    ['of a member', 'if (r->size > MAX) return -1;', 'r->size', '0..4096'],
    ['of a member, with calls between', 'if (r->size > MAX) return -1; run();', 'r->size', 'u32'],
    ['of a member of another', 'struct ring *q = get(); if (q->size > MAX) return -1;', 'r->size', 'u32'],
    ['against what is not known', 'if (len > limit()) return -1;', 'len', 'u32'],
    ['against a variable', 'unsigned int most = 64; if (len > most) return -1;', 'len', '0..64'],
    ['that no value passes', 'len = 3; if (len < 4) return -1;', 'len', '?'],
    ['that some values pass', 'if (dev) len = 3; else len = 8; if (len < 4) return -1;', 'len', '8'],
  ])('%s', (_name, inside, expression, expected) => {
    expect(checked(inside, expression)).toBe(expected);
  });
});

describe('functions of the file', () => {
  const pick = 'static int pick(int kind)\n{\n\tswitch (kind) {\n\tcase 1:\n\tcase 2:\n\t\treturn 512;\n\tcase 3:\n\t\treturn 4096;\n\tdefault:\n\t\treturn 16;\n\t}\n}\n';
  const half = 'static inline unsigned int half(unsigned int n)\n{\n\tif (n > 64)\n\t\treturn 64;\n\treturn n / 2;\n}\n';
  it.each([
    ['one return', 'static u32 one(void)\n{\n\treturn 3 * 8;\n}\n', 'one()', '24'],
    ['by its argument', 'static u32 twice(u32 n)\n{\n\treturn 2 * n;\n}\n', 'twice(21)', '42'],
    ['as its type holds it', 'static u8 low(int n)\n{\n\treturn n;\n}\n', 'low(257)', '1'],
    ['by cases', pick, 'pick(2)', '512'],
    ['by the last case', pick, 'pick(3)', '4096'],
    ['by no case', pick, 'pick(9)', '16'],
    ['by a case that is not known', pick, 'pick(get())', '16..4096'],
    ['where a case falls into the next', pick.replace('return 512;', 'kind++;'), 'pick(2)', '4096'],
    ['that checks', half, 'half(100)', '64'],
    ['that checks and goes on', half, 'half(20)', '10'],
    ['twice, with different arguments', half, 'half(100) + half(20)', '74'],
    ['with locals', 'static int sum(int n)\n{\n\tint all = 4;\n\tall += n;\n\treturn all;\n}\n', 'sum(3)', '7'],
    ['of itself', 'static u32 loop(u32 n)\n{\n\treturn loop(n);\n}\n', 'loop(3)', 'u32'],
    ['declared alone', 'u16 count(int n);\n', 'count(3)', '0..65535'],
    ['of a type on its own line', 'static unsigned char\nlow(int n)\n{\n\treturn get(n);\n}\n', 'low(1)', '0..255'],
    ['with an #if inside', 'static u32 one(void)\n{\n#ifdef X\n\treturn 3;\n#endif\n\treturn 8;\n}\n', 'one()', 'u32'],
    ['the kernel has too', 'static int get_order(int x)\n{\n\treturn 5;\n}\n', 'get_order(4096)', '5'],
  ])('%s', (_name, before, expression, expected) => {
    expect(brief(callsOf(parser, fileWith(expression, `${ring}\n${before}`))[0]?.size)).toBe(expected);
  });
});

describe('variables of the file', () => {
  const hw = 'struct hw { u32 bytes; u32 count; u32 rest; };\n';
  it.each([
    ['a constant', 'static const int most = 3 * 16;\n', 'most', '48'],
    ['one that nothing writes', 'static int most = 48;\n', 'most', '48'],
    ['one without a value', 'static int most;\n', 'most + 4', '4'],
    ['one that is written', 'static int most = 48;\nint set(void)\n{\n\tmost = 3;\n}\n', 'most', '?'],
    ['one whose address is taken', 'static int most = 48;\nint set(void)\n{\n\tkeep(&most);\n}\n', 'most', '?'],
    ['a parameter of the module', 'static u16 most = 48;\nmodule_param(most, ushort, 0);\n', 'most', '0..65535'],
    ['a named parameter', 'static u16 most = 48;\nmodule_param_named(limit, most, ushort, 0);\n', 'most', '0..65535'],
    ['one that a macro takes', 'static int most = 48;\nTAKE(most);\n', 'most', '?'],
    ['one that others see', 'int most = 48;\n', 'most', '?'],
    ['a member of a constant', `${hw}static const struct hw hw = {\n\t.bytes = 64 * 4,\n\t.count = 2,\n};\n`, 'hw.bytes', '256'],
    ['a member that is left out', `${hw}static const struct hw hw = {\n\t.bytes = 64 * 4,\n};\n`, 'hw.count + 1', '1'],
    ['a member by its place', `${hw}static const struct hw hw = { 1, 2, 3 };\n`, 'hw.count', '2'],
    ['a member of one that is written', `${hw}static struct hw hw = {\n\t.bytes = 64,\n};\nint set(void)\n{\n\thw.bytes = 3;\n}\n`, 'hw.bytes', 'u32'],
    ['a member of one that is given away', `${hw}static struct hw hw = {\n\t.bytes = 64,\n};\nint set(void)\n{\n\tfill(&hw);\n}\n`, 'hw.bytes', 'u32'],
    ['an array, for its size', 'static u32 table[] = { 1, 2, 3 };\nstatic u64 list[12];\n', 'sizeof(list)', '96'],
    ['an array by its initialiser', 'static u32 table[] = { 1, 2, 3 };\n', 'ARRAY_SIZE(table)', '3'],
    ['an array of structs', `${hw}static const struct hw table[] = {\n\t{ .bytes = 1 },\n\t{ 2, 3 },\n};\n`, 'sizeof(table)', '24'],
    ['an array with places', 'enum { A, B, C };\nstatic const char * const names[] = {\n\t[B] = "b", [C ... C + 4] = "c", [A] = "a",\n};\n', 'ARRAY_SIZE(names)', '7'],
    ['an array with places, the last not the highest', 'static const char * const names[] = {\n\t[6] = "b", [2] = "a", "c",\n};\n', 'ARRAY_SIZE(names)', '7'],
    ['an array of arrays', 'static const u16 table[][4] = {\n\t{ 1 }, { 2, 3 },\n};\n', 'sizeof(table)', '16'],
    ['an array without inner braces', `${hw}static const struct hw table[] = { 1, 2, 3, 4, 5, 6 };\n`, 'sizeof(table)', '?'],
    ['an array with a place that is not known', 'static const int table[] = { [UNSEEN] = 1 };\n', 'sizeof(table)', '?'],
    ['a union, of which another member is given', 'union u { u32 a; u32 b; };\nstatic const union u one = { .a = 16 };\n', 'one.b', 'u32'],
    ['a union, of which it is given', 'union u { u32 a; u32 b; };\nstatic const union u one = { .a = 16 };\n', 'one.a', '16'],
    ['two of the name', '#ifdef X\nstatic const int most = 4;\n#else\nstatic const int most = 8;\n#endif\n', 'most', '4..8'],
  ])('%s', (_name, before, expression, expected) => {
    expect(brief(callsOf(parser, fileWith(expression, `#define TAKE(x) use(&(x))\n${before}`))[0]?.size)).toBe(expected);
  });

  it('a local struct has the members of the constant that it is set to', () => {
    const text = `${hw}static const struct hw table = {\n\t.bytes = 64,\n};\n`;
    expect(brief(callsOf(parser, fileWith('h.bytes', text, 'struct hw h = table;'))[0]?.size)).toBe('64');
    expect(brief(callsOf(parser, fileWith('h.bytes', text, 'struct hw h = table; h.bytes = 8;'))[0]?.size)).toBe('8');
    expect(brief(callsOf(parser, fileWith('h.bytes', text, 'struct hw h = table; fill(&h);'))[0]?.size)).toBe('u32');
  });
});

describe('members by what is stored in them', () => {
  const file = (other: string, before = '', field = 'bytes', type = 'unsigned int'): string => brief(callsOf(parser,
    `struct pair { int ${field}; };\nstruct ring { ${type} ${field}; u32 kind; };\n${before}\nstatic int setup(struct ring *r, struct pair *q, int n)\n{\n\t${other}\n\treturn 0;\n}\n${fileWith(`r->${field}`, '', 'struct ring *r = get(dev);')}`)[0]?.size);
  it.each([
    ['one store', 'r->bytes = 16 * 4;', '64'],
    ['the same twice', 'r->bytes = 64; run(); r->bytes = 8 * 8;', '64'],
    ['two', 'r->bytes = 64; run(); r->bytes = 128;', '64..128'],
    ['one that a branch may leave out', 'if (n) r->bytes = 64;', '0..64'],
    ['one through an array', 'struct ring **all = list(); all[n]->bytes = 64;', '64'],
    ['one by a local', 'int m = 3; m *= 32; r->bytes = m;', '96'],
    ['one within bounds', 'r->bytes = n & 0xff0;', '0..4080'],
    ['one of another struct', 'r->bytes = 64; q->bytes = n;', '64'],
    ['one that is not known', 'r->bytes = 64; r->bytes = n;', 'u32'],
    ['one, and what another of its kind has', 'struct ring **v = get(1); r->bytes = 64; q->kind = 1; run(v); v[1]->bytes = v[0]->bytes;', '0..64'],
    ['nothing but what another of its kind has', 'struct ring **v = get(1); v[1]->bytes = v[0]->bytes;', 'u32'],
    ['one, and twice what another of its kind has', 'struct ring **v = get(1); r->bytes = 64; run(v); v[1]->bytes = v[0]->bytes * 2;', 'u32'],
    ['one that adds', 'r->bytes = 64; r->bytes += 3;', 'u32'],
    ['one that counts', 'r->bytes = 64; r->bytes++;', 'u32'],
    ['one through what is not known', 'r->bytes = 64; other()->bytes = n;', 'u32'],
    ['the address taken', 'r->bytes = 64; read_into(&r->bytes);', 'u32'],
    ['the address of another taken', 'r->bytes = 64; read_into(&q->bytes);', '64'],
    ['a mask of it', 'r->bytes = 64; n = n & r->bytes;', '64'],
    ['filled from user space', 'r->bytes = 64; copy_from_user(r, q, sizeof(*r));', 'u32'],
    ['written by a macro of the kernel', 'r->bytes = 64; WRITE_ONCE(r->bytes, n);', 'u32'],
    ['none', 'run();', 'u32'],
  ])('%s', (_name, other, expected) => {
    expect(file(other)).toBe(expected);
  });

  it('by macros of the file', () => {
    expect(file('r->bytes = 64; SET(r->bytes, n);', '#define SET(x, v) do { (x) = (v); } while (0)')).toBe('u32');
    expect(file('r->bytes = 64; PUT(r, bytes, n);', '#define PUT(p, m, v) ((p)->m = (v))')).toBe('u32');
    expect(file('r->bytes = 64; SHOW(r->bytes, n);', '#define SHOW(x, v) use(x, v)')).toBe('64');
  });

  it('an initialiser of its own struct, or of another', () => {
    expect(file('r->bytes = 64;', 'static struct pair all = { .bytes = 3 };')).toBe('64');
    expect(file('r->bytes = 64;', 'static struct ring all = { .bytes = 3 };')).toBe('u32');
    expect(file('r->bytes = 64;', 'static struct pair all[] = { { .bytes = 3 }, { .bytes = 4 } };')).toBe('64');
  });
});

describe('functions that are not plain C to a parser', () => {
  const value = (inside: string, config?: Record<string, string>): string => brief(callsOf(parser, fileWith('n', ring, inside), config)[0]?.size);
  it.each([
    ['a level and a prefix before a string', 'size_t n = 3 * 8;\n\tprintk(KERN_ERR PFX "no %s\\n", p);'],
    ['a type among arguments', 'size_t n = 3 * 8;\n\tp = min_t(unsigned int, 3, 4);\n\tq = list_entry(p, struct ring, link);\n\tr = alloc_percpu(struct ring);'],
    ['a short type among arguments', 'size_t n = 3 * 8;\n\tp = max_t(int, 3, 4);'],
  ])('%s', (_name, inside) => {
    expect(value(inside)).toBe('24');
  });

  const both = 'size_t n = 8;\n#ifdef CONFIG_MORE\n\tn = 64;\n#else\n\tn += 1;\n#endif';
  it('takes the branch of an #if that is compiled', () => {
    expect(value(both, { CONFIG_X86_64: 'y', CONFIG_MORE: 'y' })).toBe('64');
    expect(value(both, { CONFIG_X86_64: 'y', CONFIG_OTHER: 'y' })).toBe('9');
    expect(value(both.replace('CONFIG_MORE', 'SOMETHING'))).toBe('?');
  });
});

describe('functions of another layout', () => {
  it('are found where the brace stands at the end of a line', () => {
    const body = '\tsize_t n = 48;\n\tp = dma_alloc_coherent(dev, n, &h, GFP_KERNEL);\n\treturn 0;\n}\n';
    for (const head of ['int probe(struct device *dev) {\n', 'static int\nprobe(struct device *dev,\n      int x){\n', 'int first(void)\n{\n}\n\nstruct x {\n\tint a;\n};\nint probe(struct device *dev) {\n']) {
      expect(callsOf(parser, head + body).map((call) => `${call.function} ${brief(call.size)}`)).toEqual(['probe 48']);
    }
    expect(callsOf(parser, `int first(struct device *dev)\n{\n${body}int probe(struct device *dev) {\n${body.replace('48', '64')}`).map((call) => `${call.function} ${brief(call.size)}`)).toEqual(['first 48', 'probe 64']);
  });

  it('have what an #include brings, which is not read', () => {
    const text = fileWith('n', '', '\tsize_t n = 3;\n#include "more.inc"\n');
    expect(brief(callsOf(parser, text)[0]?.size)).toBe('?');
  });
});

describe('functions of the kernel', () => {
  const inside = 'struct ring *r = get(); unsigned int len = read(); int s = read();';
  it.each([
    ['PAGE_SIZE << get_order(3 * PAGE_SIZE)', '16384'],
    ['PAGE_SIZE << get_order(r->count)', '4096..65536'],
    ['1 << ilog2(4096)', '4096'],
    ['roundup_pow_of_two(r->count)', '0..65536'],
    ['fls(64)', '7'],
    ['array_size(16, r->kind)', '0..4080'],
    ['size_add(16, 4)', '20'],
    ['lcm(4096, 7104)', '454656'],
    ['vring_size(256, 4096)', '10246'],
    ['cpu_to_le16(12)', '12'],
    ['FIELD_GET(0xff0, s)', '0..255'],
    ['FIELD_GET(0xff0, 0x120)', '18'],
    ['usb_endpoint_maxp(p)', '0..65535'],
    ['hweight_long(r->size) * 8', '0..512'],
    ['skb_headlen(skb)', 'u32'],
    ['skb_tailroom(skb)', '?'],
    ['readb(p) * 4', '0..1020'],
    ['array_size(len, len)', '?'],
  ])('%s is %s', (expression, expected) => {
    expect(size(inside, expression)).toBe(expected);
  });

  it.each([
    ['readl(p)', 'device'],
    ['readw(p) & 0xff', 'device'],
    ['le16_to_cpu(r->count) * 4', 'device'],
    ['r->count', undefined],
    ['len + 1', undefined],
  ])('%s is set by %s', (expression, origin) => {
    const found = callsOf(parser, fileWith(expression, ring, inside))[0]?.size;
    expect(found && 'origin' in found ? found.origin : undefined).toBe(origin);
  });
});

describe('bounds', () => {
  const inside = 'struct ring *r = get(); unsigned int len = read(); int s = read();';
  it.each([
    ['r->count', '0..65535'],
    ['r->count * 16', '0..1048560'],
    ['r->kind + 1', '1..256'],
    ['len', 'u32'],
    ['len * 16UL', '0..68719476720 by type'],
    ['len - 1', 'u32'],
    ['len + r->count', 'u32'],
    ['len >> 20', '0..4095 by type'],
    ['len & r->count', '0..65535'],
    ['len % 64', '0..63'],
    ['min_t(u64, len, r->count)', '0..65535'],
    ['max_t(u32, len, 64)', '64..4294967295 by type'],
    ['(u8)len', '0..255'],
    ['-len', 'u32'],
    ['~len', 'u32'],
    ['!len', '0..1'],
    ['(size_t)len * len', '?'],
    ['s', '?'],
    ['min_t(u32, len, 4096)', '0..4096'],
    ['min(len, 4096U)', '0..4096'],
    ['min(s, 4096)', '?'],
    ['clamp_t(u32, len, 16, 64)', '16..64'],
    ['len & 0xfff', '0..4095'],
    ['s & 0xff', '0..255'],
    ['len % 100', '0..99'],
    ['(u16)len', '0..65535'],
    ['dev ? 16 : 48', '16..48'],
    ['r->count - 1', '?'],
    ['(r->count + 3) / 4', '0..16384'],
    ['struct_size(r, list, 3)', '?'],
    ['struct_size((struct flex *)0, list, 3)', '32'],
    ['ALIGN(r->count, 64)', '0..65536'],
    ['(r->count + 5) & ~3', '4..65540'],
    ['(r->count + 5) & ~5', '0..65540'],
    ['s & ~7', '?'],
    ['len & ~4095u', '0..4294963200 by type'],
    ['(1 / 0) & 3', '?'],
  ])('%s is %s', (expression, expected) => {
    expect(size(inside, expression)).toBe(expected);
  });
});

describe('members behind pointers', () => {
  it.each([
    ['kept', '', '48'],
    ['the same of an element', 'list[1].size = 9;', '9..48'],
    ['the same of an element, counted up', 'list[1].size++;', 'u32'],
    ['its address taken of an element', 'keep = &list[1].size;', 'u32'],
    ['another of an element', 'list[1].left = 9;', '48'],
    ['of another pointer', 'q->size = 9;', '9..48'],
  ])('%s', (_name, between, expected) => {
    expect(size(`struct ring *r = get(); struct ring *q = get(), *list = get(); r->size = 48; ${between}`, 'r->size')).toBe(expected);
  });
});

describe('what shares memory, and what macros write unseen', () => {
  const both = 'union both { unsigned int a; unsigned int b; struct { unsigned int c; } in; };\nstruct held { int x; union { unsigned int a; unsigned int b; }; };\n#define SET_N(x) do { if (x) n = 64; } while (0)\n#define READ_N(x) use(x, n)\n';
  it.each([
    ['a member of a union', 'union both u; u.a = 16;', 'u.a', '16'],
    ['another is written', 'union both u; u.a = 16; u.b = 64;', 'u.a', 'u32'],
    ['a part of another is written', 'union both u; u.a = 16; u.in.c = 64;', 'u.a', 'u32'],
    ['a part of one, and another is written', 'union both u; u.in.c = 16; u.b = 64;', 'u.in.c', 'u32'],
    ['another is given away', 'union both u; u.a = 16; fill(&u.b);', 'u.a', 'u32'],
    ['one without a name', 'struct held h; h.a = 16; h.b = 64;', 'h.a', 'u32'],
    ['beside one without a name', 'struct held h; h.x = 16; h.b = 64;', 'h.x', '16'],
    ['swapped', 'unsigned int n = 16, m = 64; swap(n, m);', 'n', 'u32'],
    ['set by a macro that is not given it', 'unsigned int n = 16; SET_N(dev);', 'n', 'u32'],
    ['read by a macro that is not given it', 'unsigned int n = 16; READ_N(dev);', 'n', '16'],
  ])('%s', (_name, inside, expression, expected) => {
    expect(size(inside, expression, both)).toBe(expected);
  });
});

describe('loops that macros stand for', () => {
  const looped = (head: string, inside: string): string => size(`int i; size_t n = 3; struct ring *r = get();\n\t${head}${inside}`);
  it.each([
    ['for_all_queues(r, i) {\n', '\t\tn = 9;\n\t}', '3..9'],
    ['FOR_EACH_QUEUE(COUNT, i) {\n', '\t\tn = 9;\n\t}', '3..9'],
    ['scoped(r) {\n', '\t\tn = 9;\n\t}', '3..9'],
    ['for_all_queues(r, i)\n', '\t\tn = 9;', '3..9'],
    ['/* all\n\t * of them */\n\tfor_all_queues(r, i)\n', '\t\tn = 9;', '3..9'],
    ['for_all_queues(r, n)\n', '\t\tuse(r);', '?'],
    ['if (test(r) &&\n\t    test_more(r)) {\n', '\t\tn = 9;\n\t}', '3..9'],
    ['printk(KERN_ERR PREFIX\n\t       ": no " "memory\\n");\n', '', '3'],
    ['set(r, 40BIT_BUG, 5755_PLUS);\n', '', '3'],
    ['n = 12UL + 3ULL;\n', '', '15'],
  ])('%s', (head, inside, expected) => {
    expect(looped(head, inside)).toBe(expected);
  });
});
