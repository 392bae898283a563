import { beforeAll, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

// Sizes are gcc 12's on x86_64.
it.each([
  ['struct a { char c; long l; }', 'struct a', '16'],
  ['struct b { u32 x:3; u32 y:30; u8 z; }', 'struct b', '12'],
  ['struct c { u8 a; struct { u32 q; } __packed p; }', 'struct c', '5'],
  ['struct d { u8 a:4; u64 b:40; u8 c; }', 'struct d', '8'],
  ['union e { u8 x[9]; u32 y; }', 'union e', '12'],
  ['struct f { u8 a; u32 b __packed; u8 c; u64 d __aligned(16); }', 'struct f', '32'],
  ['struct g { u32 a:5; u32 :0; u8 b; }', 'struct g', '8'],
  ['struct h { struct h *n; void (*f)(int, char); int (*t[3])(void); char *(*m)[4]; }', 'struct h', '48'],
  ['#pragma pack(push, 2)\nstruct p { u8 a; u64 b; };\n#pragma pack(pop)\nstruct q { u8 a; u64 b; }', 'struct p', '10'],
  ['#pragma pack(push, 2)\nstruct p { u8 a; u64 b; };\n#pragma pack(pop)\nstruct q { u8 a; u64 b; }', 'struct q', '16'],
  ['enum e { A = 0x80000000, B = A | 1, C };\nstruct r { u8 x[C > A ? 3 : 5]; enum e e; }', 'struct r', '8'],
  ['enum e { A = BIT(31) };\nstruct r { u8 x[sizeof(A)]; }', 'struct r', '4'],
  ['#define fast inline __attribute__((__gnu_inline__)) __attribute__((no_instrument_function))\nstatic fast u16 f(void)\n{\n\treturn 1;\n}\nstruct r { u8 x; }', 'f()', '2'],
  ['#define HEADER(bytes) \\\n\tstruct header##bytes { union { __le32 data; u8 raw[bytes]; } __packed; } __packed\nHEADER(4);\nHEADER(6);\n#undef HEADER\nstruct r { struct header6 h; u8 x; }', 'struct r', '7'],
  ['#define HEADER(name) struct name { u8 x; }; struct also_##name { u32 x; }\nHEADER(one)\nstruct r { struct one h; struct also_one x; }', 'struct r', '8'],
  ['#define HEADER(name) struct name { u8 x; }\n#if UNSEEN\nHEADER(one);\n#endif\nHEADER(one);\nstruct r { struct one h; }', 'struct r', '?'],
  ['#pragma pack(1)\n#define HEADER(name) struct name { u8 x; u32 y; }\nHEADER(one);\nstruct r { struct one h; }', 'struct r', '?'],
  ['static const char * const names[] = {\n\t"a", "b", "c",\n};\nstruct r { u16 x[ARRAY_SIZE(names)]; }', 'struct r', '6'],
  ['static int given;\nstruct r { u16 x[sizeof(given)]; }', 'struct r', '?'],
  ['struct r {\n\tu8 a;\n#include "more.h"\n}', 'struct r', '?'],
  ['enum __attribute__((packed)) e { A = 200 };\nstruct r { enum e e; u8 x; }', 'struct r', '2'],
  ['struct s { u8 n; u64 v[]; }', 'struct s', '8'],
  ['struct t { u8 a; u32 f:24; u8 c; }', 'struct t', '8'],
  ['typedef struct { u16 a; } __attribute__((aligned(4))) al_t', 'al_t[3]', '12'],
  ['typedef u32 word_t, *word_p, words_t[5]', 'words_t', '20'],
  ['struct u { DECLARE_BITMAP(bits, 65); struct_group(g, u8 a; u16 b;); }', 'struct u', '24'],
  // #pragma pack overrides an aligned member, and lets bit-fields straddle; an aligned record keeps its alignment.
  ['#pragma pack(push, 1)\nstruct p1 { u32 x:5; u32 y:30; u8 c; };\n#pragma pack(pop)\n', 'struct p1', '6'],
  ['#pragma pack(1)\nstruct p2 { u8 c; u32 x __aligned(4); };\n#pragma pack()\n', 'struct p2', '5'],
  ['#pragma pack(1)\nstruct p3 { u8 c; u16 s; } __aligned(8);\n#pragma pack()\n', 'struct p3', '8'],
  ['#pragma pack(2)\nstruct p4 { u8 c; u32 x:5; u32 y:30; u8 d; };\n#pragma pack()\n', 'struct p4', '8'],
  ['#pragma pack(2)\nstruct p5 { u8 c; u32 i; u32 x __aligned(8); u8 t; };\n#pragma pack()\n', 'struct p5', '12'],
  // A typedef's attribute aligns the name, and leaves the size.
  ['typedef struct { u8 a; } few_t __aligned(4);\nstruct w { u8 c; few_t u; }', 'struct w', '8'],
  ['typedef __attribute__((aligned(32))) struct whole { u64 a; } whole_t;\nstruct x { u8 c; whole_t u; }', 'struct x', '64'],
  ['typedef struct { u8 a; } few_t __aligned(4)', 'few_t', '1'],
  ['static struct table { u32 x[3]; } the_table __read_mostly = { { 1 } }', 'struct table', '12'],
  ['struct v { u8 a; /* \n#define IN_STRUCT 3\n */\n#define LATER 4\n\tu8 list[LATER]; }', 'struct v', '5'],
])('%s', (definition, type, expected) => {
  expect(brief(callsOf(parser, fileWith(`sizeof(${type})`, `${definition};`))[0]?.size)).toBe(expected);
});

it.each([
  ['a member of unknown type', 'struct a { spinlock_t lock; }', 'struct a'],
  ['a macro for a member', 'struct a { SOME_MEMBERS u8 x; }', 'struct a'],
  ['an unknown attribute', 'struct a { u8 x; } __attribute__((strange))', 'struct a'],
  ['a layout that is shuffled', 'struct a { u8 x; u32 y; } __randomize_layout', 'struct a'],
  ['cache lines of unknown width', 'struct a { u8 x ____cacheline_aligned; }', 'struct a'],
  ['two definitions', 'struct a { u8 x; };\nstruct a { u16 x; }', 'struct a'],
  ['itself', 'struct a { struct a x; }', 'struct a'],
  ['a member under #if', 'struct a { u8 x;\n#ifdef CONFIG_X\n\tu8 y;\n#endif\n}', 'struct a', '1..2'],
  ['a typedef of a type not seen', 'typedef unseen_t mine_t', 'mine_t'],
])('does not guess: %s', (_name, definition, type, expected = '?') => {
  expect(brief(callsOf(parser, fileWith(`sizeof(${type})`, `${definition};`))[0]?.size)).toBe(expected);
});

it('follows members through a struct whose size is not known', () => {
  const before = 'struct part { u32 x[6]; };\nstruct pair { spinlock_t lock; u8 list[UNSEEN]; struct { struct part *part; }; };';
  expect(brief(callsOf(parser, fileWith('sizeof(*given->part)', before))[0]?.size)).toBe('24');
  expect(brief(callsOf(parser, fileWith('sizeof(given->list)', before))[0]?.size)).toBe('?');
});

it('keeps worlds apart: a type read in one does not serve another', () => {
  const before = '#if UNSEEN > 2\n#define LEN 8\n#else\n#define LEN 16\n#endif\nstruct part { u8 x[LEN]; };\nstruct pair { struct part *part; struct part own; };';
  expect(brief(callsOf(parser, fileWith('sizeof(*given->part) + sizeof(struct pair)', before))[0]?.size)).toBe('24..40');
});
