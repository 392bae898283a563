/** `line-sieve.wat` as the build makes it: a binary module. */
export const wasm: Uint8Array;
