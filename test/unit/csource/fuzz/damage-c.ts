import type { SeededRandom } from './seeded-random.ts';

/** A text with what was done to it. */
export interface Damaged {
  readonly text: string;
  /** Kinds of damage, in order. */
  readonly kinds: readonly string[];
}

interface Change {
  readonly kind: string;
  /** How often it is taken, beside the others. */
  readonly weight: number;
  readonly apply: (text: string, random: SeededRandom, seeds: readonly string[]) => string;
}

const NUMBERS = ['-1', '0', '1', '4095', '2147483647', '2147483648', '4294967295', '4294967296', '18446744073709551615', '99999999999999999999999', '0x', '0xffffffffffffffff', '0x7fffffffffffffffULL', '1e309', '0b11', "0x10'000", '08', '1ull << 63'];
const PIECES = [
  '{', '}', '(', ')', '[', ']', ';', ',', '"', "'", '/*', '*/', '//', '\\\n', '\n', '\r', '\r\n', '\u0000', '\ufffd', '\ud800', '\ufeff', '#', '##', '\n#if X\n', '\n#else\n', '\n#elif Y > 1\n', '\n#endif\n', '\n#if 0\n',
  'sizeof', 'sizeof(', 'struct x {', 'union {', 'enum {', 'typedef ', 'static ', 'goto out;', 'out:', 'return ', 'while (', 'case 1 ... 2:', '0x', 'u8 a[', '...', '->', '&', '*', '=', '+=', '<<', '?', ':', '__attribute__((packed',
  'dma_alloc_coherent(', 'dma_map_single(', 'dma_pool_create(', '/* dma-aperture: ignore dma/', 'NULL', 'for (;;) {', 'do {', '({', '_Generic(',
];
const TOKEN = /[A-Za-z_]\w*|\d[\w.]*|"(?:[^"\\\n]|\\.)*"|[-+*/%&|^<>=!]=?|\S/g;

const CHANGES: readonly Change[] = [
  { kind: 'byte flips', weight: 12, apply: (text, random) => {
    const chars = Array.from(text);
    for (let count = 1 + random.below(12); count > 0; count--) chars[random.below(chars.length)] = String.fromCharCode(random.below(256));
    return chars.join('');
  } },
  { kind: 'invalid UTF-8', weight: 6, apply: (text, random) => {
    const bytes = new TextEncoder().encode(text);
    for (let count = 1 + random.below(8); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256);
    return new TextDecoder().decode(bytes);
  } },
  { kind: 'cuts', weight: 12, apply: (text, random) => text.slice(random.below(4) === 0 ? random.below(text.length) : 0, text.length - random.below(text.length)) },
  { kind: 'gaps', weight: 10, apply: (text, random) => without(text, random.below(text.length), random.below(300)) },
  { kind: 'splices', weight: 12, apply: (text, random, seeds) => {
    const other = random.pick(seeds);
    const at = random.below(other.length);
    return text.slice(0, random.below(text.length)) + other.slice(at, at + random.below(3000)) + (random.below(2) === 0 ? text.slice(random.below(text.length)) : '');
  } },
  { kind: 'numbers', weight: 10, apply: (text, random) => {
    const every = 1 + random.below(20);
    let seen = 0;
    return text.replace(/\b\d\w*/g, (digits) => (++seen % every === 0 ? random.pick(NUMBERS) : digits));
  } },
  { kind: 'tokens', weight: 16, apply: changeTokens },
  { kind: 'pieces', weight: 12, apply: (text, random) => insert(text, random.below(text.length), random.pick(PIECES).repeat(1 + random.below(5))) },
  { kind: 'repeats', weight: 8, apply: (text, random) => {
    const at = random.below(text.length);
    return insert(text, at, text.slice(at, at + random.below(400)).repeat(1 + random.below(8)));
  } },
  { kind: 'line ends', weight: 3, apply: (text, random) => text.replaceAll('\n', random.pick(['\r\n', '\r', '\n\r', '\u2028', '\\\n'])) },
  { kind: 'deep nesting', weight: 2, apply: nest },
  { kind: 'exploding macros', weight: 2, apply: explode },
  { kind: 'looping includes', weight: 2, apply: (text, random) => insert(text, lineAt(text, random), `#include "${random.pick(['nic.c', 'shapes.h', 'sub/bits.h', '../shapes/shapes.h', './scsi.c', ''])}"\n`.repeat(1 + random.below(20))) },
  { kind: 'many of a kind', weight: 1, apply: multiply },
];
const WEIGHTS = CHANGES.reduce((sum, { weight }) => sum + weight, 0);

/** One to four kinds of damage, one after the other. */
export function damageC(text: string, random: SeededRandom, seeds: readonly string[]): Damaged {
  const kinds: string[] = [];
  let now = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const { kind, apply } = weighted(random);
    now = apply(now, random, seeds);
    kinds.push(kind);
  }
  return { text: now, kinds };
}

/** A line of so many characters somewhere in the text: a table, a comment, a string, a size, a macro, blanks. */
export function longLine(text: string, random: SeededRandom, characters: number): Damaged {
  const fill = (piece: string): string => piece.repeat(Math.ceil(characters / piece.length));
  const line = random.pick<() => string>([
    () => `static const int table[] = { ${fill('1,')} };`, () => `/* ${fill('x ')} */`, () => `static const char *text = "${fill('s')}";`, () => `#define LONG ${fill('1+')}1`,
    () => fill(' '), () => fill('a'), () => fill('('), () => fill('}{'), () => fill('x->y.'), () => `static int f(void) { s->cpu = dma_alloc_coherent(dev, ${fill('1+')}1, &h, GFP_KERNEL); }`,
    () => `static int g(void) { ${fill('a = b + 1; ')} dma_map_single(d, a, b, DMA_TO_DEVICE); }`, () => fill('dma_map_single(a, b, 1, c); '), () => fill('int f(int a) { } '), () => fill('#if X '), () => fill('\\'),
  ])();
  return { text: insert(text, lineAt(text, random), `${line}\n`), kinds: ['long line'] };
}

function weighted(random: SeededRandom): Change {
  let at = random.below(WEIGHTS);
  return CHANGES.find(({ weight }) => (at -= weight) < 0) ?? CHANGES[0]!;
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

function without(text: string, at: number, length: number): string {
  return text.slice(0, at) + text.slice(at + length);
}

/** The beginning of a line. */
function lineAt(text: string, random: SeededRandom): number {
  return text.lastIndexOf('\n', random.below(text.length)) + 1;
}

/** Tokens taken twice, out, in another's place, or from elsewhere. */
function changeTokens(text: string, random: SeededRandom): string {
  let now = text;
  for (let count = 1 + random.below(10); count > 0; count--) {
    const tokens = [...now.matchAll(TOKEN)];
    if (tokens.length === 0) return now;
    const [one, other] = [random.pick(tokens), random.pick(tokens)];
    const behind = one.index + one[0].length;
    switch (random.below(4)) {
      case 0: now = insert(now, behind, ` ${one[0]}`); break;
      case 1: now = without(now, one.index, one[0].length); break;
      case 2: now = now.slice(0, one.index) + other[0] + now.slice(behind); break;
      default: now = insert(now, behind, ` ${other[0]}`);
    }
  }
  return now;
}

function nest(text: string, random: SeededRandom): string {
  const depth = 1 + random.below(random.below(4) === 0 ? 20_000 : 400);
  const [open, middle, close] = random.pick([
    ['(', '1', ')'], ['{', ';', '}'], ['[', '0', ']'], ['\n#if A\n', '', '\n#endif\n'], ['\n#ifdef A\n#else\n', 'x', '\n#endif\n'], ['struct {', 'int a;', '} b;'], ['if (a) {', 'b();', '}'], ['if (a) ', 'b();', ''],
    ['f(', '1', ')'], ['sizeof(', 'int', ')'], ['-', '1', ''], ['*', 'p', ''], ['a ? ', '1', ' : 2'], ['(int)', '1', ''], ['a = ', '1', ''], ['do ', ';', ' while (0);'], ['for (;;) {', 'x = 1;', '}'], ['switch (a) { case 1: ', ';', '}'], ['1 << (', '1', ')'],
  ] as const);
  const nested = open.repeat(depth) + middle + (random.below(3) === 0 ? '' : close.repeat(depth));
  // Where a size stands, or wherever it falls.
  const size = /(dma_\w+\([^,()]*, )([^,()]+)/.exec(text.slice(random.below(text.length)));
  return size && random.below(2) === 0 ? text.replace(size[0], `${size[1] ?? ''}${nested}`) : insert(text, random.below(text.length), nested);
}

function explode(text: string, random: SeededRandom): string {
  const levels = 2 + random.below(60);
  const names = Array.from({ length: levels }, (_, n) => random.pick([
    n === 0 ? '#define M0 1' : `#define M${n} M${n - 1} + M${n - 1}`, n === 0 ? '#define M0 4' : `#define M${n} (M${n - 1} * M${n - 1} * M${n - 1})`, `#define M${n} M${(n + 1) % levels}`, `#define M${n}(x) M${n} x x`, `#define M${n}(x, ...) M${n - 1}(__VA_ARGS__, x, x)`,
  ]));
  const use = random.pick([`M${levels - 1}`, `M${levels - 1}(M${levels - 2})`, `sizeof(int[M${levels - 1}])`]);
  const size = /(dma_\w+\([^,()]*, )([^,()]+)/.exec(text);
  return `${names.join('\n')}\n${size ? text.replace(size[0], `${size[1] ?? ''}${use}`) : text}`;
}

/** Many functions, calls, members, macros, conditions: what a file of any length may hold. */
function multiply(text: string, random: SeededRandom): string {
  const count = 1 + random.below(3000);
  const each = random.pick<(n: number) => string>([
    (n) => `#define K${n} (K${Math.max(0, n - 1)} + 1)`, (n) => `static int f${n}(struct shape *s) { return f${n + 1}(s) + dma_map_single(s->dev, s, f${n}(s), 1); }`, (n) => `struct k${n} { struct k${n - 1} a[2]; int b; };`,
    (n) => `#ifdef K${n}\n#define L ${n}\n#else\nint l${n};\n#endif`, (n) => `#include "h${n}.h"`, (n) => (n === 0 ? '#if K\nint a;' : n === count - 1 ? '#endif' : `#elif K > ${n}\nint b${n};`), (n) => `enum { E${n} = E${n - 1} + 1 };`, (n) => `#undef K\n#define K ${n}`, () => '\ts->cpu = dma_alloc_coherent(s->dev, s->buf_len, &s->handle, GFP_KERNEL);', (n) => `\ts->buf_len = s->buf_len + ${n};`,
  ]);
  return insert(text, lineAt(text, random), `${Array.from({ length: count }, (_, n) => each(n)).join('\n')}\n`);
}
