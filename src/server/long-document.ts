import type { Position, Range, TextDocument, TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { Pieces } from './pieces.ts';

/** A document of which an edit costs what it touches, and not what a copy of it all does. Places mean what they mean in a TextDocument. */
export class LongDocument implements TextDocument {
  readonly uri: string;
  readonly languageId: string;
  #version: number;
  #pieces: Pieces;
  /** The whole text, once it has been asked for. */
  #text: string | undefined;

  constructor(uri: string, languageId: string, version: number, text: string) {
    this.uri = uri;
    this.languageId = languageId;
    this.#version = version;
    this.#pieces = Pieces.of(text);
  }

  get version(): number {
    return this.#version;
  }

  get lineCount(): number {
    return this.#pieces.lineBreaks + 1;
  }

  /** The text as it is now, which stays as it is. */
  get pieces(): Pieces {
    return this.#pieces;
  }

  getText(range?: Range): string {
    if (range) return this.#pieces.slice(...this.#bounds(range));
    this.#text ??= this.#pieces.slice(0);
    return this.#text;
  }

  offsetAt({ line, character }: Position): number {
    if (line < 0) return 0;
    const start = this.#pieces.lineStart(line);
    if (start === undefined) return this.#pieces.length;
    if (character <= 0) return start;
    return this.#beforeLineEnd(Math.min(start + character, this.#pieces.lineStart(line + 1) ?? this.#pieces.length), start);
  }

  positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#pieces.length));
    const line = this.#pieces.lineAt(at);
    const start = this.#pieces.lineStart(line) ?? 0;
    return { line, character: this.#beforeLineEnd(at, start) - start };
  }

  /** A line without its line break; behind the last line the last, and before the first an empty one. */
  getLineRange(line: number): Range {
    if (line < 0) return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const at = Math.min(line, this.lineCount - 1);
    return { start: { line: at, character: 0 }, end: { line: at, character: this.#lineEnd(at) - (this.#pieces.lineStart(at) ?? 0) } };
  }

  getEOLCharacters(line: number): string {
    if (line < 0 || line >= this.lineCount) return '';
    return this.#pieces.slice(this.#lineEnd(line), this.#pieces.lineStart(line + 1) ?? this.#pieces.length);
  }

  update(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    for (const change of changes) this.#pieces = 'range' in change ? this.#pieces.replaced(...this.#bounds(change.range), change.text) : Pieces.of(change.text);
    this.#text = undefined;
    this.#version = version;
  }

  #bounds({ start, end }: Range): [number, number] {
    const [from, to] = [this.offsetAt(start), this.offsetAt(end)];
    return [Math.min(from, to), Math.max(from, to)];
  }

  #lineEnd(line: number): number {
    return this.#beforeLineEnd(this.#pieces.lineStart(line + 1) ?? this.#pieces.length, this.#pieces.lineStart(line) ?? 0);
  }

  #beforeLineEnd(offset: number, start: number): number {
    const end = this.#pieces.slice(Math.max(start, offset - 2), offset);
    return offset - (/[\r\n]+$/.exec(end)?.[0].length ?? 0);
  }
}
