/** Thrown inside the room where a value cannot be established; `message` says in one phrase what is not known. */
export class Doubt extends Error {
  override readonly name = 'Doubt';
}

/** A bound on work was reached: nothing that builds on the question may go on, or the work would multiply. */
export class ExhaustedDoubt extends Doubt {}

/** More ways are open than are tried. */
export class WorldsDoubt extends Doubt {}
