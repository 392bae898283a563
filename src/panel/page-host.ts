import { parseHostMessage } from '../protocol/panel-messages.ts';
import type { HostMessage, PanelRequest } from '../protocol/panel-messages.ts';
import { createPanelRequests } from '../protocol/panel-requests.ts';
import type { PanelRequests, RequestOutcome } from '../protocol/panel-requests.ts';
import { fill, panelStrings } from '../protocol/panel-strings.ts';
import { INITIAL_VIEW_STATE, parsePanelViewState } from '../protocol/panel-view-state.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';

interface WebviewApi {
  readonly postMessage: (message: unknown) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

declare const acquireVsCodeApi: () => WebviewApi;

/** The extension as the page sees it. */
export interface PageHost {
  readonly request: (body: PanelRequest) => Promise<RequestOutcome>;
  /** Calls `run` with each message that is not a reply, and `refuse` with a sentence for one that could not be read. */
  readonly listen: (run: (message: Exclude<HostMessage, { kind: 'reply' }>) => void, refuse: (error: string) => void) => () => void;
  readonly kept: PanelViewState;
  readonly keep: (view: PanelViewState) => void;
}

const TIMEOUT_SECONDS = 15;

function settle(requests: PanelRequests, { id, error, bytes, detail, candidates }: Extract<HostMessage, { kind: 'reply' }>): void {
  requests.settle(id, { error, ...(bytes ? { bytes } : {}), ...(detail ? { detail } : {}), ...(candidates ? { candidates } : {}) });
}

/** Takes the API that VS Code puts into a webview; it can be taken once. */
export function connectPageHost(): PageHost {
  const api = acquireVsCodeApi();
  const timer = {
    start: (milliseconds: number, run: () => void): unknown => window.setTimeout(run, milliseconds),
    stop: (handle: unknown): void => window.clearTimeout(handle as number),
  };
  const requests = createPanelRequests((message) => api.postMessage(message), timer, TIMEOUT_SECONDS * 1000, fill(panelStrings.timedOut, TIMEOUT_SECONDS));
  const kept = parsePanelViewState(api.getState());
  return {
    request: (body) => requests.request(body),
    listen(run, refuse) {
      const receive = (event: MessageEvent): void => {
        const parsed = parseHostMessage(event.data);
        if (!parsed.ok) refuse(parsed.error);
        else if (parsed.value.kind === 'reply') settle(requests, parsed.value);
        else run(parsed.value);
      };
      window.addEventListener('message', receive);
      return () => window.removeEventListener('message', receive);
    },
    kept: kept.ok ? kept.value : INITIAL_VIEW_STATE,
    keep: (view) => api.setState(view),
  };
}
