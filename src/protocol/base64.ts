declare const btoa: (text: string) => string;
declare const atob: (text: string) => string;

/** Characters that one call of `String.fromCharCode` takes safely. */
const CHUNK = 8192;

/** Bytes as base64 text; pages, workers and Node all have the functions that it rests on. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** @returns undefined where the text is no base64 */
export function fromBase64(base64: string): Uint8Array | undefined {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}
