import type { SyntaxNode } from './syntax-node.ts';

/** A text with the nodes made of it. */
export interface QuickText {
  readonly text: string;
  nodes: number;
}

/** Of the many nodes without children. */
const NONE: never[] = [];

/** A node that the quick function parser makes. */
export class QuickNode implements SyntaxNode {
  readonly id: number;
  readonly type: string;
  readonly startIndex: number;
  endIndex: number;
  parent: QuickNode | null = null;
  namedChildren: QuickNode[] = NONE;
  readonly #source: QuickText;
  /** Names of the fields that the children stand in, by their number; empty for none. */
  #fields: string[] = NONE;
  #operator: QuickNode | undefined;

  constructor(source: QuickText, type: string, start: number, end: number) {
    this.id = ++source.nodes;
    this.#source = source;
    this.type = type;
    this.startIndex = start;
    this.endIndex = end;
  }

  get text(): string {
    return this.#source.text.slice(this.startIndex, this.endIndex);
  }

  get hasError(): boolean {
    return false;
  }

  /** Adds a child, in the order of the text. */
  add(child: QuickNode, field = ''): this {
    child.parent = this;
    if (this.namedChildren === NONE) {
      this.namedChildren = [child];
      this.#fields = [field];
    } else {
      this.namedChildren.push(child);
      this.#fields.push(field);
    }
    return this;
  }

  /** Sets the operator, which is no named child. */
  operator(start: number, end: number): this {
    this.#operator = new QuickNode(this.#source, this.#source.text.slice(start, end), start, end);
    this.#operator.parent = this;
    return this;
  }

  get namedChildCount(): number {
    return this.namedChildren.length;
  }

  namedChild(index: number): QuickNode | null {
    return this.namedChildren[index] ?? null;
  }

  childForFieldName(name: string): QuickNode | null {
    if (name === 'operator') return this.#operator ?? null;
    const at = this.#fields.indexOf(name);
    return at < 0 ? null : (this.namedChildren[at] ?? null);
  }

  childrenForFieldName(name: string): QuickNode[] {
    return this.namedChildren.filter((_, at) => this.#fields[at] === name);
  }

  descendantForIndex(start: number, end: number): QuickNode | null {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- walks down from this node
    let node: QuickNode = this;
    for (;;) {
      const inside = node.namedChildren.find((child) => child.startIndex <= start && end < child.endIndex);
      if (!inside) return node;
      node = inside;
    }
  }
}
