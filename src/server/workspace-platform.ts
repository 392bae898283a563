import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import { type Contradiction, mergeFacts } from '../evidence/merge-facts.ts';
import { readKernelTree } from '../evidence/tree/read-kernel-tree.ts';
import type { TreeText } from '../evidence/tree/source-text.ts';
import { TREE_SOURCES, type TreeSource } from '../evidence/tree/tree-features.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import type { ServerSettings } from '../protocol/server-settings.ts';
import { contradictionText } from '../render/contradiction-text.ts';
import { withCommandLineFacts } from '../evidence/command-line-facts.ts';
import type { FileAccess } from './file-access.ts';

export interface WorkspacePlatform {
  readonly facts: PlatformFacts;
  readonly detail: string;
  /** As sentences, contradictions among them. */
  readonly problems: readonly string[];
  readonly contradictions: readonly Contradiction[];
  /** URIs that were read: a change of one is a change of the platform. */
  readonly uris: readonly string[];
}

/** Files that were looked for and hold nothing that can be read. */
type NoWorkspacePlatform = Pick<WorkspacePlatform, 'problems' | 'uris'> & { readonly facts?: undefined };

/**
 * What the workspace's own `.config` and kernel tree say, from the folders or the paths of the settings.
 * @returns no facts where a workspace has neither, with the problems of what was there
 */
export async function readWorkspacePlatform(folders: readonly string[], settings: ServerSettings, files: FileAccess): Promise<WorkspacePlatform | NoWorkspacePlatform> {
  const problems: string[] = [];
  const uris: string[] = [];
  for (const folder of folders) {
    const found = await readFolder(folder, settings, files);
    if (found.facts) return found;
    problems.push(...found.problems);
    uris.push(...found.uris);
  }
  return { problems, uris };
}

async function readFolder(folder: string, settings: ServerSettings, files: FileAccess): Promise<WorkspacePlatform | NoWorkspacePlatform> {
  const tree = settings.kernelTree === '' ? folder : joinUri(folder, settings.kernelTree);
  const configUris = settings.kernelConfig === '' ? [joinUri(tree, '.config'), joinUri(tree, 'config.gz')] : [joinUri(folder, settings.kernelConfig)];
  const makefileUri = joinUri(tree, 'Makefile');
  const makefileText = await files.read(makefileUri);
  const parts: PlatformFacts[] = [];
  const names: string[] = [];
  const problems: string[] = [];
  const uris = [...configUris, makefileUri];
  // Any project has a Makefile; a kernel's states its version.
  if (makefileText !== undefined && /^PATCHLEVEL\s*=/m.test(makefileText.slice(0, 8192))) {
    const texts = await Promise.all(TREE_SOURCES.map(async (path) => ({ path, uri: joinUri(tree, path), text: await files.read(joinUri(tree, path)) })));
    const sources = new Map(texts.flatMap(({ path, uri, text }): [TreeSource, TreeText][] => (text === undefined ? [] : [[path, { uri, text }]])));
    uris.push(...texts.map(({ uri }) => uri));
    parts.push(readKernelTree({ uri: makefileUri, text: makefileText }, sources).facts);
    names.push('kernel tree');
  }
  for (const configUri of configUris) {
    const config = await files.readConfig(configUri);
    if (config === undefined) {
      // What nobody asked for need not be there.
      if (settings.kernelConfig !== '') problems.push(`${configUri}: cannot be read, or is larger than 16 MiB: expected a kernel configuration`);
      continue;
    }
    if ('unread' in config) {
      problems.push(`${configUri}: ${config.unread}`);
      continue;
    }
    const reading = readKconfig(config.text, configUri);
    if (reading.facts.config) {
      parts.push(reading.facts);
      names.push(configUri.slice(configUri.lastIndexOf('/') + 1));
      break;
    } else problems.push(`${configUri}: expected ${reading.problems[0]?.expected ?? 'a kernel configuration'}`);
  }
  // Any project may have a file of these names.
  if (parts.length === 0) return { problems: settings.kernelConfig === '' ? [] : problems, uris };
  const merged = mergeFacts(...parts);
  return {
    facts: withCommandLineFacts(merged.facts), detail: `${names.join(' and ')} of this workspace`,
    problems: [...problems, ...merged.contradictions.map(contradictionText)], contradictions: merged.contradictions, uris,
  };
}

/** A path below a folder's URI; absolute paths stand for themselves. */
function joinUri(folder: string, path: string): string {
  const base = folder.replace(/\/+$/, '');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return `${/^[a-z][\w+.-]*:\/\/[^/]*/i.exec(base)?.[0] ?? 'file://'}${encoded}`;
  return `${base}/${encoded.replace(/^(\.\/)+/, '')}`;
}
