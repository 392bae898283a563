/** Thrown inside the room where a value cannot be established; `message` says in one phrase what is not known. */
export class Doubt extends Error {
  override readonly name = 'Doubt';
}
