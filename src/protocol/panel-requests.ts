import type { OperationDetail, SearchCandidates } from './operation-detail.ts';
import { PANEL_PROTOCOL_VERSION } from './panel-messages.ts';
import type { PanelMessage, PanelRequest } from './panel-messages.ts';

/** What a reply may carry beside its id. */
export interface ReplyContent {
  readonly error?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly detail?: OperationDetail | undefined;
  readonly candidates?: SearchCandidates | undefined;
}

/** How a request ended. A failure is a value with a sentence for the user, never a rejection. */
export type RequestOutcome = ({ readonly ok: true } & Omit<ReplyContent, 'error'>) | { readonly ok: false; readonly error: string; readonly timedOut: boolean };

/** The page's timers; this room has none of its own. */
export interface RequestTimer {
  readonly start: (milliseconds: number, run: () => void) => unknown;
  readonly stop: (handle: unknown) => void;
}

export interface PanelRequests {
  /** Sends and waits for the reply, at most `timeout` milliseconds. */
  readonly request: (body: PanelRequest) => Promise<RequestOutcome>;
  /** Ends the request that a `reply` names; false where none waits under that id (answered already, or timed out). */
  readonly settle: (id: number, content?: ReplyContent) => boolean;
}

/** Gives each request an id and joins it with its reply. */
export function createPanelRequests(
  send: (message: PanelMessage) => void,
  timer: RequestTimer,
  timeout: number,
  timedOutText: string,
): PanelRequests {
  const waiting = new Map<number, (outcome: RequestOutcome) => void>();
  let last = 0;
  return {
    request(body) {
      const id = ++last;
      return new Promise((resolve) => {
        const end = (outcome: RequestOutcome): void => {
          timer.stop(handle);
          waiting.delete(id);
          resolve(outcome);
        };
        const handle = timer.start(timeout, () => end({ ok: false, error: timedOutText, timedOut: true }));
        waiting.set(id, end);
        send({ ...body, version: PANEL_PROTOCOL_VERSION, id });
      });
    },
    settle(id, { error, ...content } = {}) {
      const end = waiting.get(id);
      end?.(error === undefined ? { ok: true, ...content } : { ok: false, error, timedOut: false });
      return end !== undefined;
    },
  };
}
