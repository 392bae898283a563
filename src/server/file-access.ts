import type { Connection } from 'vscode-languageserver';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { gzipData, isGzipMember } from '../evidence/gzip-data.ts';
import { packedConfig } from '../evidence/kconfig/packed-config.ts';
import { unreadImageText } from '../evidence/kconfig/unread-image.ts';
import { latin1 } from '../evidence/latin1.ts';
import { CLIENT_REQUESTS } from '../protocol/server-requests.ts';
import type { ServerEnvironment } from './environment.ts';

/** More is no header, configuration or tree file. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Names of what holds a configuration packed; other files show it by their first characters. */
const PACKED_NAME = /\.gz$|\/(?:vmlinu[xz]|bzImage|z?Image)[^/]*$/;
const NO_TEXT = /[\u0000\u001f\ufffd]/;

/** Characters of texts that are kept; with more, all are forgotten and those still in use are read again. */
const MOST_KEPT = 128 << 20;

/**
 * Texts by URI: an open document as it stands in the editor, else the file, read through the client so that virtual and
 * remote workspaces are like any other. What was read is kept until the client says that it changed.
 */
export class FileAccess {
  readonly #connection: Connection;
  readonly #documents: TextDocuments<TextDocument>;
  readonly #environment: ServerEnvironment;
  readonly #texts = new Map<string, Promise<string | undefined>>();
  /** Those of the texts that have come. */
  readonly #come = new Map<string, string | undefined>();
  readonly #folders = new Map<string, readonly string[]>();
  #kept = 0;
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
      text = this.#readAndCount(uri);
      this.#texts.set(uri, text);
    }
    return text;
  }

  /** A text without waiting. @returns null where that is not known yet: `read` finds out */
  readNow(uri: string): string | undefined | null {
    const open = this.#documents.get(uri);
    if (open) return open.getText();
    if (this.#come.has(uri)) return this.#come.get(uri);
    return this.isLocal(uri) && this.#environment.readFileNow ? this.#environment.readFileNow(uri) : null;
  }

  /** Names in a folder without waiting, those of folders with a `/` at their end. @returns null where they are not known yet: `list` finds out */
  listNow(uri: string): readonly string[] | null {
    if (this.isLocal(uri) && this.#environment.listFolderNow) return this.#environment.listFolderNow(uri);
    return this.#folders.get(uri) ?? null;
  }

  /** Asks the client for the names in a folder: `listNow` knows them then, none where it cannot say. */
  async list(uri: string): Promise<void> {
    const { method, result } = CLIENT_REQUESTS.listFolder;
    let names: readonly string[] = [];
    try {
      const parsed = this.throughClient ? result(await this.#connection.sendRequest<unknown>(method, { uri })) : undefined;
      if (parsed?.ok) names = parsed.value;
    } catch {
      // An editor whose client does not answer this has no names.
    }
    this.#folders.set(uri, names);
  }

  /** A text that is not kept: of a file that nothing tells about when it changes, or of one among thousands. */
  readOnce(uri: string): Promise<string | undefined> {
    const open = this.#documents.get(uri);
    return open ? Promise.resolve(open.getText()) : this.#readFile(uri);
  }

  /** Whether the file lies where the server runs, and is read without the client. */
  isLocal(uri: string): boolean {
    return this.#environment.readFile !== undefined && uri.startsWith('file:');
  }

  /**
   * A kernel's configuration: its text, or what stands packed in a `config.gz` or a kernel image.
   * @returns undefined where there is no such file or it cannot be read; `unread`, a sentence, where it holds no configuration that can be unpacked
   */
  async readConfig(uri: string): Promise<{ readonly text: string } | { readonly unread: string } | undefined> {
    const { inflate } = this.#environment;
    if (!inflate || !PACKED_NAME.test(uri)) {
      const text = await this.read(uri);
      if (text === undefined) return undefined;
      if (!inflate || !NO_TEXT.test(text.slice(0, 4096))) return { text };
      this.forget(uri);
    }
    const characters = await this.#readFile(uri, true);
    if (characters === undefined) return undefined;
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    const steps = packedConfig(bytes);
    let step = steps.next();
    while (step.done !== true) step = steps.next(await inflate(step.value));
    return step.value === undefined ? { unread: unreadImageText(bytes) } : { text: step.value };
  }

  /** A text that may be packed by gzip, a character a byte then; not kept. @returns undefined where there is none or it cannot be unpacked */
  async readPacked(uri: string): Promise<string | undefined> {
    const { inflate } = this.#environment;
    if (!inflate || !uri.endsWith('.gz')) return this.readOnce(uri);
    const characters = await this.#readFile(uri, true);
    const bytes = Uint8Array.from(characters ?? '', (character) => character.charCodeAt(0));
    const text = isGzipMember(bytes, 0) ? await inflate(gzipData(bytes)) : undefined;
    return text && latin1(text);
  }

  /**
   * URIs of the workspace's files that match a glob; none under a client that does not answer.
   * @param exclude globs of what is left out, beside what the user's settings leave out
   * @param walk whether a file system that cannot be searched is read folder by folder: it takes long
   */
  async find(glob: string, max: number, exclude: readonly string[] = [], walk = false): Promise<readonly string[]> {
    if (!this.throughClient) return [];
    const { method, result } = CLIENT_REQUESTS.findFiles;
    try {
      const parsed = result(await this.#connection.sendRequest<unknown>(method, { glob, max, ...(exclude.length > 0 ? { exclude } : {}), ...(walk ? { walk } : {}) }));
      return parsed.ok ? parsed.value : [];
    } catch {
      return []; // the client is shutting down or refuses: nothing is found
    }
  }

  forget(uri: string): void {
    this.#texts.delete(uri);
    this.#come.delete(uri);
    this.#folders.delete(uri.slice(0, uri.lastIndexOf('/')));
  }

  /** Forgets every text: nobody may have told of changes. */
  forgetAll(): void {
    this.#texts.clear();
    this.#come.clear();
    this.#folders.clear();
    this.#kept = 0;
  }

  async #readAndCount(uri: string): Promise<string | undefined> {
    const text = await this.#readFile(uri);
    if (this.#texts.has(uri)) this.#come.set(uri, text);
    this.#kept += text?.length ?? 0;
    if (this.#kept > MOST_KEPT) this.forgetAll();
    return text;
  }

  async #readFile(uri: string, bytes = false): Promise<string | undefined> {
    // Files of the machine that the server runs on need no detour; virtual ones have only the client.
    if (!this.throughClient || this.isLocal(uri)) return this.#environment.readFile?.(uri, bytes);
    const { method, result } = CLIENT_REQUESTS.readFile;
    try {
      const parsed = result(await this.#connection.sendRequest<unknown>(method, { uri, maxBytes: MAX_BYTES, ...(bytes ? { bytes } : {}) }));
      return parsed.ok && 'text' in parsed.value ? parsed.value.text : undefined;
    } catch {
      this.#texts.delete(uri);
      return undefined;
    }
  }
}
