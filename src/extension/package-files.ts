import * as vscode from 'vscode';
import { PACKAGE_SCHEME } from '../ids.ts';

/** Folders of the package whose files can be opened. */
const SHOWN = ['media/sample', 'media/scenarios'] as const;

/** A file of the package as a document that cannot be changed: `dma-aperture:/media/sample/boot.dmesg`. @param path from the package's root */
export function packageFile(path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: PACKAGE_SCHEME, path: `/${path}` });
}

/**
 * Samples and shipped scenarios, read only, wherever the extension lies: on disk, on a remote machine or on a web server.
 * They open in a window without a folder, and are read by the language server like any other file.
 */
export class PackageFiles implements vscode.FileSystemProvider {
  readonly #root: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(root: vscode.Uri) {
    this.#root = root;
  }

  /** The size is that of the bytes: a web server's files state none. */
  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length, permissions: vscode.FilePermission.Readonly };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const path = uri.path.slice(1);
    const shown = !path.split('/').includes('..') && SHOWN.some((folder) => path.startsWith(`${folder}/`));
    if (!shown) throw vscode.FileSystemError.FileNotFound(uri);
    try {
      return await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#root, path));
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  /** Nothing of a package changes. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
