import type { Connection } from 'vscode-languageserver';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { CLIENT_REQUESTS } from '../protocol/server-requests.ts';
import type { ServerEnvironment } from './environment.ts';

/** More is no header, configuration or tree file. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Texts by URI: an open document as it stands in the editor, else the file, read through the client so that virtual and
 * remote workspaces are like any other. What was read is kept until the client says that it changed.
 */
export class FileAccess {
  readonly #connection: Connection;
  readonly #documents: TextDocuments<TextDocument>;
  readonly #environment: ServerEnvironment;
  readonly #texts = new Map<string, Promise<string | undefined>>();
  /** Whether the client answers the server's file requests. */
  throughClient = false;

  constructor(connection: Connection, documents: TextDocuments<TextDocument>, environment: ServerEnvironment) {
    this.#connection = connection;
    this.#documents = documents;
    this.#environment = environment;
  }

  /** @returns undefined where there is no such file or it cannot be read */
  read(uri: string): Promise<string | undefined> {
    const open = this.#documents.get(uri);
    if (open) return Promise.resolve(open.getText());
    let text = this.#texts.get(uri);
    if (!text) {
      text = this.#readFile(uri);
      this.#texts.set(uri, text);
    }
    return text;
  }

  /** URIs of the workspace's files that match a glob; none under a client that does not answer. */
  async find(glob: string, max: number): Promise<readonly string[]> {
    if (!this.throughClient) return [];
    const { method, result } = CLIENT_REQUESTS.findFiles;
    try {
      const parsed = result(await this.#connection.sendRequest<unknown>(method, { glob, max }));
      return parsed.ok ? parsed.value : [];
    } catch {
      return []; // the client is shutting down or refuses: nothing is found
    }
  }

  forget(uri: string): void {
    this.#texts.delete(uri);
  }

  async #readFile(uri: string): Promise<string | undefined> {
    if (!this.throughClient) return this.#environment.readFile?.(uri);
    const { method, result } = CLIENT_REQUESTS.readFile;
    try {
      const parsed = result(await this.#connection.sendRequest<unknown>(method, { uri, maxBytes: MAX_BYTES }));
      return parsed.ok && 'text' in parsed.value ? parsed.value.text : undefined;
    } catch {
      this.#texts.delete(uri);
      return undefined;
    }
  }
}
