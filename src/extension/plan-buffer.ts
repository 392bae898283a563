import * as vscode from 'vscode';
import { parseSize } from '../core/units/parse-size.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { PlanRequest, Report } from '../protocol/server-requests.ts';
import { requestReport } from './request-report.ts';
import type { ServerClient } from './server-client.ts';
import { showReport } from './show-report.ts';

const TITLE = vscode.l10n.t('Plan a Buffer');
const STEPS = 5;

/** The wizard: size, mask, one address or pieces, copies and, where they may be, the rate. @param given answers that are known already; all of them: nothing is asked */
export async function planBuffer(server: ServerClient, given: Partial<PlanRequest> = {}): Promise<Report | undefined> {
  const bytes = given.bytes ?? await askSize();
  if (bytes === undefined) return undefined;
  const maskBits = given.maskBits ?? await pick(2, vscode.l10n.t('How far does the device reach?'), [
    [32, vscode.l10n.t('32 bits'), vscode.l10n.t('4 GiB: most older devices')], [64, vscode.l10n.t('64 bits'), vscode.l10n.t('all memory')],
    [36, vscode.l10n.t('36 bits'), '64 GiB'], [31, vscode.l10n.t('31 bits'), '2 GiB'], [30, vscode.l10n.t('30 bits'), '1 GiB'], [24, vscode.l10n.t('24 bits'), vscode.l10n.t('16 MiB: ISA')],
  ]);
  if (maskBits === undefined) return undefined;
  const contiguous = given.contiguous ?? await pick(3, vscode.l10n.t('What does the device take?'), [
    [true, vscode.l10n.t('One contiguous buffer'), vscode.l10n.t('it is given one address')], [false, vscode.l10n.t('A list of pieces'), vscode.l10n.t('it reads a scatterlist')],
  ]);
  if (contiguous === undefined) return undefined;
  const zeroCopy = given.zeroCopy ?? await pick<PlanRequest['zeroCopy']>(4, vscode.l10n.t('May the data be copied on its way?'), [
    ['no', vscode.l10n.t('It may'), ''], ['user', vscode.l10n.t('No copy to user space'), ''], ['domu', vscode.l10n.t('No copy to a guest'), vscode.l10n.t('a domU’s user space')],
  ]);
  if (zeroCopy === undefined) return undefined;
  // Where no copy may be made, none is counted.
  const bytesPerSecond = given.bytesPerSecond ?? (zeroCopy === 'no' ? await askRate() : 0);
  if (bytesPerSecond === undefined) return undefined;
  const report = await requestReport(server, vscode.l10n.t('DMA Aperture: planning the buffer'), SERVER_REQUESTS.planBuffer, { bytes, maskBits, contiguous, zeroCopy, bytesPerSecond });
  if (report) await showReport(report, 'dma-buffer-plan');
  return report;
}

function askSize(): Promise<number | undefined> {
  return ask({ title: step(1), prompt: vscode.l10n.t('How large is the buffer?'), value: '1G', placeHolder: vscode.l10n.t('1G, 512M, 2^18 pages, 0x40000') }, (text) => {
    const size = parseSize(text);
    return typeof size !== 'number' ? size.error : size < 1 ? vscode.l10n.t('expected at least one byte') : size;
  });
}

function askRate(): Promise<number | undefined> {
  return ask({ title: step(STEPS), prompt: vscode.l10n.t('How much data goes through it in a second? Empty: not known.'), placeHolder: vscode.l10n.t('100M, 1.5G') }, (text) => {
    const size = text.trim() === '' ? 0 : parseSize(text.replace(/\/s\s*$/, ''));
    return typeof size === 'number' ? size : size.error;
  });
}

/** @param read gives the value of a text, or what was expected instead */
async function ask(options: vscode.InputBoxOptions, read: (text: string) => number | string): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    ...options, ignoreFocusOut: true,
    validateInput: (value) => {
      const found = read(value);
      return typeof found === 'string' ? found : undefined;
    },
  });
  const found = text === undefined ? undefined : read(text);
  return typeof found === 'number' ? found : undefined;
}

async function pick<T>(at: number, question: string, choices: readonly (readonly [T, string, string])[]): Promise<T | undefined> {
  const picked = await vscode.window.showQuickPick(choices.map(([value, label, description]) => ({ value, label, description })), { title: step(at), placeHolder: question, ignoreFocusOut: true });
  return picked?.value;
}

function step(at: number): string {
  return vscode.l10n.t('{0} ({1} of {2})', TITLE, at, STEPS);
}
