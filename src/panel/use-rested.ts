import { useEffect, useState } from 'preact/hooks';

/** Milliseconds without a change after which what is costly follows. */
const REST = 100;

/** A value once it has stood still for a moment; at once where nothing moves it (`moving` is false). */
export function useRested<T>(value: T, moving: boolean): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    if (!moving) return undefined;
    const timer = window.setTimeout(() => setRested(value), REST);
    return () => window.clearTimeout(timer);
  }, [value, moving]);
  return moving ? rested : value;
}
