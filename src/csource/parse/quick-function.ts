import { QuickNode } from './quick-node.ts';
import type { QuickText } from './quick-node.ts';
import { CHAR, END, NAME, NUMBER, STRING, WORD, operatorKind, quickTokens } from './quick-tokens.ts';
import type { QuickTokens } from './quick-tokens.ts';

/** Thrown, always the same, where the text is left to tree-sitter. */
const NOT_READ = new Error('not read');
const MAX_NESTING = 150;

const OPEN = operatorKind('(');
const CLOSE = operatorKind(')');
const OPEN_BRACE = operatorKind('{');
const CLOSE_BRACE = operatorKind('}');
const OPEN_SQUARE = operatorKind('[');
const CLOSE_SQUARE = operatorKind(']');
const COMMA = operatorKind(',');
const SEMICOLON = operatorKind(';');
const COLON = operatorKind(':');
const QUESTION = operatorKind('?');
const ASSIGN = operatorKind('=');
const STAR = operatorKind('*');
const AND = operatorKind('&');
const PLUS = operatorKind('+');
const MINUS = operatorKind('-');
const DOT = operatorKind('.');
const ARROW = operatorKind('->');
const ELLIPSIS = operatorKind('...');
const INCREMENT = operatorKind('++');
const DECREMENT = operatorKind('--');
const NOT = operatorKind('!');
const BOTH = operatorKind('&&');
const COMPLEMENT = operatorKind('~');

const ASSIGNMENTS: ReadonlySet<number> = new Set(['=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=', '&=', '^=', '|='].map(operatorKind));
const ASSIGNABLE: ReadonlySet<string> = new Set(['identifier', 'call_expression', 'field_expression', 'pointer_expression', 'subscript_expression', 'parenthesized_expression']);
/** As in the grammar: PREC. */
const BINARY: ReadonlyMap<number, number> = new Map(
  ([['||', 1], ['&&', 2], ['|', 3], ['^', 4], ['&', 5], ['==', 6], ['!=', 6], ['>', 7], ['>=', 7], ['<=', 7], ['<', 7], ['<<', 9], ['>>', 9], ['+', 10], ['-', 10], ['*', 11], ['/', 11], ['%', 11]] as const)
    .map(([text, precedence]) => [operatorKind(text), precedence]),
);

const STORAGE: ReadonlySet<string> = new Set(['static', 'extern', 'auto', 'register', 'inline', '__inline', '__inline__', '__forceinline', 'thread_local', '__thread']);
const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'constexpr', 'volatile', 'restrict', '__restrict__', '_Atomic', '_Noreturn', 'noreturn', '_Nonnull']);
const SIZED: ReadonlySet<string> = new Set(['signed', 'unsigned', 'long', 'short']);
const PRIMITIVE =
  /^(?:bool|char|int|float|double|void|s?size_t|ptrdiff_t|u?intptr_t|charptr_t|nullptr_t|max_align_t|u?int(?:8|16|32|64)_t|char(?:8|16|32|64)_t)$/;
const CONSTANTS: Readonly<Record<string, string>> = { TRUE: 'true', true: 'true', FALSE: 'false', false: 'false', NULL: 'null', nullptr: 'null' };

/**
 * Parses the text of one function into the tree that tree-sitter-c 0.24 makes of it, without comments and without what is
 * inside strings, at many times the speed.
 * @param text with annotations blanked
 * @returns the root; undefined where anything is met that this parser does not know for certain to read as tree-sitter does
 */
export function parseQuickFunction(text: string): QuickNode | undefined {
  const tokens = quickTokens(text);
  if (!tokens) return undefined;
  try {
    return new QuickParser(text, tokens).root();
  } catch (error) {
    if (error === NOT_READ) return undefined;
    throw error;
  }
}

class QuickParser {
  readonly #source: QuickText;
  readonly #kinds: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #words: readonly string[];
  #at = 0;
  #nesting = 0;

  constructor(text: string, tokens: QuickTokens) {
    this.#source = { text, nodes: 0 };
    this.#kinds = tokens.kinds;
    this.#starts = tokens.starts;
    this.#ends = tokens.ends;
    this.#words = tokens.words;
  }

  root(): QuickNode {
    const definition = this.#open('function_definition');
    this.#specifiers(definition);
    definition.add(this.#declarator(), 'declarator');
    if (this.#kind() !== OPEN_BRACE) throw NOT_READ;
    definition.add(this.#compound(), 'body');
    if (this.#kind() !== END) throw NOT_READ;
    const root = new QuickNode(this.#source, 'translation_unit', 0, this.#source.text.length);
    return root.add(this.#close(definition));
  }

  #kind(ahead = 0): number {
    return this.#kinds[this.#at + ahead] ?? END;
  }

  #word(ahead = 0): string {
    return this.#kind(ahead) === WORD ? (this.#words[this.#at + ahead] ?? '') : '';
  }

  #open(type: string): QuickNode {
    return new QuickNode(this.#source, type, this.#starts[this.#at] ?? 0, 0);
  }

  /** Around what begins with a node that was read already. */
  #around(type: string, first: QuickNode, field: string): QuickNode {
    return new QuickNode(this.#source, type, first.startIndex, 0).add(first, field);
  }

  /** Ends a node with the token before the present one. */
  #close(node: QuickNode): QuickNode {
    node.endIndex = this.#ends[this.#at - 1] ?? 0;
    return node;
  }

  /** A node of one token. */
  #leaf(type: string): QuickNode {
    const node = this.#open(type);
    this.#at++;
    return this.#close(node);
  }

  #expect(kind: number): void {
    if (this.#kind() !== kind) throw NOT_READ;
    this.#at++;
  }

  #name(type: string): QuickNode {
    if (this.#kind() !== NAME) throw NOT_READ;
    return this.#leaf(type);
  }

  #nested<T>(read: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw NOT_READ;
    const result = read();
    this.#nesting--;
    return result;
  }

  // Declarations

  /** Specifiers of a declaration, added to it. */
  #specifiers(into: QuickNode): void {
    this.#modifiers(into);
    into.add(this.#typeSpecifier(), 'type');
    this.#modifiers(into);
  }

  #modifiers(into: QuickNode): void {
    for (let word = this.#word(); word !== ''; word = this.#word()) {
      if (STORAGE.has(word)) into.add(this.#leaf('storage_class_specifier'));
      else if (QUALIFIERS.has(word)) into.add(this.#leaf('type_qualifier'));
      else return;
    }
  }

  #qualifiers(into: QuickNode): void {
    while (QUALIFIERS.has(this.#word())) into.add(this.#leaf('type_qualifier'));
  }

  #typeSpecifier(): QuickNode {
    const word = this.#word();
    if (word === '') {
      // NAME(…) may be a type made by a macro.
      if (this.#kind(1) === OPEN) throw NOT_READ;
      return this.#name('type_identifier');
    }
    if (SIZED.has(word)) return this.#sized();
    if (PRIMITIVE.test(word)) {
      const node = this.#leaf('primitive_type');
      if (SIZED.has(this.#word())) throw NOT_READ;
      return node;
    }
    if (word !== 'struct' && word !== 'union' && word !== 'enum') throw NOT_READ;
    const node = this.#open(`${word}_specifier`);
    this.#at++;
    node.add(this.#name('type_identifier'), 'name');
    if (this.#kind() === OPEN_BRACE || this.#kind() === COLON) throw NOT_READ;
    return this.#close(node);
  }

  #sized(): QuickNode {
    const node = this.#open('sized_type_specifier');
    while (SIZED.has(this.#word())) this.#at++;
    if (PRIMITIVE.test(this.#word())) node.add(this.#leaf('primitive_type'), 'type');
    else if (QUALIFIERS.has(this.#word())) throw NOT_READ;
    if (SIZED.has(this.#word())) throw NOT_READ;
    return this.#close(node);
  }

  #declarator(): QuickNode {
    return this.#nested(() => {
      if (this.#kind() === STAR) {
        const node = this.#open('pointer_declarator');
        this.#at++;
        this.#qualifiers(node);
        return this.#close(node.add(this.#declarator(), 'declarator'));
      }
      let node: QuickNode;
      if (this.#kind() === OPEN) {
        node = this.#open('parenthesized_declarator');
        this.#at++;
        node.add(this.#declarator());
        this.#expect(CLOSE);
        this.#close(node);
      } else node = this.#name('identifier');
      for (;;) {
        if (this.#kind() === OPEN) node = this.#close(this.#around('function_declarator', node, 'declarator').add(this.#parameters(), 'parameters'));
        else if (this.#kind() === OPEN_SQUARE) node = this.#arrayOf(node);
        else return node;
      }
    });
  }

  #arrayOf(declarator: QuickNode): QuickNode {
    const node = this.#around('array_declarator', declarator, 'declarator');
    this.#at++;
    if (this.#kind() !== CLOSE_SQUARE) {
      if (this.#kind() === STAR || this.#word() === 'static' || QUALIFIERS.has(this.#word())) throw NOT_READ;
      node.add(this.#expression(), 'size');
    }
    this.#expect(CLOSE_SQUARE);
    return this.#close(node);
  }

  #parameters(): QuickNode {
    const list = this.#open('parameter_list');
    this.#at++;
    while (this.#kind() !== CLOSE) {
      if (this.#kind() === ELLIPSIS) list.add(this.#leaf('variadic_parameter'));
      else {
        const parameter = this.#open('parameter_declaration');
        this.#specifiers(parameter);
        if (this.#kind() !== COMMA && this.#kind() !== CLOSE) {
          if (this.#kind() === OPEN && this.#kind(1) !== STAR) throw NOT_READ;
          if (!this.#abstractPointer(parameter)) parameter.add(this.#declarator(), 'declarator');
        }
        list.add(this.#close(parameter));
      }
      if (this.#kind() === COMMA) {
        this.#at++;
        if (this.#kind() === CLOSE) throw NOT_READ;
      } else if (this.#kind() !== CLOSE) throw NOT_READ;
    }
    this.#at++;
    return this.#close(list);
  }

  /** Reads `*`s that no name follows. @returns whether there were any */
  #abstractPointer(into: QuickNode): boolean {
    let ahead = 0;
    while (this.#kind(ahead) === STAR || QUALIFIERS.has(this.#word(ahead))) ahead++;
    if (ahead === 0 || this.#kind() !== STAR || (this.#kind(ahead) !== CLOSE && this.#kind(ahead) !== COMMA)) return false;
    const end = this.#at + ahead;
    let outer = into;
    const opened: QuickNode[] = [];
    while (this.#at < end) {
      const node = this.#open('abstract_pointer_declarator');
      this.#at++;
      this.#qualifiers(node);
      outer.add(node, 'declarator');
      opened.push(node);
      outer = node;
    }
    for (const node of opened) this.#close(node);
    return true;
  }

  #declaration(): QuickNode {
    const node = this.#open('declaration');
    this.#specifiers(node);
    for (;;) {
      let declarator = this.#declarator();
      if (declarator.type === 'parenthesized_declarator') throw NOT_READ;
      if (this.#kind() === ASSIGN) {
        const initialised = this.#around('init_declarator', declarator, 'declarator');
        this.#at++;
        declarator = this.#close(initialised.add(this.#initialiser(), 'value'));
      }
      node.add(declarator, 'declarator');
      if (this.#kind() === SEMICOLON) break;
      this.#expect(COMMA);
    }
    this.#at++;
    return this.#close(node);
  }

  #initialiser(): QuickNode {
    return this.#kind() === OPEN_BRACE ? this.#initialiserList() : this.#assignment();
  }

  #initialiserList(): QuickNode {
    return this.#nested(() => {
      const list = this.#open('initializer_list');
      this.#at++;
      while (this.#kind() !== CLOSE_BRACE) {
        list.add(this.#initialiserItem());
        if (this.#kind() === COMMA) this.#at++;
        else if (this.#kind() !== CLOSE_BRACE) throw NOT_READ;
      }
      this.#at++;
      return this.#close(list);
    });
  }

  #initialiserItem(): QuickNode {
    if (this.#kind() === NAME && this.#kind(1) === COLON) {
      const pair = this.#open('initializer_pair').add(this.#leaf('field_identifier'), 'designator');
      this.#at++;
      return this.#close(pair.add(this.#initialiser(), 'value'));
    }
    if (this.#kind() !== DOT && this.#kind() !== OPEN_SQUARE) return this.#initialiser();
    const pair = this.#open('initializer_pair');
    while (this.#kind() !== ASSIGN) pair.add(this.#designator(), 'designator');
    this.#at++;
    return this.#close(pair.add(this.#initialiser(), 'value'));
  }

  #designator(): QuickNode {
    if (this.#kind() === DOT) {
      const node = this.#open('field_designator');
      this.#at++;
      return this.#close(node.add(this.#name('field_identifier')));
    }
    const start = this.#at;
    this.#expect(OPEN_SQUARE);
    const value = this.#assignment();
    const range = this.#kind() === ELLIPSIS;
    const node = new QuickNode(this.#source, range ? 'subscript_range_designator' : 'subscript_designator', this.#starts[start] ?? 0, 0);
    node.add(value, range ? 'start' : '');
    if (range) {
      this.#at++;
      node.add(this.#assignment(), 'end');
    }
    this.#expect(CLOSE_SQUARE);
    return this.#close(node);
  }

  // Statements

  #compound(): QuickNode {
    return this.#nested(() => {
      const node = this.#open('compound_statement');
      this.#at++;
      while (this.#kind() !== CLOSE_BRACE) node.add(this.#item());
      this.#at++;
      return this.#close(node);
    });
  }

  /** A statement or declaration of a block. */
  #item(): QuickNode {
    return this.#declares() ? this.#declaration() : this.#statement();
  }

  /** Whether a declaration begins here rather than a statement; the grammar takes `a * b;` for one. */
  #declares(): boolean {
    const word = this.#word();
    if (word !== '') return STORAGE.has(word) || QUALIFIERS.has(word) || SIZED.has(word) || word === 'struct' || word === 'union' || word === 'enum' || PRIMITIVE.test(word);
    if (this.#kind() !== NAME) return false;
    const next = this.#kind(1);
    if (next === NAME) return true;
    if (next === WORD) {
      if (QUALIFIERS.has(this.#word(1))) return true;
      throw NOT_READ;
    }
    if (next !== STAR) return false;
    let ahead = 1;
    while (this.#kind(ahead) === STAR || QUALIFIERS.has(this.#word(ahead))) ahead++;
    if (this.#kind(ahead) === WORD) throw NOT_READ;
    if (this.#kind(ahead) !== NAME) return false;
    const behind = this.#kind(ahead + 1);
    if (behind === OPEN) throw NOT_READ;
    return behind === SEMICOLON || behind === COMMA || behind === ASSIGN || behind === OPEN_SQUARE;
  }

  #statement(): QuickNode {
    return this.#nested(() => {
      const kind = this.#kind();
      if (kind === OPEN_BRACE) return this.#compound();
      if (kind === NAME && this.#kind(1) === COLON) return this.#labeled();
      switch (this.#word()) {
        case 'if': return this.#if();
        case 'for': return this.#for();
        case 'while': return this.#while();
        case 'do': return this.#do();
        case 'switch': return this.#switch();
        case 'case': case 'default': return this.#case();
        case 'return': return this.#return();
        case 'break': return this.#jump('break_statement');
        case 'continue': return this.#jump('continue_statement');
        case 'goto': {
          const node = this.#open('goto_statement');
          this.#at++;
          node.add(this.#name('statement_identifier'), 'label');
          this.#expect(SEMICOLON);
          return this.#close(node);
        }
        default: {
          const node = this.#open('expression_statement');
          if (kind !== SEMICOLON) node.add(this.#expression());
          this.#expect(SEMICOLON);
          return this.#close(node);
        }
      }
    });
  }

  #labeled(): QuickNode {
    const node = this.#open('labeled_statement').add(this.#leaf('statement_identifier'), 'label');
    this.#at++;
    if (this.#kind() === CLOSE_BRACE) throw NOT_READ;
    return this.#close(node.add(this.#item()));
  }

  #condition(): QuickNode {
    if (this.#kind() !== OPEN) throw NOT_READ;
    return this.#parenthesized();
  }

  #if(): QuickNode {
    const node = this.#open('if_statement');
    this.#at++;
    node.add(this.#condition(), 'condition').add(this.#statement(), 'consequence');
    if (this.#word() === 'else') {
      const other = this.#open('else_clause');
      this.#at++;
      node.add(this.#close(other.add(this.#statement())), 'alternative');
    }
    return this.#close(node);
  }

  #for(): QuickNode {
    const node = this.#open('for_statement');
    this.#at++;
    this.#expect(OPEN);
    if (this.#declares()) node.add(this.#declaration(), 'initializer');
    else this.#part(node, 'initializer', SEMICOLON);
    this.#part(node, 'condition', SEMICOLON);
    this.#part(node, 'update', CLOSE);
    return this.#close(node.add(this.#statement(), 'body'));
  }

  #part(node: QuickNode, field: string, end: number): void {
    if (this.#kind() !== end) node.add(this.#expression(), field);
    this.#expect(end);
  }

  #while(): QuickNode {
    const node = this.#open('while_statement');
    this.#at++;
    return this.#close(node.add(this.#condition(), 'condition').add(this.#statement(), 'body'));
  }

  #do(): QuickNode {
    const node = this.#open('do_statement');
    this.#at++;
    node.add(this.#statement(), 'body');
    if (this.#word() !== 'while') throw NOT_READ;
    this.#at++;
    node.add(this.#condition(), 'condition');
    this.#expect(SEMICOLON);
    return this.#close(node);
  }

  #switch(): QuickNode {
    const node = this.#open('switch_statement');
    this.#at++;
    node.add(this.#condition(), 'condition');
    if (this.#kind() !== OPEN_BRACE) throw NOT_READ;
    return this.#close(node.add(this.#compound(), 'body'));
  }

  #case(): QuickNode {
    const node = this.#open('case_statement');
    const isDefault = this.#word() === 'default';
    this.#at++;
    if (!isDefault) node.add(this.#assignment(), 'value');
    this.#expect(COLON);
    while (this.#kind() !== CLOSE_BRACE && this.#word() !== 'case' && this.#word() !== 'default') {
      // Only a branch without braces ends here.
      if (this.#word() === 'else') throw NOT_READ;
      node.add(this.#item());
    }
    return this.#close(node);
  }

  #return(): QuickNode {
    const node = this.#open('return_statement');
    this.#at++;
    if (this.#kind() !== SEMICOLON) node.add(this.#expression());
    this.#expect(SEMICOLON);
    return this.#close(node);
  }

  #jump(type: string): QuickNode {
    const node = this.#open(type);
    this.#at++;
    this.#expect(SEMICOLON);
    return this.#close(node);
  }

  // Expressions

  /** With commas. */
  #expression(): QuickNode {
    const left = this.#assignment();
    if (this.#kind() !== COMMA) return left;
    const node = this.#around('comma_expression', left, 'left');
    this.#at++;
    return this.#close(node.add(this.#nested(() => this.#expression()), 'right'));
  }

  #assignment(): QuickNode {
    return this.#nested(() => {
      const left = this.#conditional();
      if (!ASSIGNMENTS.has(this.#kind())) return left;
      if (!ASSIGNABLE.has(left.type)) throw NOT_READ;
      const node = this.#around('assignment_expression', left, 'left');
      this.#operator(node);
      return this.#close(node.add(this.#assignment(), 'right'));
    });
  }

  #operator(node: QuickNode): void {
    node.operator(this.#starts[this.#at] ?? 0, this.#ends[this.#at] ?? 0);
    this.#at++;
  }

  #conditional(): QuickNode {
    const condition = this.#binary(1);
    if (this.#kind() !== QUESTION) return condition;
    const node = this.#around('conditional_expression', condition, 'condition');
    this.#at++;
    if (this.#kind() !== COLON) node.add(this.#expression(), 'consequence');
    this.#expect(COLON);
    node.add(this.#nested(() => this.#conditional()), 'alternative');
    // The grammar makes the assignment a part of the last operand.
    if (ASSIGNMENTS.has(this.#kind())) throw NOT_READ;
    return this.#close(node);
  }

  #binary(least: number): QuickNode {
    let left = this.#unary();
    for (;;) {
      const precedence = BINARY.get(this.#kind());
      if (precedence === undefined || precedence < least) return left;
      const node = this.#around('binary_expression', left, 'left');
      this.#operator(node);
      node.add(this.#binary(precedence + 1), 'right');
      if (ASSIGNMENTS.has(this.#kind())) throw NOT_READ;
      left = this.#close(node);
    }
  }

  #unary(): QuickNode {
    return this.#nested(() => {
      const kind = this.#kind();
      if ((kind === MINUS || kind === PLUS) && this.#kind(1) === NUMBER && this.#ends[this.#at] === this.#starts[this.#at + 1]) {
        const node = this.#open('number_literal');
        this.#at += 2;
        return this.#alone(this.#close(node));
      }
      if (kind === NOT || kind === COMPLEMENT || kind === MINUS || kind === PLUS || kind === STAR || kind === AND) {
        const pointer = kind === STAR || kind === AND;
        const node = this.#open(pointer ? 'pointer_expression' : 'unary_expression');
        this.#operator(node);
        const argument = this.#unary();
        // The grammar reads `!x++` as `(!x)++`.
        if (!pointer && argument.type === 'update_expression') throw NOT_READ;
        return this.#close(node.add(argument, 'argument'));
      }
      if (kind === INCREMENT || kind === DECREMENT) {
        const node = this.#open('update_expression');
        this.#operator(node);
        const argument = this.#unary();
        if (argument.type === 'update_expression') throw NOT_READ;
        return this.#close(node.add(argument, 'argument'));
      }
      if (this.#word() === 'sizeof') return this.#sizeof();
      if (kind === OPEN && this.#opensType()) return this.#cast();
      const primary = this.#primary();
      return primary.type === 'identifier' || primary.type === 'parenthesized_expression' ? this.#postfix(primary) : this.#alone(primary);
    });
  }

  /** Whether a type stands in the brackets that open here; a lone name there is none, unless an operand follows. */
  #opensType(): boolean {
    const word = this.#word(1);
    if (QUALIFIERS.has(word) || SIZED.has(word) || word === 'struct' || word === 'union' || word === 'enum' || (word !== '' && PRIMITIVE.test(word))) return true;
    if (this.#kind(1) !== NAME) return false;
    if (this.#kind(2) === STAR || QUALIFIERS.has(this.#word(2))) {
      let ahead = 2;
      while (this.#kind(ahead) === STAR || QUALIFIERS.has(this.#word(ahead))) ahead++;
      return this.#kind(ahead) === CLOSE;
    }
    if (this.#kind(2) !== CLOSE) return false;
    switch (this.#kind(3)) {
      case NAME: case NUMBER: case STRING: case CHAR: case NOT: case COMPLEMENT: case OPEN_BRACE: return true;
      case WORD: return this.#word(3) === 'sizeof' || this.#word(3) in CONSTANTS;
      // Either is possible, and the grammar's choice depends on what follows.
      case MINUS: case PLUS: case AND: case BOTH: case STAR: case INCREMENT: case DECREMENT: throw NOT_READ;
      case OPEN:
        if (this.#kind(4) === NAME && this.#kind(5) === CLOSE) throw NOT_READ;
        return false;
      default: return false;
    }
  }

  #typeDescriptor(): QuickNode {
    const node = this.#open('type_descriptor');
    this.#qualifiers(node);
    node.add(this.#typeSpecifier(), 'type');
    this.#qualifiers(node);
    if (this.#kind() !== CLOSE && !this.#abstractPointer(node)) throw NOT_READ;
    return this.#close(node);
  }

  #cast(): QuickNode {
    const start = this.#starts[this.#at] ?? 0;
    this.#at++;
    const type = this.#typeDescriptor();
    this.#expect(CLOSE);
    const literal = this.#kind() === OPEN_BRACE;
    const node = new QuickNode(this.#source, literal ? 'compound_literal_expression' : 'cast_expression', start, 0).add(type, 'type');
    if (!literal) return this.#close(node.add(this.#unary(), 'value'));
    return this.#postfix(this.#close(node.add(this.#initialiserList(), 'value')));
  }

  #sizeof(): QuickNode {
    const node = this.#open('sizeof_expression');
    this.#at++;
    const lone = this.#kind() === OPEN && this.#kind(1) === NAME && this.#kind(2) === CLOSE;
    if (lone) {
      // What follows decides what the grammar takes the name for.
      const next = this.#kind(3);
      if (next === OPEN || next === OPEN_SQUARE || next === DOT || next === ARROW || next === INCREMENT || next === DECREMENT || next === OPEN_BRACE) throw NOT_READ;
      return this.#close(node.add(this.#parenthesized(), 'value'));
    }
    if (this.#kind() !== OPEN || !this.#opensType()) return this.#close(node.add(this.#unary(), 'value'));
    this.#at++;
    node.add(this.#typeDescriptor(), 'type');
    this.#expect(CLOSE);
    if (this.#kind() === OPEN_BRACE) throw NOT_READ;
    return this.#close(node);
  }

  #primary(): QuickNode {
    switch (this.#kind()) {
      case NAME: {
        const node = this.#leaf('identifier');
        return this.#kind() === STRING ? this.#strings(node) : node;
      }
      case NUMBER: return this.#leaf('number_literal');
      case CHAR: return this.#leaf('char_literal');
      case STRING: {
        const node = this.#leaf('string_literal');
        return this.#kind() === STRING || this.#kind() === NAME ? this.#strings(node) : node;
      }
      case OPEN: return this.#parenthesized();
      case WORD: {
        const type = CONSTANTS[this.#word()];
        if (type === undefined) throw NOT_READ;
        return this.#leaf(type);
      }
      default: throw NOT_READ;
    }
  }

  /** Strings side by side, with macros that stand for strings. */
  #strings(first: QuickNode): QuickNode {
    const node = this.#around('concatenated_string', first, '');
    while (this.#kind() === STRING || this.#kind() === NAME) node.add(this.#leaf(this.#kind() === STRING ? 'string_literal' : 'identifier'));
    return this.#close(node);
  }

  #parenthesized(): QuickNode {
    // `(f())` may be a type to the grammar.
    if (this.#kind(1) === NAME && this.#kind(2) === OPEN && this.#kind(3) === CLOSE) throw NOT_READ;
    const node = this.#open('parenthesized_expression');
    this.#at++;
    node.add(this.#kind() === OPEN_BRACE ? this.#compound() : this.#nested(() => this.#expression()));
    this.#expect(CLOSE);
    return this.#close(node);
  }

  /** What is neither called nor indexed: a constant, or `x++`. */
  #alone(node: QuickNode): QuickNode {
    const kind = this.#kind();
    if (kind === OPEN || kind === OPEN_SQUARE || kind === DOT || kind === ARROW || kind === INCREMENT || kind === DECREMENT) throw NOT_READ;
    return node;
  }

  #postfix(first: QuickNode): QuickNode {
    let node = first;
    for (;;) {
      switch (this.#kind()) {
        case OPEN:
          node = this.#close(this.#around('call_expression', node, 'function').add(this.#arguments(), 'arguments'));
          break;
        case OPEN_SQUARE: {
          const outer = this.#around('subscript_expression', node, 'argument');
          this.#at++;
          outer.add(this.#assignment(), 'index');
          this.#expect(CLOSE_SQUARE);
          node = this.#close(outer);
          break;
        }
        case DOT: case ARROW: {
          const outer = this.#around('field_expression', node, 'argument');
          this.#operator(outer);
          node = this.#close(outer.add(this.#name('field_identifier'), 'field'));
          break;
        }
        case INCREMENT: case DECREMENT: {
          const outer = this.#around('update_expression', node, 'argument');
          this.#operator(outer);
          return this.#alone(this.#close(outer));
        }
        default: return node;
      }
    }
  }

  #arguments(): QuickNode {
    const list = this.#open('argument_list');
    this.#at++;
    while (this.#kind() !== CLOSE) {
      list.add(this.#kind() === OPEN_BRACE ? this.#compound() : this.#assignment());
      if (this.#kind() === COMMA) {
        this.#at++;
        if (this.#kind() === CLOSE) throw NOT_READ;
      } else if (this.#kind() !== CLOSE) throw NOT_READ;
    }
    this.#at++;
    return this.#close(list);
  }
}
