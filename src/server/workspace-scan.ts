import type { Diagnostic } from 'vscode-languageserver-types';
import type { ScanSummary } from '../protocol/server-requests.ts';
import type { ServerSettings } from '../protocol/server-settings.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import type { FileAccess } from './file-access.ts';
import { readAhead } from './read-ahead.ts';
import type { FileScan, SourceService } from './source-service.ts';

/** What a scan needs of the server around it. */
export interface ScanHost {
  readonly files: FileAccess;
  readonly sources: SourceService;
  readonly limits: () => PlatformLimits;
  /** Documents that are open are checked as they stand in the editor, not as they lie on disk. */
  readonly isOpen: (uri: string) => boolean;
  readonly publish: (uri: string, diagnostics: readonly Diagnostic[]) => void;
  /** Hears why a file could not be checked again. */
  readonly failed: (uri: string, error: unknown) => void;
}

export interface ScanProgress {
  readonly done: number;
  readonly total: number;
  readonly findings: number;
}

/** Characters of files that a client has to hand over: more would fill the memory of a browser's tab. */
const MOST_THROUGH_CLIENT = 256 << 20;

/** Milliseconds of work between two looks at what else there is to do. */
const TURN = 20;

/** A file as the last scan found it. Its text is not kept. */
interface Entry {
  readonly scan: FileScan;
  readonly findings: number;
}

/**
 * The C files of the workspace that are not open, checked on demand: all of them when asked, afterwards those that change,
 * and those with calls when the platform does. What is found is published like the findings of open documents.
 */
export class WorkspaceScan {
  readonly #host: ScanHost;
  readonly #entries = new Map<string, Entry>();
  readonly #published = new Set<string>();
  readonly #stale = new Set<string>();
  /** Files that a scan under way has to look at again. */
  readonly #callers = new Set<string>();
  #running = false;
  #draining = false;

  constructor(host: ScanHost) {
    this.#host = host;
  }

  /** Scans the workspace. @param report called now and then with how far it is */
  async run(settings: ServerSettings['scan'], report: (progress: ScanProgress) => void, cancelled: () => boolean): Promise<ScanSummary> {
    if (this.#running) throw new Error('A scan of the workspace is under way.');
    this.#running = true;
    try {
      return await this.#run(settings, report, cancelled);
    } finally {
      this.#running = false;
    }
  }

  async #run(settings: ServerSettings['scan'], report: (progress: ScanProgress) => void, cancelled: () => boolean): Promise<ScanSummary> {
    const { files, isOpen } = this.#host;
    const found = (await files.find('**/*.c', settings.maxFiles + 1, settings.exclude, true)).filter((uri) => uri.endsWith('.c')).sort();
    const uris = found.slice(0, settings.maxFiles);
    this.#forgetAllBut(new Set(uris));
    // Not every client tells of every change.
    files.forgetAll();
    this.#callers.clear();
    const sum = { files: 0, unchanged: 0, unread: 0 };
    let findings = 0;
    let limited = found.length > uris.length;
    let characters = 0;
    const turn = new Turn();
    for await (const { uri, text } of readAhead(uris, (each) => files.readOnce(each))) {
      if (cancelled()) break;
      if (text === undefined) {
        sum.unread++;
        this.#drop(uri);
      } else {
        if (!files.isLocal(uri)) characters += text.length;
        const { entry, known } = await this.#look(uri, text);
        sum.unchanged += known ? 1 : 0;
        findings += entry.findings;
        if (!isOpen(uri)) this.#stale.delete(uri);
      }
      sum.files++;
      if (await turn.pause()) report({ done: sum.files, total: uris.length, findings });
      if (characters > MOST_THROUGH_CLIENT) {
        limited = true;
        break;
      }
    }
    // What was found to hand a size on may be called in files that were looked at before.
    for (const uri of this.#callers) {
      if (cancelled()) break;
      this.#callers.delete(uri);
      await this.#lookAgain(uri);
      if (await turn.pause()) report({ done: sum.files, total: uris.length, findings });
    }
    const entries = [...this.#entries.values()];
    return {
      ...sum, limited, cancelled: cancelled(),
      filesWithCalls: entries.filter(({ scan }) => scan.source.calls.length > 0).length,
      calls: entries.reduce((all, { scan }) => all + scan.source.calls.length, 0),
      findings: entries.reduce((all, entry) => all + entry.findings, 0),
    };
  }

  /** Checks the files of a folder and those below again: what hands sizes on there is not what it was. */
  passingChanged(folder: string): void {
    for (const uri of this.#entries.keys()) if (uri.startsWith(`${folder}/`)) (this.#running ? this.#callers : this.#stale).add(uri);
    if (!this.#running) void this.#drain();
  }

  /**
   * Checks those of the files again that the last scan read, and those that rest on one of them.
   * @param folders whose files rest on each other's text
   */
  filesChanged(uris: readonly string[], folders: readonly string[] = []): void {
    if (this.#entries.size === 0) return;
    const changed = new Set(uris);
    // A header that was not there before may be one that was missing: which files wanted it is not kept.
    const used = new Set([...this.#entries.values()].flatMap(({ scan }) => scan.headers));
    const all = uris.some((uri) => uri.endsWith('.h') && !used.has(uri));
    for (const [uri, { scan }] of this.#entries) {
      if (changed.has(uri) || (all && scan.key !== '') || (scan.key !== '' && folders.some((folder) => uri.startsWith(`${folder}/`))) || scan.headers.some((header) => changed.has(header))) this.#stale.add(uri);
    }
    void this.#drain();
  }

  /** Checks every file with calls again: the platform is another, or the configuration that decides `#if`. */
  platformChanged(): void {
    for (const [uri, { scan }] of this.#entries) if (scan.key !== '') this.#stale.add(uri);
    void this.#drain();
  }

  /** A document was closed: from now on its file speaks for it. */
  closed(uri: string): void {
    if (!this.#entries.has(uri)) return;
    this.#stale.add(uri);
    void this.#drain();
  }

  clear(): void {
    this.#forgetAllBut(new Set());
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    const turn = new Turn();
    try {
      for (const uri of this.#stale) {
        this.#stale.delete(uri);
        await this.#lookAgain(uri);
        await turn.pause();
      }
    } finally {
      this.#draining = false;
    }
  }

  async #lookAgain(uri: string): Promise<void> {
    try {
      const text = await this.#host.files.readOnce(uri);
      if (!this.#entries.has(uri)) return;
      if (text === undefined) this.#drop(uri);
      else await this.#look(uri, text);
    } catch (error) {
      this.#host.failed(uri, error);
    }
  }

  async #look(uri: string, text: string): Promise<{ entry: Entry; known: boolean }> {
    const { sources, limits, isOpen } = this.#host;
    const before = this.#entries.get(uri);
    const { scan, document } = await sources.scanFile(uri, text, before?.scan);
    const diagnostics = document?.diagnostics(limits()) ?? [];
    const entry: Entry = { scan, findings: diagnostics.length };
    this.#entries.set(uri, entry);
    if (!isOpen(uri)) this.#publish(uri, diagnostics);
    return { entry, known: before !== undefined && before.scan === scan };
  }

  #publish(uri: string, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0 && !this.#published.has(uri)) return;
    if (diagnostics.length > 0) this.#published.add(uri);
    else this.#published.delete(uri);
    this.#host.publish(uri, diagnostics);
  }

  #drop(uri: string): void {
    this.#entries.delete(uri);
    this.#stale.delete(uri);
    if (!this.#host.isOpen(uri)) {
      this.#host.sources.removed(uri);
      this.#publish(uri, []);
    }
    this.#published.delete(uri);
  }

  #forgetAllBut(uris: ReadonlySet<string>): void {
    for (const uri of [...this.#entries.keys()]) if (!uris.has(uri)) this.#drop(uri);
  }
}

/** Lets others have their turn when enough time has passed. */
class Turn {
  #since = Date.now();

  /** @returns whether there was a pause */
  async pause(): Promise<boolean> {
    if (Date.now() - this.#since < TURN) return false;
    await new Promise<void>((resolve) => void setTimeout(resolve, 0));
    this.#since = Date.now();
    return true;
  }
}
