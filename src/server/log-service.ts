import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, CodeLens, Diagnostic, DocumentLink, DocumentSymbol, FoldingRange, Hover, Range } from 'vscode-languageserver-types';
import { withCommandLineFacts } from '../evidence/command-line-facts.ts';
import { logPlatformId } from '../protocol/server-requests.ts';
import { logActions } from './log-actions.ts';
import { LogDocument } from './log-document.ts';
import { logFolding } from './log-folding.ts';
import { logLenses } from './log-lenses.ts';
import { logLinks } from './log-links.ts';
import type { PlatformRegistry } from './platform-registry.ts';

interface Entry {
  readonly version: number;
  readonly document: LogDocument;
}

/** The opened kernel logs: each read once a version of its text, and offered as a platform. */
export class LogService {
  readonly #platforms: PlatformRegistry;
  readonly #platformChanged: (uri: string) => void;
  readonly #entries = new Map<string, Entry>();

  /** @param platformChanged called where reading a log may have changed the active platform */
  constructor(platforms: PlatformRegistry, platformChanged: (uri: string) => void) {
    this.#platforms = platforms;
    this.#platformChanged = platformChanged;
  }

  diagnostics(document: TextDocument): Diagnostic[] {
    return this.read(document).diagnostics();
  }

  symbols(document: TextDocument): DocumentSymbol[] {
    return this.read(document).symbols();
  }

  hover(document: TextDocument, line: number, character: number): Hover | null {
    return this.read(document).hover(line, character) ?? null;
  }

  folding(document: TextDocument): FoldingRange[] {
    return logFolding(this.read(document).reading, { count: document.lineCount, of: (offset) => document.positionAt(offset).line }, document.getText());
  }

  links(document: TextDocument): DocumentLink[] {
    return logLinks(this.read(document).reading);
  }

  actions(document: TextDocument, range: Range, asked: readonly Diagnostic[], open: readonly TextDocument[], copies: boolean): CodeAction[] {
    return logActions(this.read(document), range, asked, open, copies);
  }

  lenses(document: TextDocument): CodeLens[] {
    const { reading } = this.read(document);
    const id = logPlatformId(document.uri);
    const offer = this.#platforms.choices().find((choice) => choice.id === id);
    return logLenses(reading, offer !== undefined, offer?.active === true);
  }

  /** The driver that a line names as failing, where the position is on that line. */
  driverAt(document: TextDocument, line: number): string | undefined {
    const found = this.read(document).reading.items.find((item) => item.kind === 'failure' && item.line === line + 1);
    return found?.kind === 'failure' ? found.driver ?? undefined : undefined;
  }

  /** The logs that are open, as they were last read. */
  get open(): readonly LogDocument[] {
    return [...this.#entries.values()].map(({ document }) => document);
  }

  /** @returns whether the active platform may have been this log's */
  close(uri: string): boolean {
    this.#entries.delete(uri);
    return this.#platforms.withdraw(logPlatformId(uri));
  }

  /** The reading of a document's present text. */
  read(document: TextDocument): LogDocument {
    const { uri, version } = document;
    const known = this.#entries.get(uri);
    if (known?.version === version) return known.document;
    const log = new LogDocument(uri, document.getText());
    this.#entries.set(uri, { version, document: log });
    if (this.#platforms.offerLog(uri, withCommandLineFacts(log.reading.platform), `facts of ${lastPart(uri)}`)) this.#platformChanged(uri);
    return log;
  }
}

function lastPart(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? uri);
}
