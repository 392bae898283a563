import { QuickExpressions } from './quick-expressions.ts';
import { OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, SEMICOLON, COLON } from './quick-kinds.ts';
import { QuickNode } from './quick-node.ts';
import { NOT_READ } from './quick-reader.ts';
import { END, NAME, quickTokens } from './quick-tokens.ts';

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

/** A function and its statements. */
class QuickParser extends QuickExpressions {
  root(): QuickNode {
    const definition = this.open('function_definition');
    this.specifiers(definition);
    definition.add(this.declarator(), 'declarator');
    if (this.kind() !== OPEN_BRACE) throw NOT_READ;
    definition.add(this.compound(), 'body');
    if (this.kind() !== END) throw NOT_READ;
    const root = new QuickNode(this.source, 'translation_unit', 0, this.source.text.length);
    return root.add(this.close(definition));
  }

  protected compound(): QuickNode {
    return this.nested(() => {
      const node = this.open('compound_statement');
      this.at++;
      while (this.kind() !== CLOSE_BRACE) node.add(this.item());
      this.at++;
      return this.close(node);
    });
  }

  /** A statement or declaration of a block. */
  protected item(): QuickNode {
    return this.declares() ? this.declaration() : this.statement();
  }

  protected statement(): QuickNode {
    return this.nested(() => {
      const kind = this.kind();
      if (kind === OPEN_BRACE) return this.compound();
      if (kind === NAME && this.kind(1) === COLON) return this.labeled();
      switch (this.word()) {
        case 'if': return this.if();
        case 'for': return this.for();
        case 'while': return this.while();
        case 'do': return this.do();
        case 'switch': return this.switch();
        case 'case': case 'default': return this.case();
        case 'return': return this.return();
        case 'break': return this.jump('break_statement');
        case 'continue': return this.jump('continue_statement');
        case 'goto': {
          const node = this.open('goto_statement');
          this.at++;
          node.add(this.name('statement_identifier'), 'label');
          this.expect(SEMICOLON);
          return this.close(node);
        }
        default: {
          const node = this.open('expression_statement');
          if (kind !== SEMICOLON) node.add(this.expression());
          this.expect(SEMICOLON);
          return this.close(node);
        }
      }
    });
  }

  protected labeled(): QuickNode {
    const node = this.open('labeled_statement').add(this.leaf('statement_identifier'), 'label');
    this.at++;
    if (this.kind() === CLOSE_BRACE) throw NOT_READ;
    return this.close(node.add(this.item()));
  }

  protected condition(): QuickNode {
    if (this.kind() !== OPEN) throw NOT_READ;
    return this.parenthesized();
  }

  protected if(): QuickNode {
    const node = this.open('if_statement');
    this.at++;
    node.add(this.condition(), 'condition').add(this.statement(), 'consequence');
    if (this.word() === 'else') {
      const other = this.open('else_clause');
      this.at++;
      node.add(this.close(other.add(this.statement())), 'alternative');
    }
    return this.close(node);
  }

  protected for(): QuickNode {
    const node = this.open('for_statement');
    this.at++;
    this.expect(OPEN);
    if (this.declares()) node.add(this.declaration(), 'initializer');
    else this.part(node, 'initializer', SEMICOLON);
    this.part(node, 'condition', SEMICOLON);
    this.part(node, 'update', CLOSE);
    return this.close(node.add(this.statement(), 'body'));
  }

  protected part(node: QuickNode, field: string, end: number): void {
    if (this.kind() !== end) node.add(this.expression(), field);
    this.expect(end);
  }

  protected while(): QuickNode {
    const node = this.open('while_statement');
    this.at++;
    return this.close(node.add(this.condition(), 'condition').add(this.statement(), 'body'));
  }

  protected do(): QuickNode {
    const node = this.open('do_statement');
    this.at++;
    node.add(this.statement(), 'body');
    if (this.word() !== 'while') throw NOT_READ;
    this.at++;
    node.add(this.condition(), 'condition');
    this.expect(SEMICOLON);
    return this.close(node);
  }

  protected switch(): QuickNode {
    const node = this.open('switch_statement');
    this.at++;
    node.add(this.condition(), 'condition');
    if (this.kind() !== OPEN_BRACE) throw NOT_READ;
    return this.close(node.add(this.compound(), 'body'));
  }

  protected case(): QuickNode {
    const node = this.open('case_statement');
    const isDefault = this.word() === 'default';
    this.at++;
    if (!isDefault) node.add(this.assignment(), 'value');
    this.expect(COLON);
    while (this.kind() !== CLOSE_BRACE && this.word() !== 'case' && this.word() !== 'default') {
      // Only a branch without braces ends here.
      if (this.word() === 'else') throw NOT_READ;
      node.add(this.item());
    }
    return this.close(node);
  }

  protected return(): QuickNode {
    const node = this.open('return_statement');
    this.at++;
    if (this.kind() !== SEMICOLON) node.add(this.expression());
    this.expect(SEMICOLON);
    return this.close(node);
  }

  protected jump(type: string): QuickNode {
    const node = this.open(type);
    this.at++;
    this.expect(SEMICOLON);
    return this.close(node);
  }
}
