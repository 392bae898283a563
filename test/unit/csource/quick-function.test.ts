import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { Language, Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseQuickFunction } from '../../../src/csource/parse/quick-function.ts';
import type { SyntaxNode } from '../../../src/csource/parse/syntax-node.ts';

const require = createRequire(import.meta.url);
const FIELDS = [
  'type', 'declarator', 'value', 'body', 'condition', 'consequence', 'alternative', 'initializer', 'update', 'left', 'right', 'operator', 'function', 'arguments',
  'argument', 'index', 'field', 'label', 'designator', 'parameters', 'size', 'name', 'start', 'end',
];

let parser: Parser;

beforeAll(async () => {
  await Parser.init({ wasmBinary: readFileSync(join(dirname(require.resolve('web-tree-sitter')), 'web-tree-sitter.wasm')) });
  parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(join(dirname(require.resolve('tree-sitter-c/package.json')), 'tree-sitter-c.wasm'))));
});

/** A tree as lines: type, range, and which children stand in which fields; no comments, nothing inside strings. */
function drawn(node: SyntaxNode, depth = 0): string[] {
  const children = node.type === 'string_literal' || node.type === 'char_literal' ? [] : node.namedChildren.filter((child) => child.type !== 'comment');
  const fields = FIELDS.flatMap((name) => {
    const child = node.childForFieldName(name);
    return child && child.type !== 'comment' ? [`${name} ${child.startIndex}-${child.endIndex}`] : [];
  });
  return [`${' '.repeat(depth)}${node.type} ${node.startIndex}-${node.endIndex} ${fields.join(' ')}`, ...children.flatMap((child) => drawn(child, depth + 1))];
}

/** What tree-sitter makes of a text; undefined where it is not one function without errors. */
function reference(text: string): string[] | undefined {
  const tree = parser.parse(text);
  if (!tree) throw new Error('no tree');
  try {
    const inside = tree.rootNode.namedChildren.filter((child) => child.type !== 'comment');
    const [only] = inside;
    return inside.length === 1 && only?.type === 'function_definition' && !tree.rootNode.hasError ? drawn(only) : undefined;
  } finally {
    tree.delete();
  }
}

function quick(text: string): string[] | undefined {
  const only = parseQuickFunction(text)?.namedChild(0);
  return only ? drawn(only) : undefined;
}

const around = (statements: string): string => `static int probe(struct device *dev, unsigned int n)\n{\n${statements}\n}\n`;

const READ = [
  'u32 *p = (u32 *)dma_alloc_coherent(dev, sizeof(struct ring) * n, &handle, GFP_KERNEL | __GFP_ZERO);',
  'for (int i = 0; i < ARRAY_SIZE(table); i++)\n\tif (!table[i].size)\n\t\tcontinue;\n\telse if (i == 3) { break; }\n\telse return -EINVAL;',
  'struct pair pairs[] = { [0] = { .a = 1, .b.c = 2 }, [1 ... 3] = { 4, }, };',
  'switch (n) {\ncase ONE:\ncase 2: {\n\tint x;\n\n\tx = 1;\n\tbreak;\n}\ndefault:\n\tgoto out;\n}\nout:\n\treturn 0;',
  'do {\n\tp->next->size += -1;\n} while (--n && p++);',
  'dev_err(dev, "size %zu " PRIu64 "\\n", sizeof(*p), sizeof(unsigned long) * (n + 1));',
  'x = a ? b : c ? d : e;\ny = a ?: b, z = &p->q[(int)n];\n*q = ~(u8)x;',
  'return ({ int y = f(); y; });',
  'const struct ops *ops = of_device_get_match_data(dev); /* note */ unsigned long long w;\nlong v, *u = NULL;\nstatic const char * const names[3];',
  'a * b;\na * b = c;\na * b->c;\nfoo(bar);\n(*fn)(x);\nfoo_t c;\nfoo_t d[4];',
  'while (pos, head, member) {\n\tkfree(pos);\n}\nif (x == \'\\n\' && y <<= 2) ;',
];

describe('the quick function parser', () => {
  it.each(READ.slice(0, -1))('reads %j as tree-sitter does', (statements) => {
    const text = around(statements);
    expect(quick(text)).toBeDefined();
    expect(quick(text)).toEqual(reference(text));
  });

  it.each([
    'static inline void __iomem_free(void)\n{\n}\n',
    'int\nname(int (*callback)(void *, int), const char *format, ...)\n{\n\treturn 0;\n}\n',
    'static struct page **pages_of(const struct sg_table *, size_t, u8 [4])\n{\n\treturn NULL;\n}\n',
  ])('reads the head of %j as tree-sitter does', (text) => {
    const read = quick(text);
    if (read) expect(read).toEqual(reference(text));
  });

  it.each([
    READ.at(-1) ?? '', '#ifdef A\nx();\n#endif', 'min_t(unsigned int, a, b);', 'x = (a)-b*c;', 'x = sizeof(a)(b);', '!x++;', '(b) && c;', 'a * b(c);', 'x = 460A;', 'FOO(x) y;', 'x = 1',
    'asm volatile("nop");', 'case 1 ... 2: x();', 'out:', 'a = "b\\\nc";', 'x = (a', '', 'f(,);', 'int x = {1, , 2};', 'typeof(x) y = z;', 'if (x) else y;', 'enum { A } x;',
  ])('never reads %j in another way', (statements) => {
    const text = around(statements);
    const read = quick(text);
    if (read) expect(read).toEqual(reference(text));
  });

  it('reads generated code as tree-sitter does, or not at all', () => {
    const name = fc.constantFrom('a', 'b', 'size', 'T', 'foo_t', 'x1');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        name,
        fc.constantFrom('NULL', '1', '0x20UL', '-1', '"s"', "'c'", '- 1', 'sizeof(T)', 'sizeof(struct s)', 'sizeof(int *)', 'sizeof a'),
        fc.tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/', '&', '&&', '||', '<<', '<', '==', '|', '?:', ',', '=', '|='), tie('expression')).map(([a, op, b]) => `${a} ${op} ${b}`),
        fc.tuple(fc.constantFrom('!', '~', '-', '*', '&', '++', '--', '(T)', '(u32)', '(struct s *)', '(T *)', '(unsigned long)', 'sizeof '), tie('expression')).map(([op, a]) => `${op}${a}`),
        fc.tuple(tie('expression'), fc.constantFrom('++', '--', '.f', '->f', '[1]', '()', '(a, b)', '(*b)')).map(([a, op]) => `${a}${op}`),
        tie('expression').map((a) => `(${a})`),
        fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
      ),
    }));
    const { statement } = fc.letrec<{ statement: string }>((tie) => ({
      statement: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        expression.map((e) => `${e};`),
        fc.tuple(fc.constantFrom('int', 'T', 'const T', 'struct s', 'unsigned', 'static u8', 'unsigned long'), fc.constantFrom('', '*', '**', '* const '), name, expression).map(([t, p, n, e]) => `${t} ${p}${n} = ${e};`),
        fc.tuple(name, fc.constantFrom('', '*', '**'), name).map(([t, p, n]) => `${t} ${p}${n};`),
        fc.tuple(expression, tie('statement')).map(([e, s]) => `if (${e}) ${s}`),
        fc.tuple(expression, tie('statement'), tie('statement')).map(([e, s, o]) => `if (${e}) ${s} else ${o}`),
        fc.tuple(expression, tie('statement')).map(([e, s]) => `while (${e}) ${s}`),
        fc.tuple(tie('statement'), expression).map(([s, e]) => `do ${s} while (${e});`),
        fc.tuple(expression, fc.array(tie('statement'), { maxLength: 3 })).map(([e, list]) => `switch (${e}) { case 1: ${list.join(' ')} default: break; }`),
        fc.array(tie('statement'), { maxLength: 3 }).map((list) => `{ ${list.join('\n')} }`),
        tie('statement').map((s) => `out: ${s}`),
        expression.map((e) => `return ${e};`),
        fc.constantFrom(';', 'break;', 'goto out;', '/* c */ ;'),
      ),
    }));
    fc.assert(fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (list) => {
      const text = around(list.join('\n'));
      const read = quick(text);
      if (read) expect(read).toEqual(reference(text));
    }), { numRuns: 1500, seed: 20 });
  }, 120_000);
});
