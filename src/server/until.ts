/** The progress of some work until something has come about, or the work has ended. */
export function* until<P>(work: Generator<P, unknown>, cameAbout: () => boolean): Generator<P, undefined> {
  for (;;) {
    const step = work.next();
    if (step.done === true || cameAbout()) return undefined;
    yield step.value;
  }
}
