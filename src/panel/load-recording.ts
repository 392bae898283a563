import type { PanelRecording, Parsed } from '../protocol/panel-state.ts';
import type { PageHost } from './page-host.ts';

/** Bytes that one recording may take packed; far above what the extension makes. */
const MAX_BYTES = 2 ** 28;

/**
 * Asks for the parts of a recording one after the other.
 * @param report hears the bytes that are there; false ends the loading
 */
export async function loadRecording(host: PageHost, about: PanelRecording, report: (loaded: number) => boolean): Promise<Parsed<Uint8Array> | undefined> {
  if (about.bytes > MAX_BYTES) return { ok: false, error: `recording: ${about.bytes} bytes, expected at most ${MAX_BYTES}` };
  const whole = new Uint8Array(about.bytes);
  for (let loaded = 0; loaded < whole.length;) {
    const outcome = await host.request({ kind: 'recordingPart', recording: about.id, offset: loaded });
    if (!outcome.ok) return outcome;
    const part = outcome.bytes ?? new Uint8Array();
    if (part.length === 0 || loaded + part.length > whole.length) return { ok: false, error: `recording: ${loaded + part.length} bytes, expected ${whole.length}` };
    whole.set(part, loaded);
    loaded += part.length;
    if (!report(loaded)) return undefined;
  }
  return { ok: true, value: whole };
}
