import * as vscode from 'vscode';

/** A burst of files of a scan is one change to whoever shows them. */
const PAUSE = 100;

/** What the language server has found, by file: of open documents and of those that a scan read. */
export class FindingsStore implements vscode.Disposable {
  readonly #byFile = new Map<string, { readonly uri: vscode.Uri; readonly diagnostics: readonly vscode.Diagnostic[] }>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #pending: ReturnType<typeof setTimeout> | undefined;

  /** Files with findings, in the order of their names. */
  get files(): { readonly uri: vscode.Uri; readonly diagnostics: readonly vscode.Diagnostic[] }[] {
    return [...this.#byFile.values()].sort((a, b) => (a.uri.path < b.uri.path ? -1 : 1));
  }

  get size(): number {
    return this.#byFile.size;
  }

  set(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): void {
    const key = uri.toString();
    if (diagnostics.length === 0 && !this.#byFile.has(key)) return;
    if (diagnostics.length === 0) this.#byFile.delete(key);
    else this.#byFile.set(key, { uri, diagnostics: [...diagnostics].sort((a, b) => a.range.start.compareTo(b.range.start)) });
    this.#tell();
  }

  /** The server has ended: nothing that it said holds. */
  clear(): void {
    this.#byFile.clear();
    this.#tell();
  }

  dispose(): void {
    clearTimeout(this.#pending);
    this.#changed.dispose();
  }

  #tell(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#changed.fire();
    }, PAUSE);
  }
}
