import { type Connection, type ProgressToken, WorkDoneProgress, type WorkDoneProgressBegin, type WorkDoneProgressEnd, type WorkDoneProgressReport } from 'vscode-languageserver';
import { groupDigits } from '../core/units/bytes.ts';
import type { ScanProgress } from './workspace-scan.ts';

/** Milliseconds between two reports: more than a person reads, and little for a client to draw. */
const PACE = 100;

/** Runs a scan with work-done progress, where the client gave a token for it. */
export async function scanProgress<T>(connection: Connection, token: ProgressToken | undefined, run: (report: (progress: ScanProgress) => void) => Promise<T>): Promise<T> {
  if (token === undefined) return run(() => undefined);
  const send = (value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): void => void connection.sendProgress(WorkDoneProgress.type, token, value);
  let told = 0;
  send({ kind: 'begin', title: 'Checking the C files of the workspace', percentage: 0, cancellable: true });
  try {
    return await run(({ done, total, findings }) => {
      if (Date.now() - told < PACE) return;
      told = Date.now();
      const message = `${groupDigits(done)} of ${groupDigits(total)} files, ${groupDigits(findings)} finding${findings === 1 ? '' : 's'}`;
      send({ kind: 'report', message, percentage: Math.floor((100 * done) / Math.max(1, total)) });
    });
  } finally {
    send({ kind: 'end' });
  }
}
