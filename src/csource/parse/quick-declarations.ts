import { OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, OPEN_SQUARE, CLOSE_SQUARE, COMMA, SEMICOLON, COLON, ASSIGN, STAR, AND, PLUS, MINUS, DOT, ELLIPSIS, INCREMENT, DECREMENT, NOT, BOTH, COMPLEMENT } from './quick-kinds.ts';
import { QuickNode } from './quick-node.ts';
import { NOT_READ, QuickReader } from './quick-reader.ts';
import { CHAR, NAME, NUMBER, STRING, WORD } from './quick-tokens.ts';

const STORAGE: ReadonlySet<string> = new Set(['static', 'extern', 'auto', 'register', 'inline', '__inline', '__inline__', '__forceinline', 'thread_local', '__thread']);
const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'constexpr', 'volatile', 'restrict', '__restrict__', '_Atomic', '_Noreturn', 'noreturn', '_Nonnull']);
const SIZED: ReadonlySet<string> = new Set(['signed', 'unsigned', 'long', 'short']);
const PRIMITIVE =
  /^(?:bool|char|int|float|double|void|s?size_t|ptrdiff_t|u?intptr_t|charptr_t|nullptr_t|max_align_t|u?int(?:8|16|32|64)_t|char(?:8|16|32|64)_t)$/;
/** Words that are constants, by the node that each makes. */
export const CONSTANTS: Readonly<Record<string, string>> = { TRUE: 'true', true: 'true', FALSE: 'false', false: 'false', NULL: 'null', nullptr: 'null' };

/** Declarations, types and initialisers, as tree-sitter's grammar has them. */
export abstract class QuickDeclarations extends QuickReader {
  /** With commas. */
  protected abstract expression(): QuickNode;
  protected abstract assignment(): QuickNode;

  /** Specifiers of a declaration, added to it. */
  protected specifiers(into: QuickNode): void {
    this.modifiers(into);
    into.add(this.typeSpecifier(), 'type');
    this.modifiers(into);
  }

  protected modifiers(into: QuickNode): void {
    for (let word = this.word(); word !== ''; word = this.word()) {
      if (STORAGE.has(word)) into.add(this.leaf('storage_class_specifier'));
      else if (QUALIFIERS.has(word)) into.add(this.leaf('type_qualifier'));
      else return;
    }
  }

  protected qualifiers(into: QuickNode): void {
    while (QUALIFIERS.has(this.word())) into.add(this.leaf('type_qualifier'));
  }

  protected typeSpecifier(): QuickNode {
    const word = this.word();
    if (word === '') {
      // NAME(…) may be a type made by a macro.
      if (this.kind(1) === OPEN) throw NOT_READ;
      return this.name('type_identifier');
    }
    if (SIZED.has(word)) return this.sized();
    if (PRIMITIVE.test(word)) {
      const node = this.leaf('primitive_type');
      if (SIZED.has(this.word())) throw NOT_READ;
      return node;
    }
    if (word !== 'struct' && word !== 'union' && word !== 'enum') throw NOT_READ;
    const node = this.open(`${word}_specifier`);
    this.at++;
    node.add(this.name('type_identifier'), 'name');
    if (this.kind() === OPEN_BRACE || this.kind() === COLON) throw NOT_READ;
    return this.close(node);
  }

  protected sized(): QuickNode {
    const node = this.open('sized_type_specifier');
    while (SIZED.has(this.word())) this.at++;
    if (PRIMITIVE.test(this.word())) node.add(this.leaf('primitive_type'), 'type');
    else if (QUALIFIERS.has(this.word())) throw NOT_READ;
    if (SIZED.has(this.word())) throw NOT_READ;
    return this.close(node);
  }

  protected declarator(): QuickNode {
    return this.nested(() => {
      if (this.kind() === STAR) {
        const node = this.open('pointer_declarator');
        this.at++;
        this.qualifiers(node);
        return this.close(node.add(this.declarator(), 'declarator'));
      }
      let node: QuickNode;
      if (this.kind() === OPEN) {
        node = this.open('parenthesized_declarator');
        this.at++;
        node.add(this.declarator());
        this.expect(CLOSE);
        this.close(node);
      } else node = this.name('identifier');
      for (;;) {
        if (this.kind() === OPEN) node = this.close(this.around('function_declarator', node, 'declarator').add(this.parameters(), 'parameters'));
        else if (this.kind() === OPEN_SQUARE) node = this.arrayOf(node);
        else return node;
      }
    });
  }

  protected arrayOf(declarator: QuickNode): QuickNode {
    const node = this.around('array_declarator', declarator, 'declarator');
    this.at++;
    if (this.kind() !== CLOSE_SQUARE) {
      if (this.kind() === STAR || this.word() === 'static' || QUALIFIERS.has(this.word())) throw NOT_READ;
      node.add(this.expression(), 'size');
    }
    this.expect(CLOSE_SQUARE);
    return this.close(node);
  }

  protected parameters(): QuickNode {
    const list = this.open('parameter_list');
    this.at++;
    while (this.kind() !== CLOSE) {
      if (this.kind() === ELLIPSIS) list.add(this.leaf('variadic_parameter'));
      else {
        const parameter = this.open('parameter_declaration');
        this.specifiers(parameter);
        if (this.kind() !== COMMA && this.kind() !== CLOSE) {
          if (this.kind() === OPEN && this.kind(1) !== STAR) throw NOT_READ;
          if (!this.abstractPointer(parameter)) parameter.add(this.declarator(), 'declarator');
        }
        list.add(this.close(parameter));
      }
      if (this.kind() === COMMA) {
        this.at++;
        if (this.kind() === CLOSE) throw NOT_READ;
      } else if (this.kind() !== CLOSE) throw NOT_READ;
    }
    this.at++;
    return this.close(list);
  }

  /** Reads `*`s that no name follows. @returns whether there were any */
  protected abstractPointer(into: QuickNode): boolean {
    let ahead = 0;
    while (this.kind(ahead) === STAR || QUALIFIERS.has(this.word(ahead))) ahead++;
    if (ahead === 0 || this.kind() !== STAR || (this.kind(ahead) !== CLOSE && this.kind(ahead) !== COMMA)) return false;
    const end = this.at + ahead;
    let outer = into;
    const opened: QuickNode[] = [];
    while (this.at < end) {
      const node = this.open('abstract_pointer_declarator');
      this.at++;
      this.qualifiers(node);
      outer.add(node, 'declarator');
      opened.push(node);
      outer = node;
    }
    for (const node of opened) this.close(node);
    return true;
  }

  protected declaration(): QuickNode {
    const node = this.open('declaration');
    this.specifiers(node);
    for (;;) {
      let declarator = this.declarator();
      if (declarator.type === 'parenthesized_declarator') throw NOT_READ;
      if (this.kind() === ASSIGN) {
        const initialised = this.around('init_declarator', declarator, 'declarator');
        this.at++;
        declarator = this.close(initialised.add(this.initialiser(), 'value'));
      }
      node.add(declarator, 'declarator');
      if (this.kind() === SEMICOLON) break;
      this.expect(COMMA);
    }
    this.at++;
    return this.close(node);
  }

  protected initialiser(): QuickNode {
    return this.kind() === OPEN_BRACE ? this.initialiserList() : this.assignment();
  }

  protected initialiserList(): QuickNode {
    return this.nested(() => {
      const list = this.open('initializer_list');
      this.at++;
      while (this.kind() !== CLOSE_BRACE) {
        list.add(this.initialiserItem());
        if (this.kind() === COMMA) this.at++;
        else if (this.kind() !== CLOSE_BRACE) throw NOT_READ;
      }
      this.at++;
      return this.close(list);
    });
  }

  protected initialiserItem(): QuickNode {
    if (this.kind() === NAME && this.kind(1) === COLON) {
      const pair = this.open('initializer_pair').add(this.leaf('field_identifier'), 'designator');
      this.at++;
      return this.close(pair.add(this.initialiser(), 'value'));
    }
    if (this.kind() !== DOT && this.kind() !== OPEN_SQUARE) return this.initialiser();
    const pair = this.open('initializer_pair');
    while (this.kind() !== ASSIGN) pair.add(this.designator(), 'designator');
    this.at++;
    return this.close(pair.add(this.initialiser(), 'value'));
  }

  protected designator(): QuickNode {
    if (this.kind() === DOT) {
      const node = this.open('field_designator');
      this.at++;
      return this.close(node.add(this.name('field_identifier')));
    }
    const start = this.at;
    this.expect(OPEN_SQUARE);
    const value = this.assignment();
    const range = this.kind() === ELLIPSIS;
    const node = new QuickNode(this.source, range ? 'subscript_range_designator' : 'subscript_designator', this.starts[start] ?? 0, 0);
    node.add(value, range ? 'start' : '');
    if (range) {
      this.at++;
      node.add(this.assignment(), 'end');
    }
    this.expect(CLOSE_SQUARE);
    return this.close(node);
  }

  /** Whether a type stands in the brackets that open here; a lone name there is none, unless an operand follows. */
  protected opensType(): boolean {
    const word = this.word(1);
    if (QUALIFIERS.has(word) || SIZED.has(word) || word === 'struct' || word === 'union' || word === 'enum' || (word !== '' && PRIMITIVE.test(word))) return true;
    if (this.kind(1) !== NAME) return false;
    if (this.kind(2) === STAR || QUALIFIERS.has(this.word(2))) {
      let ahead = 2;
      while (this.kind(ahead) === STAR || QUALIFIERS.has(this.word(ahead))) ahead++;
      return this.kind(ahead) === CLOSE;
    }
    if (this.kind(2) !== CLOSE) return false;
    switch (this.kind(3)) {
      case NAME: case NUMBER: case STRING: case CHAR: case NOT: case COMPLEMENT: case OPEN_BRACE: return true;
      case WORD: return this.word(3) === 'sizeof' || this.word(3) in CONSTANTS;
      // Either is possible, and the grammar's choice depends on what follows.
      case MINUS: case PLUS: case AND: case BOTH: case STAR: case INCREMENT: case DECREMENT: throw NOT_READ;
      case OPEN:
        if (this.kind(4) === NAME && this.kind(5) === CLOSE) throw NOT_READ;
        return false;
      default: return false;
    }
  }

  protected typeDescriptor(): QuickNode {
    const node = this.open('type_descriptor');
    this.qualifiers(node);
    node.add(this.typeSpecifier(), 'type');
    this.qualifiers(node);
    if (this.kind() !== CLOSE && !this.abstractPointer(node)) throw NOT_READ;
    return this.close(node);
  }

  /** Whether a declaration begins here rather than a statement; the grammar takes `a * b;` for one. */
  protected declares(): boolean {
    const word = this.word();
    if (word !== '') return STORAGE.has(word) || QUALIFIERS.has(word) || SIZED.has(word) || word === 'struct' || word === 'union' || word === 'enum' || PRIMITIVE.test(word);
    if (this.kind() !== NAME) return false;
    const next = this.kind(1);
    if (next === NAME) return true;
    if (next === WORD) {
      if (QUALIFIERS.has(this.word(1))) return true;
      throw NOT_READ;
    }
    if (next !== STAR) return false;
    let ahead = 1;
    while (this.kind(ahead) === STAR || QUALIFIERS.has(this.word(ahead))) ahead++;
    if (this.kind(ahead) === WORD) throw NOT_READ;
    if (this.kind(ahead) !== NAME) return false;
    const behind = this.kind(ahead + 1);
    if (behind === OPEN) throw NOT_READ;
    return behind === SEMICOLON || behind === COMMA || behind === ASSIGN || behind === OPEN_SQUARE;
  }
}
