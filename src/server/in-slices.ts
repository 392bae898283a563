import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';

/** Milliseconds of work between two looks at what else has come: an edit, a cancellation. */
const SLICE = 20;

/**
 * Drives a long computation between other answers. @param report hears how far it is, once a slice
 * @throws ResponseError of the code RequestCancelled, once the client has cancelled; nothing is left behind
 */
export async function inSlices<P, R>(work: Generator<P, R>, isCancelled: () => boolean, report: (progress: P) => void = () => undefined): Promise<R> {
  let since = Date.now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (Date.now() - since < SLICE) continue;
    report(value);
    await new Promise<void>((resolve) => void setTimeout(resolve, 0));
    if (isCancelled()) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    since = Date.now();
  }
}
