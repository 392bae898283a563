import { useEffect } from 'preact/hooks';
import type { OpenRecording } from './open-recording.ts';
import type { PageHost } from './page-host.ts';
import type { PageEvent } from './page-model.ts';
import { searchModel } from './search-model.ts';

/** Asks why the operation before a position came out as it did, once the position rests. @param position undefined: nothing is asked */
export function useOperation(host: PageHost, recording: OpenRecording | undefined, position: number | undefined, dispatch: (event: PageEvent) => void): void {
  useEffect(() => {
    if (!recording || position === undefined || position === 0) return undefined;
    let wanted = true;
    const { id } = recording.about;
    void host.request({ kind: 'operation', recording: id, operation: position - 1 }).then((outcome) => {
      if (!wanted) return;
      if (!outcome.ok) dispatch({ kind: 'failed', error: outcome.error, retry: false });
      else if (outcome.detail) {
        const { detail, candidates } = outcome;
        const search = candidates && searchModel(detail, candidates);
        dispatch({ kind: 'operation', shown: { recording: id, detail, search } });
      }
    });
    return () => {
      wanted = false;
    };
  }, [host, recording, position]);
}
