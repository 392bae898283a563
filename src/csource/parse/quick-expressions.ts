import { CONSTANTS, QuickDeclarations } from './quick-declarations.ts';
import { OPEN, CLOSE, OPEN_BRACE, OPEN_SQUARE, CLOSE_SQUARE, COMMA, COLON, QUESTION, STAR, AND, PLUS, MINUS, DOT, ARROW, INCREMENT, DECREMENT, NOT, COMPLEMENT } from './quick-kinds.ts';
import { QuickNode } from './quick-node.ts';
import { NOT_READ } from './quick-reader.ts';
import { CHAR, NAME, NUMBER, STRING, WORD, operatorKind } from './quick-tokens.ts';

const ASSIGNMENTS: ReadonlySet<number> = new Set(['=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=', '&=', '^=', '|='].map(operatorKind));
const ASSIGNABLE: ReadonlySet<string> = new Set(['identifier', 'call_expression', 'field_expression', 'pointer_expression', 'subscript_expression', 'parenthesized_expression']);
/** As in the grammar: PREC. */
const BINARY: ReadonlyMap<number, number> = new Map(
  ([['||', 1], ['&&', 2], ['|', 3], ['^', 4], ['&', 5], ['==', 6], ['!=', 6], ['>', 7], ['>=', 7], ['<=', 7], ['<', 7], ['<<', 9], ['>>', 9], ['+', 10], ['-', 10], ['*', 11], ['/', 11], ['%', 11]] as const)
    .map(([text, precedence]) => [operatorKind(text), precedence]),
);

/** Expressions, as tree-sitter's grammar has them. */
export abstract class QuickExpressions extends QuickDeclarations {
  protected abstract compound(): QuickNode;

  /** With commas. */
  protected expression(): QuickNode {
    const left = this.assignment();
    if (this.kind() !== COMMA) return left;
    const node = this.around('comma_expression', left, 'left');
    this.at++;
    return this.close(node.add(this.nested(() => this.expression()), 'right'));
  }

  protected assignment(): QuickNode {
    return this.nested(() => {
      const left = this.conditional();
      if (!ASSIGNMENTS.has(this.kind())) return left;
      if (!ASSIGNABLE.has(left.type)) throw NOT_READ;
      const node = this.around('assignment_expression', left, 'left');
      this.operator(node);
      return this.close(node.add(this.assignment(), 'right'));
    });
  }

  protected conditional(): QuickNode {
    const condition = this.binary(1);
    if (this.kind() !== QUESTION) return condition;
    const node = this.around('conditional_expression', condition, 'condition');
    this.at++;
    if (this.kind() !== COLON) node.add(this.expression(), 'consequence');
    this.expect(COLON);
    node.add(this.nested(() => this.conditional()), 'alternative');
    // The grammar makes the assignment a part of the last operand.
    if (ASSIGNMENTS.has(this.kind())) throw NOT_READ;
    return this.close(node);
  }

  protected binary(least: number): QuickNode {
    let left = this.unary();
    for (;;) {
      const precedence = BINARY.get(this.kind());
      if (precedence === undefined || precedence < least) return left;
      const node = this.around('binary_expression', left, 'left');
      this.operator(node);
      node.add(this.binary(precedence + 1), 'right');
      if (ASSIGNMENTS.has(this.kind())) throw NOT_READ;
      left = this.close(node);
    }
  }

  protected unary(): QuickNode {
    return this.nested(() => {
      const kind = this.kind();
      if ((kind === MINUS || kind === PLUS) && this.kind(1) === NUMBER && this.ends[this.at] === this.starts[this.at + 1]) {
        const node = this.open('number_literal');
        this.at += 2;
        return this.alone(this.close(node));
      }
      if (kind === NOT || kind === COMPLEMENT || kind === MINUS || kind === PLUS || kind === STAR || kind === AND) {
        const pointer = kind === STAR || kind === AND;
        const node = this.open(pointer ? 'pointer_expression' : 'unary_expression');
        this.operator(node);
        const argument = this.unary();
        // The grammar reads `!x++` as `(!x)++`.
        if (!pointer && argument.type === 'update_expression') throw NOT_READ;
        return this.close(node.add(argument, 'argument'));
      }
      if (kind === INCREMENT || kind === DECREMENT) {
        const node = this.open('update_expression');
        this.operator(node);
        const argument = this.unary();
        if (argument.type === 'update_expression') throw NOT_READ;
        return this.close(node.add(argument, 'argument'));
      }
      if (this.word() === 'sizeof') return this.sizeof();
      if (kind === OPEN && this.opensType()) return this.cast();
      const primary = this.primary();
      return primary.type === 'identifier' || primary.type === 'parenthesized_expression' ? this.postfix(primary) : this.alone(primary);
    });
  }

  protected cast(): QuickNode {
    const start = this.starts[this.at] ?? 0;
    this.at++;
    const type = this.typeDescriptor();
    this.expect(CLOSE);
    const literal = this.kind() === OPEN_BRACE;
    const node = new QuickNode(this.source, literal ? 'compound_literal_expression' : 'cast_expression', start, 0).add(type, 'type');
    if (!literal) return this.close(node.add(this.unary(), 'value'));
    return this.postfix(this.close(node.add(this.initialiserList(), 'value')));
  }

  protected sizeof(): QuickNode {
    const node = this.open('sizeof_expression');
    this.at++;
    const lone = this.kind() === OPEN && this.kind(1) === NAME && this.kind(2) === CLOSE;
    if (lone) {
      // What follows decides what the grammar takes the name for.
      const next = this.kind(3);
      if (next === OPEN || next === OPEN_SQUARE || next === DOT || next === ARROW || next === INCREMENT || next === DECREMENT || next === OPEN_BRACE) throw NOT_READ;
      return this.close(node.add(this.parenthesized(), 'value'));
    }
    if (this.kind() !== OPEN || !this.opensType()) return this.close(node.add(this.unary(), 'value'));
    this.at++;
    node.add(this.typeDescriptor(), 'type');
    this.expect(CLOSE);
    if (this.kind() === OPEN_BRACE) throw NOT_READ;
    return this.close(node);
  }

  protected primary(): QuickNode {
    switch (this.kind()) {
      case NAME: {
        const node = this.leaf('identifier');
        return this.kind() === STRING ? this.strings(node) : node;
      }
      case NUMBER: return this.leaf('number_literal');
      case CHAR: return this.leaf('char_literal');
      case STRING: {
        const node = this.leaf('string_literal');
        return this.kind() === STRING || this.kind() === NAME ? this.strings(node) : node;
      }
      case OPEN: return this.parenthesized();
      case WORD: {
        const type = CONSTANTS[this.word()];
        if (type === undefined) throw NOT_READ;
        return this.leaf(type);
      }
      default: throw NOT_READ;
    }
  }

  /** Strings side by side, with macros that stand for strings. */
  protected strings(first: QuickNode): QuickNode {
    const node = this.around('concatenated_string', first, '');
    while (this.kind() === STRING || this.kind() === NAME) node.add(this.leaf(this.kind() === STRING ? 'string_literal' : 'identifier'));
    return this.close(node);
  }

  protected parenthesized(): QuickNode {
    // `(f())` may be a type to the grammar.
    if (this.kind(1) === NAME && this.kind(2) === OPEN && this.kind(3) === CLOSE) throw NOT_READ;
    const node = this.open('parenthesized_expression');
    this.at++;
    node.add(this.kind() === OPEN_BRACE ? this.compound() : this.nested(() => this.expression()));
    this.expect(CLOSE);
    return this.close(node);
  }

  /** What is neither called nor indexed: a constant, or `x++`. */
  protected alone(node: QuickNode): QuickNode {
    const kind = this.kind();
    if (kind === OPEN || kind === OPEN_SQUARE || kind === DOT || kind === ARROW || kind === INCREMENT || kind === DECREMENT) throw NOT_READ;
    return node;
  }

  protected postfix(first: QuickNode): QuickNode {
    let node = first;
    for (;;) {
      switch (this.kind()) {
        case OPEN:
          node = this.close(this.around('call_expression', node, 'function').add(this.arguments(), 'arguments'));
          break;
        case OPEN_SQUARE: {
          const outer = this.around('subscript_expression', node, 'argument');
          this.at++;
          outer.add(this.assignment(), 'index');
          this.expect(CLOSE_SQUARE);
          node = this.close(outer);
          break;
        }
        case DOT: case ARROW: {
          const outer = this.around('field_expression', node, 'argument');
          this.operator(outer);
          node = this.close(outer.add(this.name('field_identifier'), 'field'));
          break;
        }
        case INCREMENT: case DECREMENT: {
          const outer = this.around('update_expression', node, 'argument');
          this.operator(outer);
          return this.alone(this.close(outer));
        }
        default: return node;
      }
    }
  }

  protected arguments(): QuickNode {
    const list = this.open('argument_list');
    this.at++;
    while (this.kind() !== CLOSE) {
      list.add(this.kind() === OPEN_BRACE ? this.compound() : this.assignment());
      if (this.kind() === COMMA) {
        this.at++;
        if (this.kind() === CLOSE) throw NOT_READ;
      } else if (this.kind() !== CLOSE) throw NOT_READ;
    }
    this.at++;
    return this.close(list);
  }
}
