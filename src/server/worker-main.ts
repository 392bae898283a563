import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { startServer } from './start-server.ts';

declare const self: DedicatedWorkerGlobalScope;

// A worker cannot read the extension's files: the client sends the parser's WebAssembly as it initialises.
startServer(createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self)), {});
