import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, CodeLens, Diagnostic, DocumentLink, DocumentSymbol, FoldingRange, Hover, Range } from 'vscode-languageserver-types';
import { withCommandLineFacts } from '../evidence/command-line-facts.ts';
import { EditableLog, type Untouched } from '../evidence/log/editable-log.ts';
import { type LogReading, readLog } from '../evidence/log/read-log.ts';
import type { SlicedText } from '../evidence/log/sliced-text.ts';
import { logPlatformId } from '../protocol/server-requests.ts';
import { logActions } from './log-actions.ts';
import { LogDocument } from './log-document.ts';
import { logFolding } from './log-folding.ts';
import { logLenses } from './log-lenses.ts';
import { logLinks } from './log-links.ts';
import { LongDocument } from './long-document.ts';
import type { PlatformRegistry } from './platform-registry.ts';

/** Characters that are read at once: some tens of milliseconds. */
export const READ_AT_ONCE = 4 << 20;
/** Steps of reading a longer text between two looks at what else there is to do: some tens of milliseconds. */
const STEPS_AT_ONCE = 4;

interface Entry {
  readonly version: number;
  readonly document: LogDocument;
}

/** The opened kernel logs: each read once a version of its text, and offered as a platform. */
export class LogService {
  readonly #platforms: PlatformRegistry;
  readonly #platformChanged: (uri: string) => void;
  readonly #entries = new Map<string, Entry>();
  /** Logs too long to be read anew with every edit. */
  readonly #long = new Map<string, EditableLog>();
  /** What edits have left alone since a long log was read last. */
  readonly #untouched = new Map<string, Untouched>();
  readonly #underWay = new Map<string, { readonly version: number; readonly document: Promise<LogDocument> }>();

  /** @param platformChanged called where reading a log may have changed the active platform */
  constructor(platforms: PlatformRegistry, platformChanged: (uri: string) => void) {
    this.#platforms = platforms;
    this.#platformChanged = platformChanged;
  }

  async diagnostics(document: TextDocument): Promise<Diagnostic[]> {
    return (await this.read(document)).diagnostics();
  }

  async symbols(document: TextDocument): Promise<DocumentSymbol[]> {
    return (await this.read(document)).symbols();
  }

  async hover(document: TextDocument, line: number, character: number): Promise<Hover | null> {
    return (await this.read(document)).hover(line, character) ?? null;
  }

  async folding(document: TextDocument): Promise<FoldingRange[]> {
    const { reading } = await this.read(document);
    return logFolding(reading, { count: document.lineCount, of: (offset) => document.positionAt(offset).line }, document.getText());
  }

  async links(document: TextDocument): Promise<DocumentLink[]> {
    return logLinks((await this.read(document)).reading);
  }

  async actions(document: TextDocument, range: Range, asked: readonly Diagnostic[], open: readonly TextDocument[], copies: boolean): Promise<CodeAction[]> {
    return logActions(await this.read(document), range, asked, open, copies);
  }

  async lenses(document: TextDocument): Promise<CodeLens[]> {
    const { reading } = await this.read(document);
    const id = logPlatformId(document.uri);
    const offer = this.#platforms.choices().find((choice) => choice.id === id);
    return logLenses(reading, offer !== undefined, offer?.active === true);
  }

  /** The driver that a line names as failing, where the position is on that line. */
  async driverAt(document: TextDocument, line: number): Promise<string | undefined> {
    const found = (await this.read(document)).reading.items.find((item) => item.kind === 'failure' && item.line === line + 1);
    return found?.kind === 'failure' ? found.driver ?? undefined : undefined;
  }

  /** The logs that are open, as they were last read. */
  get open(): readonly LogDocument[] {
    return [...this.#entries.values()].map(({ document }) => document);
  }

  /** Hears of an edit before the document has it: which characters at its beginning and at its end stay as they are. */
  touched(uri: string, { before, behind }: Untouched): void {
    const known = this.#untouched.get(uri);
    if (known) this.#untouched.set(uri, { before: Math.min(known.before, before), behind: Math.min(known.behind, behind) });
  }

  /** @returns whether the active platform may have been this log's */
  close(uri: string): boolean {
    this.#entries.delete(uri);
    this.#underWay.delete(uri);
    this.#long.delete(uri);
    this.#untouched.delete(uri);
    return this.#platforms.closeLog(uri);
  }

  /** Offers the platform of a log that is not open: one that was chosen in an earlier session. */
  offerFile(uri: string, text: string): void {
    const { platform, facts } = readLog(text, uri);
    this.#platforms.offerLog(uri, withCommandLineFacts(platform), `facts of ${lastPart(uri)}`, facts.failures);
    this.#platforms.closeLog(uri);
  }

  /**
   * The reading of a document's present text. A long one is read in parts, so that other documents are answered in between, and of
   * a long one that was read before only what an edit has changed.
   * @throws ResponseError ContentModified where the document changed or was closed meanwhile: whoever asked asks again
   */
  async read(document: TextDocument): Promise<LogDocument> {
    const { uri, version } = document;
    const known = this.#entries.get(uri);
    if (known?.version === version) return known.document;
    const text = document instanceof LongDocument ? document.pieces : document.getText();
    if (text.length <= READ_AT_ONCE) return this.#keep(uri, version, readLog(text.slice(0), uri));
    const underWay = this.#underWay.get(uri);
    if (underWay?.version === version) return underWay.document;
    const reading = this.#readInParts(document, text);
    this.#underWay.set(uri, { version, document: reading });
    return reading;
  }

  async #readInParts(document: TextDocument, text: SlicedText): Promise<LogDocument> {
    const { uri, version } = document;
    const long = this.#long.get(uri) ?? new EditableLog(uri);
    this.#long.set(uri, long);
    const update = long.update(text, this.#untouched.get(uri));
    let step = update.next();
    for (let count = 1; step.done !== true; count++) {
      if (count % STEPS_AT_ONCE === 1) {
        await new Promise<void>((resolve) => void setTimeout(resolve, 0));
        if (document.version !== version || this.#underWay.get(uri)?.version !== version) throw new ResponseError(LSPErrorCodes.ContentModified, `${uri} changed while it was read`);
      }
      step = update.next();
    }
    this.#untouched.set(uri, { before: text.length, behind: text.length });
    const log = this.#keep(uri, version, step.value);
    this.#underWay.delete(uri);
    return log;
  }

  #keep(uri: string, version: number, reading: LogReading): LogDocument {
    const log = new LogDocument(uri, reading);
    this.#entries.set(uri, { version, document: log });
    if (this.#platforms.offerLog(uri, withCommandLineFacts(reading.platform), `facts of ${lastPart(uri)}`, reading.facts.failures)) this.#platformChanged(uri);
    return log;
  }
}

function lastPart(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? uri);
}
