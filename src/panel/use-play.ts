import { useEffect, useRef } from 'preact/hooks';

/** Operations a second at least, and seconds that a whole recording takes at most. */
const LEAST_RATE = 4;
const WHOLE_SECONDS = 30;

/** Moves the position on with the screen's own pace while it plays; stops at the end. */
export function usePlay(playing: boolean, position: number, operations: number, seek: (position: number) => void, stop: () => void): void {
  const at = useRef(position);
  // The person may scrub while it plays: it goes on from there.
  if (Math.floor(at.current) !== position) at.current = position;
  useEffect(() => {
    if (!playing) return undefined;
    const rate = Math.max(LEAST_RATE, operations / WHOLE_SECONDS);
    let last = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      const before = Math.floor(at.current);
      at.current = Math.min(operations, at.current + (rate * Math.max(0, now - last)) / 1000);
      last = now;
      if (Math.floor(at.current) !== before) seek(Math.floor(at.current));
      if (at.current >= operations) stop();
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, operations]);
}
