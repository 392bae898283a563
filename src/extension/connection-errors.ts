import { CloseAction, ErrorAction } from 'vscode-languageclient';
import type { CloseHandlerResult, ErrorHandler, ErrorHandlerResult } from 'vscode-languageclient';

/** A server that ends more often than this within {@link WINDOW} is not started again by itself. */
const RESTARTS = 3;
const WINDOW = 3 * 60_000;

/**
 * Starts a server again that ended by accident, and gives up on one that cannot stay up. Nothing pops up: the status item
 * says that it stopped, and leads to the log and to a restart.
 */
export function connectionErrors(log: (message: string) => void, now: () => number): ErrorHandler {
  const ends: number[] = [];
  return {
    error(error: Error): ErrorHandlerResult {
      log(`The connection to the language server: ${error.message}`);
      return { action: ErrorAction.Continue, handled: true };
    },
    closed(): CloseHandlerResult {
      ends.push(now());
      const recent = ends.filter((at) => now() - at < WINDOW).length;
      if (recent <= RESTARTS) return { action: CloseAction.Restart, handled: true };
      log(`The language server ended ${recent} times in three minutes: it is not started again by itself.`);
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}
