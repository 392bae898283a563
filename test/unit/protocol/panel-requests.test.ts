import { describe, expect, it } from 'vitest';
import { parsePanelMessage } from '../../../src/protocol/panel-messages.ts';
import type { PanelMessage } from '../../../src/protocol/panel-messages.ts';
import { createPanelRequests } from '../../../src/protocol/panel-requests.ts';
import type { PanelRequests } from '../../../src/protocol/panel-requests.ts';

interface Rig {
  readonly sent: PanelMessage[];
  readonly timers: Map<number, () => void>;
  readonly requests: PanelRequests;
}

function rig(): Rig {
  const sent: PanelMessage[] = [];
  const timers = new Map<number, () => void>();
  let last = 0;
  const timer = {
    start: (_: number, run: () => void): number => (timers.set(++last, run), last),
    stop: (handle: unknown): void => void timers.delete(handle as number),
  };
  return { sent, timers, requests: createPanelRequests((message) => sent.push(message), timer, 50, 'no answer') };
}

describe('createPanelRequests', () => {
  it('sends valid messages with ids of their own and joins replies by id', async () => {
    const { sent, timers, requests } = rig();
    const first = requests.request({ kind: 'ready' });
    const second = requests.request({ kind: 'selectStep', index: 3 });
    expect(sent.map((message) => parsePanelMessage(message).ok)).toEqual([true, true]);
    expect(sent.map((message) => message.id)).toEqual([1, 2]);
    expect(requests.settle(2, { error: 'no such step' })).toBe(true);
    expect(requests.settle(1)).toBe(true);
    expect(await second).toEqual({ ok: false, error: 'no such step', timedOut: false });
    expect(await first).toEqual({ ok: true });
    expect(timers.size).toBe(0);
  });

  it('times out once, and a late or foreign reply settles nothing', async () => {
    const { timers, requests } = rig();
    const outcome = requests.request({ kind: 'ready' });
    for (const run of [...timers.values()]) run();
    expect(await outcome).toEqual({ ok: false, error: 'no answer', timedOut: true });
    expect(requests.settle(1)).toBe(false);
    expect(requests.settle(99)).toBe(false);
  });
});
