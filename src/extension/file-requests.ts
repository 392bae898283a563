import * as vscode from 'vscode';
import { CLIENT_REQUESTS } from '../protocol/server-requests.ts';
import type { ReadResult } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';
import { excludePattern } from './exclude-pattern.ts';
import { findBelow } from './find-below.ts';

/** Above this a file is no source text, configuration or log that anyone reads whole. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The most files that one search returns, whatever the server asks for. */
const MAX_FILES = 200_000;

/** Lets the server read and find files through VS Code, so that virtual and remote workspaces are like any other. */
export function answerFileRequests(server: ServerClient): vscode.Disposable {
  return vscode.Disposable.from(
    server.answer(CLIENT_REQUESTS.readFile, ({ uri, maxBytes, bytes }) => readFile(uri, maxBytes ?? MAX_BYTES, bytes === true)),
    server.answer(CLIENT_REQUESTS.listFolder, ({ uri }) => listFolder(uri)),
    server.answer(CLIENT_REQUESTS.findFiles, async ({ glob, max, exclude, walk }) => {
      const found = await findFiles(glob, exclude ?? [], Math.min(max, MAX_FILES), walk === true);
      return found.map((uri) => uri.toString());
    }),
  );
}

/**
 * A search of the workspace. Many virtual file systems have no search: VS Code finds nothing there and does not say so.
 * @param walk whether their folders are then read, one after the other
 */
async function findFiles(glob: string, exclude: readonly string[], max: number, walk: boolean): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(glob, excludePattern(exclude), max);
  if (!walk) return found;
  for (const { uri: top } of vscode.workspace.workspaceFolders ?? []) {
    if (SEARCHED.has(top.scheme) || (await vscode.workspace.findFiles(new vscode.RelativePattern(top, '**/*'), null, 1)).length > 0) continue;
    const list = (path: string): Promise<(readonly [string, boolean])[]> => entriesOf(path === '' ? top : vscode.Uri.joinPath(top, path));
    const below = await findBelow(list, glob, [...exclude, ...usersExcludes(top)], max - found.length);
    found.push(...below.map((path) => vscode.Uri.joinPath(top, path)));
  }
  return found;
}

/** Schemes whose files VS Code itself searches. */
const SEARCHED = new Set(['file', 'vscode-remote']);

function usersExcludes(folder: vscode.Uri): string[] {
  const set = vscode.workspace.getConfiguration('files', folder).get<Record<string, unknown>>('exclude', {});
  return Object.keys(set).filter((glob) => set[glob] === true);
}

async function listFolder(text: string): Promise<string[]> {
  const entries = await entriesOf(vscode.Uri.parse(text, true));
  return entries.map(([name, isFolder]) => (isFolder ? `${encodeURIComponent(name)}/` : encodeURIComponent(name)));
}

/** None for a folder that cannot be read. */
async function entriesOf(folder: vscode.Uri): Promise<(readonly [string, boolean])[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries.map(([name, type]) => [name, (type & vscode.FileType.Directory) !== 0]);
  } catch {
    return []; // not there, not readable, or a file system that does not list: the same to whoever asks
  }
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
