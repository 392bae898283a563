import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Diagnostic, type MessageConnection, PublishDiagnosticsNotification, StreamMessageReader, StreamMessageWriter, createMessageConnection,
} from 'vscode-languageserver-protocol/node';

/** How long anything may take on a busy machine before a test gives up, in milliseconds. */
const PATIENCE = 20_000;

/** A language client over real stdio: `dma-aperture lsp --stdio` in a process of its own. */
export class LspClient {
  readonly connection: MessageConnection;
  readonly notifications: { readonly method: string; readonly params: unknown }[] = [];
  readonly #child: ChildProcess;
  readonly #diagnostics = new Map<string, { version: number | undefined; diagnostics: Diagnostic[] }>();
  readonly #waiters = new Set<() => void>();
  stderr = '';

  constructor() {
    const bin = fileURLToPath(new URL('../../bin/dma-aperture.mjs', import.meta.url));
    this.#child = spawn(process.execPath, [bin, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
    if (!this.#child.stdout || !this.#child.stdin || !this.#child.stderr) throw new Error('no pipes');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.connection = createMessageConnection(new StreamMessageReader(this.#child.stdout), new StreamMessageWriter(this.#child.stdin));
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
      this.#diagnostics.set(uri, { version, diagnostics });
      for (const wake of this.#waiters) wake();
    });
    this.connection.onNotification((method, params) => {
      this.notifications.push({ method, params });
      for (const wake of this.#waiters) wake();
    });
    this.connection.listen();
  }

  /** @param settings what the client answers for the section of the server's settings; without them it has none */
  async initialize(files: Readonly<Record<string, string>> = {}, folder?: string, settings?: object, options: object = {}): Promise<unknown> {
    this.connection.onRequest('workspace/configuration', () => [settings]);
    this.connection.onRequest('dmaAperture/readFile', ({ uri }: { uri: string }): object => (uri in files ? { text: files[uri] } : { missing: true }));
    this.connection.onRequest('dmaAperture/listFolder', ({ uri }: { uri: string }) => [...new Set(Object.keys(files)
      .filter((each) => each.startsWith(`${uri}/`)).map((each) => each.slice(uri.length + 1).replace(/\/.*/, '/')))]);
    this.connection.onRequest('dmaAperture/findFiles', ({ glob, exclude = [] }: { glob: string; exclude?: string[] }) => Object.keys(files)
      .filter((uri) => uri.endsWith(glob.replace('**/*', '')) && !exclude.some((each) => uri.includes(each.replaceAll('**', '')))));
    const result = await this.connection.sendRequest<unknown>('initialize', {
      processId: process.pid, rootUri: folder ?? null, capabilities: settings ? { workspace: { configuration: true } } : {}, workspaceFolders: folder === undefined ? null : [{ uri: folder, name: 'folder' }],
      initializationOptions: { readsFiles: true, copiesText: true, ...options },
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  open(uri: string, languageId: string, text: string): Promise<void> {
    return this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
  }

  change(uri: string, version: number, contentChanges: readonly object[]): Promise<void> {
    return this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  /** The diagnostics of a document once they meet a condition. */
  diagnostics(uri: string, meets: (diagnostics: Diagnostic[], version: number | undefined) => boolean = () => true): Promise<Diagnostic[]> {
    return this.until(() => {
      const known = this.#diagnostics.get(uri);
      return known && meets(known.diagnostics, known.version) ? known.diagnostics : undefined;
    }, `diagnostics of ${uri}`);
  }

  /** Waits until `find` gives a value; fails by name after a generous time. */
  until<T>(find: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(late);
        this.#waiters.delete(look);
        resolve(found);
      };
      const late = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`no ${what}; the server said: ${this.stderr.slice(0, 500)}`));
      }, PATIENCE);
      this.#waiters.add(look);
      look();
    });
  }

  /** What is known of a document now, without waiting. */
  published(uri: string): Diagnostic[] | undefined {
    return this.#diagnostics.get(uri)?.diagnostics;
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await ended;
    this.connection.dispose();
    return code;
  }
}
