import * as vscode from 'vscode';
import { RevealOutputChannelOn } from 'vscode-languageclient';
import type { LanguageClientOptions } from 'vscode-languageclient';
import { COMMANDS, DIAGNOSTIC_SOURCE, INTERNAL_COMMANDS, LANGUAGES, PACKAGE_SCHEME } from '../ids.ts';
import type { InitializationOptions } from '../protocol/initialization-options.ts';
import { connectionErrors } from './connection-errors.ts';
import type { FindingsStore } from './findings-store.ts';

/** Files that say something of the platform, that sizes come from, or that a scan has read; a change of one is told to the server. */
const WATCHED = '**/{.config,config.gz,Makefile,*.c,*.h,*.dma.json}';

const SCENARIOS = '**/*.dma.json';

/** Files that set a command line: their options are checked, and a quick fix of a log puts an option into one that is open. */
const BOOT_CONFIGURATIONS = [
  '**/{grub,*.cfg,*.xl,extlinux.conf,syslinux.conf,isolinux.conf,*_defconfig,Makefile,makefile,GNUmakefile,*.mk}', '**/loader/entries/*.conf', '**/kernel/cmdline', '**/kernel/cmdline.d/*.conf', '**/pxelinux.cfg/*',
];

/**
 * Where documents lie that a person works on. Schemes that are named nowhere here show another's text: a file's state in
 * git, an output channel; findings there would be doubled or beside the point.
 */
const SCHEMES = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-local', 'vscode-test-web', 'memfs', PACKAGE_SCHEME];

/** What the language client is told, in Node and in a web worker alike. */
export function clientOptions(log: vscode.LogOutputChannel, store: FindingsStore, initialize: () => InitializationOptions): LanguageClientOptions {
  const schemes = new Set([...SCHEMES, ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme)]);
  return {
    documentSelector: [...schemes].flatMap((scheme) => [
      ...[LANGUAGES.c, LANGUAGES.kernelLog, LANGUAGES.kernelConfig].map((language) => ({ scheme, language })),
      { scheme, pattern: SCENARIOS },
      ...BOOT_CONFIGURATIONS.map((pattern) => ({ scheme, pattern })),
    ]),
    diagnosticCollectionName: DIAGNOSTIC_SOURCE,
    outputChannel: log,
    traceOutputChannel: log,
    // A person asks for the log by a command, or follows the status item to it.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: connectionErrors((message) => log.error(message), () => Date.now()),
    initializationOptions: initialize,
    middleware: {
      handleDiagnostics(uri, diagnostics, next) {
        store.set(uri, diagnostics);
        next(uri, diagnostics);
      },
    },
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher(WATCHED) },
    markdown: {
      isTrusted: { enabledCommands: [COMMANDS.openPanel, COMMANDS.choosePlatform, COMMANDS.explainCall, INTERNAL_COMMANDS.openEvidence, INTERNAL_COMMANDS.openRule] },
      supportHtml: false,
    },
  };
}
