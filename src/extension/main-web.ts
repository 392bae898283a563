import { Uri, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { SETTINGS_SECTION } from '../ids.ts';
import type { ExtensionApi } from './extension-api.ts';
import { startExtension } from './start-extension.ts';

/** VS Code's entry in a browser: the server is a web worker, and is handed the parser's WebAssembly. */
export async function activate(context: ExtensionContext): Promise<ExtensionApi> {
  const asset = (name: string): Uri => Uri.joinPath(context.extensionUri, 'dist', name);
  const [runtime, grammar] = await Promise.all(
    ['web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => workspace.fs.readFile(asset(name))),
  );
  return startExtension(
    context,
    (options) => new LanguageClient(SETTINGS_SECTION, 'DMA Aperture', new Worker(asset('web/server.js').toString(true)), options),
    runtime && grammar ? { wasm: { runtime, grammar } } : {},
  );
}
