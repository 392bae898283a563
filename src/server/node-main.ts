import { readFileSync, readdirSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inflateRaw } from 'node:zlib';
import { ProposedFeatures, createConnection } from 'vscode-languageserver/node';
import { startServer } from './start-server.ts';

/** More is no header, configuration or tree file. */
const MAX_BYTES = 16 * 1024 * 1024;
/** No kernel image is larger unpacked. */
const MAX_UNPACKED = 256 * 1024 * 1024;

async function readUri(uri: string, bytes = false): Promise<string | undefined> {
  if (!uri.startsWith('file:')) return undefined;
  try {
    const path = fileURLToPath(uri);
    const info = await stat(path);
    return info.isFile() && info.size <= MAX_BYTES ? await readFile(path, bytes ? 'latin1' : 'utf8') : undefined;
  } catch {
    return undefined; // not there, or not readable: the same to whoever asks
  }
}

function readUriNow(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    const path = fileURLToPath(uri);
    // Most of the places where a header may lie hold none: asked without an exception.
    const info = statSync(path, { throwIfNoEntry: false });
    return info?.isFile() && info.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined; // as above
  }
}

function listUriNow(uri: string): string[] {
  if (!uri.startsWith('file:')) return [];
  try {
    return readdirSync(fileURLToPath(uri), { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name).split('/').map(encodeURIComponent).join('/'));
  } catch {
    return []; // as above
  }
}

// --stdio, --node-ipc, --socket=N or --pipe=NAME, as every editor's client passes it.
startServer(createConnection(ProposedFeatures.all), {
  readFile: readUri,
  packageUri: pathToFileURL(join(__dirname, '..')).href,
  readFileNow: readUriNow,
  listFolderNow: listUriNow,
  inflate: (packed) => new Promise((resolve) => {
    inflateRaw(packed, { maxOutputLength: MAX_UNPACKED }, (error, bytes) => {
      resolve(error ? undefined : bytes);
    });
  }),
  parserModules: async () => ({
    runtime: await readFile(join(__dirname, 'web-tree-sitter.wasm')),
    grammar: await readFile(join(__dirname, 'tree-sitter-c.wasm')),
  }),
});
