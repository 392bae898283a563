import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { SETTINGS_SECTION } from '../ids.ts';
import type { ExtensionApi } from './extension-api.ts';
import { startExtension } from './start-extension.ts';

/** VS Code's entry where there is a Node: the server is a child process. */
export function activate(context: ExtensionContext): ExtensionApi {
  const module = context.asAbsolutePath('dist/server.cjs');
  return startExtension(context, (options) => new LanguageClient(
    SETTINGS_SECTION,
    'DMA Aperture',
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    options,
  ));
}
