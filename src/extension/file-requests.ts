import * as vscode from 'vscode';
import { CLIENT_REQUESTS } from '../protocol/server-requests.ts';
import type { ReadResult } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';
import { excludePattern } from './exclude-pattern.ts';

/** Above this a file is no source text, configuration or log that anyone reads whole. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The most files that one search returns, whatever the server asks for. */
const MAX_FILES = 200_000;

/** Lets the server read and find files through VS Code, so that virtual and remote workspaces are like any other. */
export function answerFileRequests(server: ServerClient): vscode.Disposable {
  return vscode.Disposable.from(
    server.answer(CLIENT_REQUESTS.readFile, ({ uri, maxBytes, bytes }) => readFile(uri, maxBytes ?? MAX_BYTES, bytes === true)),
    server.answer(CLIENT_REQUESTS.findFiles, async ({ glob, max, exclude }) => {
      const found = await vscode.workspace.findFiles(glob, excludePattern(exclude ?? []), Math.min(max, MAX_FILES));
      return found.map((uri) => uri.toString());
    }),
  );
}

async function readFile(text: string, maxBytes: number, asBytes: boolean): Promise<ReadResult> {
  try {
    const uri = vscode.Uri.parse(text, true);
    const stat = await vscode.workspace.fs.stat(uri);
    if ((stat.type & vscode.FileType.File) === 0) return { missing: true };
    if (stat.size > maxBytes) return { error: vscode.l10n.t('{0} bytes; at most {1} are read', stat.size, maxBytes) };
    const bytes = await vscode.workspace.fs.readFile(uri);
    return { text: asBytes ? charactersOf(bytes) : await vscode.workspace.decode(bytes, { uri }) };
  } catch (error) {
    if (error instanceof vscode.FileSystemError && ['FileNotFound', 'FileNotADirectory', 'FileIsADirectory'].includes(error.code)) {
      return { missing: true };
    }
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** A character a byte. */
function charactersOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}
