/** V8's own setting; other engines ignore it. */
const ENGINE: typeof Error & { stackTraceLimit?: number | undefined } = Error;

/** Thrown inside the room where a value cannot be established; `message` says in one phrase what is not known. */
export class Doubt extends Error {
  override readonly name = 'Doubt';

  constructor(message: string) {
    // Thousands are thrown in a scan, and caught by their type: where from is not worth the walk through the stack.
    const { stackTraceLimit } = ENGINE;
    ENGINE.stackTraceLimit = 0;
    super(message);
    ENGINE.stackTraceLimit = stackTraceLimit;
  }
}

/** A bound on work was reached: nothing that builds on the question may go on, or the work would multiply. */
export class ExhaustedDoubt extends Doubt {}

/** More ways are open than are tried. */
export class WorldsDoubt extends Doubt {}
