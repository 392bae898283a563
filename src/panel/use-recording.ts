import { useEffect } from 'preact/hooks';
import type { PanelState } from '../protocol/panel-state.ts';
import { loadRecording } from './load-recording.ts';
import { openRecording } from './open-recording.ts';
import type { PageHost } from './page-host.ts';
import type { PageEvent } from './page-model.ts';

/** Fetches the recording that a state tells of, once for each. */
export function useRecording(host: PageHost, state: PanelState | undefined, dispatch: (event: PageEvent) => void): void {
  const about = state?.recording;
  useEffect(() => {
    if (!state || !about) return undefined;
    let wanted = true;
    const { id, bytes: total } = about;
    dispatch({ kind: 'recording', shown: { kind: 'loading', id, loaded: 0, total } });
    const report = (loaded: number): boolean => {
      if (wanted) dispatch({ kind: 'recording', shown: { kind: 'loading', id, loaded, total } });
      return wanted;
    };
    void loadRecording(host, about, report).then((bytes) => {
      if (!wanted || !bytes) return;
      const opened = bytes.ok ? openRecording(bytes.value, about, state) : bytes;
      dispatch({ kind: 'recording', shown: opened.ok ? { kind: 'open', id, recording: opened.value } : { kind: 'broken', id, error: opened.error } });
    });
    return () => {
      wanted = false;
    };
  }, [host, about?.id]);
}
