/** Input that cannot be used: its message is one line that names the file, the place and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
