import * as vscode from 'vscode';
import { UNPACKED_SCHEME } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';

/** The document of a file's text: a read-only one of what is packed in it, else the file itself. */
export function documentUri(uri: vscode.Uri): vscode.Uri {
  if (!uri.path.endsWith('.gz') || uri.scheme === UNPACKED_SCHEME) return uri;
  return vscode.Uri.from({ scheme: UNPACKED_SCHEME, path: uri.path.slice(0, -'.gz'.length), query: uri.toString() });
}

/** The file that a document of this scheme is of; any other is itself. */
export function fileOf(document: vscode.Uri): vscode.Uri {
  return document.scheme === UNPACKED_SCHEME ? vscode.Uri.parse(document.query, true) : document;
}

/** Documents of what is packed in files; the server unpacks them, as it does where it reads them itself. */
export function provideUnpacked(server: ServerClient): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(UNPACKED_SCHEME, {
    async provideTextDocumentContent(uri) {
      const answer = await server.request(SERVER_REQUESTS.unpackedText, { uri: fileOf(uri).toString() });
      return answer.ok ? answer.value.text : undefined;
    },
  });
}
