import type { CodeLens, Command } from 'vscode-languageserver-types';
import type { LogReading } from '../evidence/log/read-log.ts';
import { COMMANDS, INTERNAL_COMMANDS } from '../ids.ts';
import { logPlatformId } from '../protocol/server-requests.ts';

/**
 * Lenses at the top of a log and at its aperture: the panel for it, and the log as the platform that requests are held against.
 * @param offered whether its facts make a platform at all
 * @param active whether that platform is the active one
 */
export function logLenses({ uri, isKernelLog, items }: LogReading, offered: boolean, active: boolean): CodeLens[] {
  if (!isKernelLog || !offered) return [];
  const show: Command = { title: 'Show in DMA Aperture panel', command: INTERNAL_COMMANDS.openPanelForLog, arguments: [uri] };
  const use: Command = active
    ? { title: 'In use as platform', command: COMMANDS.choosePlatform }
    : { title: 'Use as platform', command: COMMANDS.choosePlatform, arguments: [logPlatformId(uri)] };
  const pool = items.find(({ kind }) => kind === 'pool' || kind === 'pool-placed' || kind === 'xenlinux-pool' || kind === 'xenlinux-aperture');
  const lines = new Set([0, ...(pool ? [pool.line - 1] : [])]);
  return [...lines].flatMap((line) => {
    const range = { start: { line, character: 0 }, end: { line, character: 0 } };
    return [{ range, command: show }, { range, command: use }];
  });
}
