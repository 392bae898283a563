import { type Connection, type ProgressToken, WorkDoneProgress, type WorkDoneProgressBegin, type WorkDoneProgressEnd, type WorkDoneProgressReport } from 'vscode-languageserver';

/** Milliseconds between two reports: more than a person reads, and little for a client to draw. */
const PACE = 100;

/** Runs long work with work-done progress, where the client gave a token for it. @param run reports what it does and its share, 0 to 1 */
export async function withProgress<T>(connection: Connection, token: ProgressToken | undefined, title: string, run: (report: (message: string, share: number) => void) => Promise<T>): Promise<T> {
  if (token === undefined) return run(() => undefined);
  const send = (value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): void => void connection.sendProgress(WorkDoneProgress.type, token, value);
  let told = 0;
  send({ kind: 'begin', title, percentage: 0, cancellable: true });
  try {
    return await run((message, share) => {
      if (Date.now() - told < PACE) return;
      told = Date.now();
      send({ kind: 'report', message, percentage: Math.floor(100 * share) });
    });
  } finally {
    send({ kind: 'end' });
  }
}
