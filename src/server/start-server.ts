import { type CodeAction, CodeActionKind, type CodeActionParams, type CodeLens, CodeLensRefreshRequest, type Connection, type Diagnostic, DidChangeConfigurationNotification, type CancellationToken, type Hover, type InitializeResult, type InlayHint, InlayHintRefreshRequest, LSPErrorCodes, type Location, MessageType, type Range, ResponseError, ShowMessageNotification, TextDocumentSyncKind, TextDocuments } from 'vscode-languageserver';
import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { isBootConfiguration } from '../evidence/cmdline/boot-configuration.ts';
import { LANGUAGES, SETTINGS_SECTION } from '../ids.ts';
import { parseInitializationOptions } from '../protocol/initialization-options.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { type CallPlace, SERVER_NOTIFICATIONS, SERVER_REQUESTS, type RequestSpec, logUriOf } from '../protocol/server-requests.ts';
import { DEFAULT_SERVER_SETTINGS, type ServerSettings, parseServerSettings } from '../protocol/server-settings.ts';
import { lspDiagnostic } from '../render/lsp-diagnostic.ts';
import { checkBootConfiguration } from '../rules/check-command-line.ts';
import { type PlatformLimits, limitsOf } from '../rules/platform-limits.ts';
import { policyOf } from '../rules/rule-policy.ts';
import type { ServerEnvironment } from './environment.ts';
import { callActions } from './call-actions.ts';
import { callExplanation } from './call-explanation.ts';
import { configDiagnostics, configHover } from './config-document.ts';
import { driverCalls } from './driver-calls.ts';
import { driverLenses } from './driver-lenses.ts';
import { editorLinks } from './editor-links.ts';
import { FileAccess } from './file-access.ts';
import { findingActions } from './finding-actions.ts';
import { LogService, READ_AT_ONCE } from './log-service.ts';
import { LongDocument } from './long-document.ts';
import { presentDiagnostic } from './present-diagnostic.ts';
import { PlatformRegistry, WORKSPACE_PLATFORM } from './platform-registry.ts';
import { scenarioDiagnostics } from './scenario-diagnostics.ts';
import { scenarioLenses } from './scenario-lenses.ts';
import { ScenarioService } from './scenario-service.ts';
import { SourceService } from './source-service.ts';
import { TraceService } from './trace-service.ts';
import { WorkspaceScan } from './workspace-scan.ts';
import { withProgress } from './with-progress.ts';
import { planReport } from './plan-service.ts';
import { withCommandLineFacts } from '../evidence/command-line-facts.ts';
import { scenarioDraftText } from '../render/scenario-draft-text.ts';
import { scenarioFromDriver } from '../rules/scenario-from-driver.ts';
import { scenarioFromLog } from '../rules/scenario-from-log.ts';
import { groupDigits } from '../core/units/bytes.ts';
import { readWorkspacePlatform } from './workspace-platform.ts';

declare const DMA_APERTURE_VERSION: string;

/** Time without an edit before a document is read again, in milliseconds, at most: one that takes less to read waits less. */
const EDIT_PAUSE = 150;
/** A check that takes less than this many milliseconds disturbs nobody. */
const AT_ONCE = 20;

const SEVERITY_NUMBERS: Readonly<Record<ServerSettings['diagnostics']['minimumSeverity'], number>> = { error: 1, warning: 2, information: 3, hint: 4 };

/** Ties the rooms to one connection: documents in, diagnostics and answers out. The same in Node and in a web worker. */
export function startServer(connection: Connection, environment: ServerEnvironment): void {
  new LanguageServer(connection, environment).listen();
}

class LanguageServer {
  readonly #connection: Connection;
  readonly #environment: ServerEnvironment;
  readonly #documents = new TextDocuments({
    create: (uri, languageId, version, content): TextDocument => (languageId === LANGUAGES.kernelLog && content.length > READ_AT_ONCE ? new LongDocument(uri, languageId, version, content) : TextDocument.create(uri, languageId, version, content)),
    update: (document: TextDocument, changes, version) => this.#update(document, changes, version),
  });
  readonly #files: FileAccess;
  readonly #sources: SourceService;
  readonly #scenarios: ScenarioService;
  readonly #traces: TraceService;
  readonly #platforms = new PlatformRegistry(() => void this.#connection.sendNotification(SERVER_NOTIFICATIONS.platformsChanged.method, {}));
  readonly #logs = new LogService(this.#platforms, (uri) => this.#platformChanged(uri));
  readonly #scan: WorkspaceScan;
  readonly #told = new Set<string>();
  readonly #pending = new Map<string, ReturnType<typeof setTimeout>>();
  /** How long the check of a document took, in milliseconds. */
  readonly #took = new Map<string, number>();
  #settings: ServerSettings = DEFAULT_SERVER_SETTINGS;
  /** Until the settings and the workspace's own platform are read. */
  #settled: Promise<void> = Promise.resolve();
  #folders: readonly string[] = [];
  /** The platform that was chosen in an earlier session. */
  #restored: string | undefined;
  #workspaceUris: readonly string[] = [];
  #limits: PlatformLimits;
  #configurable = false;
  /** Whether the client tells of changed settings once it is asked to. */
  #configurationChanges = false;
  #foldersChange = false;
  #lensesRefresh = false;
  #hintsRefresh = false;
  #copies = false;
  /** Where this package lies, for a client that follows links of diagnostics. */
  #packageUri: string | undefined;

  constructor(connection: Connection, environment: ServerEnvironment) {
    this.#connection = connection;
    this.#environment = environment;
    this.#files = new FileAccess(connection, this.#documents, environment);
    this.#sources = new SourceService(this.#files, (folder) => this.#passingChanged(folder));
    this.#scenarios = new ScenarioService(this.#files);
    this.#traces = new TraceService(this.#files, this.#scenarios);
    this.#limits = limitsOf(this.#platforms.active);
    this.#scan = new WorkspaceScan({
      files: this.#files, sources: this.#sources, limits: () => this.#limits,
      isOpen: (uri) => this.#documents.get(uri) !== undefined,
      publish: (uri, diagnostics) => void this.#publish(uri, diagnostics),
      failed: (uri, error) => this.#failed(uri, error),
    });
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => {
      this.#settled = this.#initialized();
    });
    connection.onDidChangeConfiguration(() => {
      this.#settled = this.#configurationChanged();
    });
    connection.onDidChangeWatchedFiles(({ changes }) => void this.#filesChanged(changes.map(({ uri }) => uri)));
    connection.onHover(({ textDocument, position }) => this.#hover(textDocument.uri, position));
    connection.languages.inlayHint.on(({ textDocument, range }) => this.#hints(textDocument.uri, range));
    connection.onDocumentSymbol(({ textDocument }) => this.#ofLog(textDocument.uri, (log) => this.#logs.symbols(log)));
    connection.onFoldingRanges(({ textDocument }) => this.#ofLog(textDocument.uri, (log) => this.#logs.folding(log)));
    connection.onDocumentLinks(({ textDocument }) => this.#ofLog(textDocument.uri, (log) => this.#logs.links(log)));
    connection.onDefinition(({ textDocument, position }, token) => this.#definition(textDocument.uri, position.line, () => token.isCancellationRequested));
    connection.onCodeAction((params) => this.#actions(params));
    connection.onCodeLens(({ textDocument }) => (this.#settings.codeLens.enabled ? this.#lenses(textDocument.uri) : []));
    this.#answer(SERVER_REQUESTS.platforms, () => this.#platforms.choices());
    this.#answer(SERVER_REQUESTS.selectPlatform, ({ id }) => this.#select(id));
    this.#answer(SERVER_REQUESTS.platformSheet, () => this.#settled.then(() => this.#platforms.sheet()));
    this.#answer(SERVER_REQUESTS.operation, ({ recording, operation }, token) => this.#scenarios.operation(recording, operation, () => token.isCancellationRequested));
    this.#answer(SERVER_REQUESTS.recordingPart, ({ recording, offset }) => this.#scenarios.recordingPart(recording, offset));
    this.#answer(SERVER_REQUESTS.panelState, ({ step, call }) => (call ? this.#explain(call) : this.#scenarios.panelState(this.#platforms.active, step)));
    this.#answer(SERVER_REQUESTS.trySettings, ({ recording, step, workDoneToken }, token) => withProgress(connection, workDoneToken, 'Running under other settings', (report) => (
      this.#scenarios.trySettings(recording, step, () => token.isCancellationRequested, ({ done, total }) => report(`${done} of ${total} settings`, done / total)))));
    this.#answer(SERVER_REQUESTS.scenarios, () => this.#scenarios.choices());
    this.#answer(SERVER_REQUESTS.runScenario, ({ id }, token) => this.#scenarios.run(id, this.#platforms.active, () => token.isCancellationRequested));
    this.#answer(SERVER_REQUESTS.traces, ({ uri }) => this.#traces.choices(uri));
    this.#answer(SERVER_REQUESTS.unpackedText, async ({ uri }) => ({ text: await this.#files.readPacked(uri) ?? '' }));
    this.#answer(SERVER_REQUESTS.openTrace, ({ uri, plan, label }, token) => this.#traces.open(uri, plan, label, () => token.isCancellationRequested));
    this.#answer(SERVER_REQUESTS.scenarioTests, () => this.#scenarios.tests());
    this.#answer(SERVER_REQUESTS.runScenarioTest, ({ id }, token) => this.#scenarios.test(id, this.#platforms.active, () => token.isCancellationRequested));
    this.#answer(SERVER_REQUESTS.planBuffer, ({ workDoneToken, ...request }, token) => withProgress(connection, workDoneToken, 'Planning the buffer', (report) => (
      planReport(request, this.#platforms.active, () => token.isCancellationRequested, ({ done, total }) => report(`${done} of ${total} ways tried`, done / total)))));
    this.#answer(SERVER_REQUESTS.sizeAperture, ({ id, workDoneToken }, token) => withProgress(connection, workDoneToken, 'Searching the smallest aperture', (report) => (
      this.#scenarios.size(id, this.#platforms.active, () => token.isCancellationRequested, ({ done, total }) => report(`${done} of ${total} runs`, done / total)))));
    this.#answer(SERVER_REQUESTS.scenarioFromLog, ({ uri }) => this.#scenarioFromLog(uri));
    this.#answer(SERVER_REQUESTS.scenarioFromDriver, ({ uri }) => this.#scenarioFromDriver(uri));
    this.#answer(SERVER_REQUESTS.scanWorkspace, async ({ workDoneToken }, token) => {
      await this.#settled;
      return withProgress(connection, workDoneToken, 'Checking the C files of the workspace', (report) => this.#scan.run(
        this.#settings.scan,
        ({ done, total, findings }) => report(`${groupDigits(done)} of ${groupDigits(total)} files, ${groupDigits(findings)} finding${findings === 1 ? '' : 's'}`, done / Math.max(1, total)),
        () => token.isCancellationRequested,
      ));
    });
    this.#answer(SERVER_REQUESTS.clearScan, () => {
      this.#scan.clear();
      return {};
    });
    this.#documents.onDidChangeContent(({ document }) => this.#changed(document));
    this.#documents.onDidClose(({ document }) => this.#closed(document.uri));
    this.#documents.listen(connection);
    connection.listen();
  }

  #initialize(params: Parameters<Parameters<Connection['onInitialize']>[0]>[0]): InitializeResult {
    const options = parseInitializationOptions(params.initializationOptions);
    if (!options.ok) this.#connection.console.error(`initializationOptions: ${options.error}`);
    const given = options.ok ? options.value : {};
    this.#copies = given.copiesText === true;
    if (params.capabilities.textDocument?.publishDiagnostics?.codeDescriptionSupport === true) this.#packageUri = given.packageUri ?? this.#environment.packageUri;
    this.#files.throughClient = given.readsFiles === true;
    const { wasm } = given;
    this.#sources.modules = wasm ? () => Promise.resolve({ runtime: wasm.runtime, grammar: wasm.grammar }) : this.#environment.parserModules;
    this.#restored = given.platform;
    if (given.platform !== undefined) this.#platforms.restore(given.platform);
    this.#folders = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    this.#configurable = params.capabilities.workspace?.configuration === true;
    this.#configurationChanges = params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true;
    this.#lensesRefresh = params.capabilities.workspace?.codeLens?.refreshSupport === true;
    this.#hintsRefresh = params.capabilities.workspace?.inlayHint?.refreshSupport === true;
    this.#foldersChange = params.capabilities.workspace?.workspaceFolders === true;
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true, inlayHintProvider: { resolveProvider: false }, documentSymbolProvider: true, codeLensProvider: { resolveProvider: false },
        definitionProvider: true, codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] }, foldingRangeProvider: true, documentLinkProvider: { resolveProvider: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: 'dma-aperture', version: DMA_APERTURE_VERSION },
    };
  }

  async #initialized(): Promise<void> {
    if (this.#configurationChanges) await this.#connection.client.register(DidChangeConfigurationNotification.type, { section: SETTINGS_SECTION });
    if (this.#foldersChange) {
      this.#connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => uri));
        this.#folders = [...this.#folders.filter((uri) => !gone.has(uri)), ...added.map(({ uri }) => uri)];
        void this.#readWorkspace();
      });
    }
    await this.#restoreLog();
    await this.#configurationChanged();
  }

  /** A log that was chosen in an earlier session need not be open again: its file is read. */
  async #restoreLog(): Promise<void> {
    const uri = this.#restored === undefined ? undefined : logUriOf(this.#restored);
    if (uri === undefined || this.#documents.get(uri)) return;
    const text = await this.#files.readOnce(uri);
    if (text !== undefined && !this.#documents.get(uri)) this.#logs.offerFile(uri, text);
  }

  async #configurationChanged(): Promise<void> {
    if (this.#configurable) {
      try {
        this.#settings = parseServerSettings(await this.#connection.workspace.getConfiguration(SETTINGS_SECTION));
      } catch {
        this.#settings = DEFAULT_SERVER_SETTINGS; // a client that said it can and does not
      }
    }
    this.#platforms.setting = this.#settings.platform;
    await this.#readWorkspace();
  }

  async #readWorkspace(): Promise<void> {
    const found = await readWorkspacePlatform(this.#folders, this.#settings, this.#files);
    if (found.facts) this.#platforms.offerWorkspace(found.facts, found.detail, found.problems, found.contradictions);
    else {
      this.#platforms.withdraw(WORKSPACE_PLATFORM);
      this.#tellUnread(found.problems);
    }
    this.#workspaceUris = found.uris;
    const config = found.facts?.config;
    this.#sources.config = config && new Map([...config].map(([symbol, fact]) => [symbol, fact.value]));
    this.#platformChanged();
    this.#refreshHints();
  }

  /** Says once what was asked for and is of no use: no platform tells of it. */
  #tellUnread(problems: readonly string[]): void {
    for (const problem of problems) {
      if (!this.#told.has(problem)) void this.#connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message: problem });
      this.#told.add(problem);
    }
  }

  async #filesChanged(uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.#files.forget(uri);
    if (uris.some((uri) => this.#workspaceUris.includes(uri) || /\/(\.config|Makefile)$/.test(uri))) await this.#readWorkspace();
    const others = uris.filter((uri) => uri.endsWith('.c')).map((uri) => this.#sources.sourceChanged(uri));
    this.#scan.filesChanged(uris, others.flatMap(({ folders }) => folders));
    for (const source of others.flatMap(({ open }) => open)) this.#schedule(source);
    for (const uri of uris) {
      if (!uri.endsWith('.h')) continue;
      for (const source of await this.#sources.headerChanged(uri)) this.#schedule(source);
      this.#refreshHints();
    }
  }

  /** What hands sizes on in a folder is not what it was: its callers are checked again. */
  #passingChanged(folder: string): void {
    this.#scan.passingChanged(folder);
    for (const uri of this.#sources.forgetBelow(folder)) this.#schedule(uri);
    this.#refreshHints();
  }

  /** Makes edits, one after the other, and lets the logs know what each leaves alone. */
  #update(document: TextDocument, changes: TextDocumentContentChangeEvent[], version: number): TextDocument {
    for (const change of changes) {
      const length = document instanceof LongDocument ? document.pieces.length : document.languageId === LANGUAGES.kernelLog ? document.getText().length : 0;
      const range = 'range' in change ? change.range : undefined;
      this.#logs.touched(document.uri, range ? { before: Math.min(document.offsetAt(range.start), document.offsetAt(range.end)), behind: length - Math.max(document.offsetAt(range.start), document.offsetAt(range.end)) } : { before: 0, behind: 0 });
      if (document instanceof LongDocument) document.update([change], version);
      else TextDocument.update(document, [change], version);
    }
    return document;
  }

  #changed(document: TextDocument): void {
    this.#schedule(document.uri, document.version === 1 ? 0 : this.#pauseFor(document.uri));
    if (document.uri.endsWith('.h')) void this.#filesChanged([document.uri]);
  }

  #closed(uri: string): void {
    clearTimeout(this.#pending.get(uri));
    this.#pending.delete(uri);
    this.#took.delete(uri);
    this.#sources.close(uri);
    this.#files.forget(uri);
    void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
    this.#scan.closed(uri);
    if (this.#logs.close(uri)) this.#platformChanged();
    else this.#refreshLenses();
  }

  /** A quick check follows an edit at once. */
  #pauseFor(uri: string): number {
    const took = this.#took.get(uri) ?? EDIT_PAUSE;
    return took < AT_ONCE ? 0 : Math.min(EDIT_PAUSE, 3 * took);
  }

  #schedule(uri: string, pause = EDIT_PAUSE): void {
    clearTimeout(this.#pending.get(uri));
    this.#pending.set(uri, setTimeout(() => {
      this.#pending.delete(uri);
      void this.#check(uri);
    }, pause));
  }

  /** Reads a document again and tells what is found in it. A failure is said in the log; other documents go on. */
  async #check(uri: string): Promise<void> {
    const document = this.#documents.get(uri);
    if (!document) return;
    try {
      const { version } = document;
      const begun = performance.now();
      const diagnostics = await this.#diagnose(document);
      this.#took.set(uri, performance.now() - begun);
      // An edit that came meanwhile has its own check under way.
      if (this.#documents.get(uri)?.version !== version) return;
      await this.#publish(uri, diagnostics, version);
    } catch (error) {
      // The edit that came meanwhile has its own check under way.
      if (error instanceof ResponseError && error.code === LSPErrorCodes.ContentModified) return;
      this.#failed(uri, error);
    }
  }

  #failed(uri: string, error: unknown): void {
    this.#connection.console.error(`${uri}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #publish(uri: string, diagnostics: readonly Diagnostic[], version?: number): Promise<void> {
    const least = SEVERITY_NUMBERS[this.#settings.diagnostics.minimumSeverity];
    const policy = policyOf(this.#settings.rules.severity);
    const shown = diagnostics.flatMap((each) => presentDiagnostic(each, policy, this.#packageUri) ?? []).filter(({ severity }) => (severity ?? 1) <= least);
    return this.#connection.sendDiagnostics({ uri, diagnostics: shown, ...(version === undefined ? {} : { version }) });
  }

  async #diagnose(document: TextDocument): Promise<Diagnostic[]> {
    if (document.languageId === LANGUAGES.kernelLog) {
      const diagnostics = await this.#logs.diagnostics(document);
      // Lenses over a driver's calls count what its log says.
      this.#refreshLenses();
      return diagnostics;
    }
    if (document.languageId === LANGUAGES.kernelConfig) {
      const of = configDiagnostics(document.uri, document.getText(), this.#logs.open.map(({ reading }) => reading.platform));
      return [...of, ...this.#bootDiagnostics(document)];
    }
    if (isBootConfiguration(document.uri)) return this.#bootDiagnostics(document);
    if (isScenario(document.uri)) return scenarioDiagnostics(document.getText());
    if (document.languageId !== LANGUAGES.c) return [];
    const source = await this.#sources.scan(document);
    return source.diagnostics(this.#limits);
  }

  /** The options of the command lines that a file sets, for the active platform. */
  #bootDiagnostics(document: TextDocument): Diagnostic[] {
    return checkBootConfiguration(document.uri, document.getText(), this.#platforms.optionReader).map(lspDiagnostic);
  }

  /** What an open kernel log answers; nothing for any other document. */
  async #ofLog<T>(uri: string, answer: (log: TextDocument) => Promise<T[]>): Promise<T[]> {
    const document = this.#documents.get(uri);
    return document?.languageId === LANGUAGES.kernelLog ? answer(document) : [];
  }

  /** From a failing line of a log to the driver's calls. */
  async #definition(uri: string, line: number, cancelled: () => boolean): Promise<Location[]> {
    const document = this.#documents.get(uri);
    if (document?.languageId !== LANGUAGES.kernelLog) return [];
    const driver = await this.#logs.driverAt(document, line);
    return driver === undefined ? [] : driverCalls(driver, this.#files, cancelled);
  }

  async #lenses(uri: string): Promise<CodeLens[]> {
    if (isScenario(uri)) return scenarioLenses(uri);
    const document = this.#documents.get(uri);
    if (document?.languageId === LANGUAGES.c) {
      const { calls } = (await this.#sources.scan(document)).scan;
      return driverLenses(uri, document.getText(), calls, this.#logs.open);
    }
    return this.#ofLog(uri, (log) => this.#logs.lenses(log));
  }

  async #hover(uri: string, position: { line: number; character: number }): Promise<Hover | null> {
    const document = this.#documents.get(uri);
    if (!document) return null;
    if (document.languageId === LANGUAGES.kernelLog) return this.#logs.hover(document, position.line, position.character);
    if (document.languageId === LANGUAGES.kernelConfig) return configHover(document, position);
    if (document.languageId !== LANGUAGES.c) return null;
    const source = await this.#sources.scan(document);
    return source.hover(document.offsetAt(position), this.#limits, editorLinks(uri, this.#copies)) ?? null;
  }

  async #actions({ textDocument: { uri }, range, context }: CodeActionParams): Promise<CodeAction[]> {
    const document = this.#documents.get(uri);
    if (document?.languageId !== LANGUAGES.c) return this.#ofLog(uri, (log) => this.#logs.actions(log, range, context.diagnostics, this.#documents.all(), this.#copies));
    const source = await this.#sources.scan(document);
    const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    return [
      ...findingActions(uri, document.getText(), source.findingsIn(start, end, this.#limits), context),
      ...callActions(uri, source.callsIn(start, end, this.#limits), context, this.#copies),
    ];
  }

  async #hints(uri: string, range: Range): Promise<InlayHint[]> {
    const document = this.#documents.get(uri);
    if (document?.languageId !== LANGUAGES.c || !this.#settings.inlayHints.enabled) return [];
    return (await this.#sources.scan(document)).hints(range, editorLinks(uri, this.#copies));
  }

  /** The panel's picture of the active platform with a call held against it. */
  async #explain({ uri, line, column }: CallPlace): Promise<PanelState> {
    const text = await this.#files.readOnce(uri);
    const document = text === undefined ? undefined : TextDocument.create(uri, LANGUAGES.c, 0, text);
    const source = document && (await this.#sources.scanFile(uri, document.getText(), undefined)).document;
    const checked = document && source?.callAt(document.offsetAt({ line: line - 1, character: column - 1 }), this.#limits);
    if (!checked) throw new ResponseError(LSPErrorCodes.RequestFailed, `There is no DMA call of a known kind at line ${line} of ${decodeURIComponent(uri.split('/').at(-1) ?? uri)}.`);
    // A run may be of another platform than the one that calls are held against.
    this.#scenarios.forgetRun();
    return { ...this.#scenarios.panelState(this.#platforms.active), call: callExplanation(uri, checked, this.#limits) };
  }

  /** @throws ResponseError where the log is not open, or has no failure to make a scenario of */
  async #scenarioFromLog(uri: string): Promise<{ text: string }> {
    const name = decodeURIComponent(uri.split('/').at(-1) ?? uri);
    const document = this.#documents.get(uri);
    const log = document && await this.#logs.read(document);
    if (!log) throw new ResponseError(LSPErrorCodes.RequestFailed, `${name} is not open as a kernel log.`);
    const { reading } = log;
    const draft = scenarioFromLog(name, withCommandLineFacts(reading.platform), reading.facts.failures);
    if (!draft) throw new ResponseError(LSPErrorCodes.RequestFailed, `${name} has no mapping that failed and states its size: there is nothing to make a scenario of.`);
    return { text: scenarioDraftText(draft) };
  }

  /** @throws ResponseError where the file cannot be read, or asks for no DMA memory */
  async #scenarioFromDriver(uri: string): Promise<{ text: string }> {
    const path = decodeURIComponent(uri);
    const name = path.split('/').at(-1) ?? path;
    const text = await this.#files.readOnce(uri);
    if (text === undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, `${name} cannot be read.`);
    const { source } = (await this.#sources.scanFile(uri, text, undefined)).scan;
    const draft = scenarioFromDriver({ name, path, text, calls: source.calls }, this.#platforms.active);
    if (!draft) throw new ResponseError(LSPErrorCodes.RequestFailed, `${name} asks for no DMA memory: there is nothing to make a scenario of.`);
    return { text: scenarioDraftText(draft) };
  }

  async #select(id: string): Promise<ReturnType<PlatformRegistry['describe']>> {
    // A log that has just been opened may not have been read yet.
    const log = this.#documents.get(logUriOf(id) ?? '');
    if (log?.languageId === LANGUAGES.kernelLog) await this.#logs.read(log);
    if (!this.#platforms.choose(id)) throw new ResponseError(LSPErrorCodes.RequestFailed, `There is no platform "${id}" now: a log must be open as a kernel log to be chosen.`);
    // The panel goes with the platform that was asked for.
    this.#scenarios.forgetRun();
    this.#platformChanged();
    return this.#platforms.describe();
  }

  /** Checks every C document anew and tells the client. @param except a document that is being checked already */
  #platformChanged(except?: string): void {
    this.#limits = limitsOf(this.#platforms.active, policyOf(this.#settings.rules.severity));
    void this.#connection.sendNotification(SERVER_NOTIFICATIONS.activePlatform.method, this.#platforms.describe());
    void this.#connection.sendNotification(SERVER_NOTIFICATIONS.panelChanged.method, {});
    this.#refreshLenses();
    for (const { uri, languageId } of this.#documents.all()) if ((languageId === LANGUAGES.c || isBootConfiguration(uri)) && uri !== except) this.#schedule(uri, 0);
    this.#scan.platformChanged();
  }

  /** Sizes may be others: a header changed, or what decides `#if`. */
  #refreshHints(): void {
    if (this.#hintsRefresh) this.#connection.sendRequest(InlayHintRefreshRequest.type).catch(() => undefined);
  }

  #refreshLenses(): void {
    // A client that is shutting down refuses, and nothing is lost.
    if (this.#lensesRefresh) this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  }

  #answer<P, R>(spec: RequestSpec<P, R>, handler: (params: P, token: CancellationToken) => R | Promise<R>): void {
    this.#connection.onRequest(spec.method, async (value: unknown, token: CancellationToken) => {
      const parsed = spec.params(value ?? {});
      if (!parsed.ok) throw new ResponseError(LSPErrorCodes.RequestFailed, `${spec.method}: ${parsed.error}`);
      try {
        return await handler(parsed.value, token);
      } catch (error) {
        if (error instanceof ResponseError) throw error;
        throw new ResponseError(LSPErrorCodes.RequestFailed, error instanceof Error ? error.message : String(error));
      }
    });
  }
}

function isScenario(uri: string): boolean {
  return uri.endsWith('.dma.json');
}
