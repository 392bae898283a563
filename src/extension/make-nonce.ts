/** 128 bits from the system's generator, as hexadecimal digits: what a content security policy lets a script run by. */
export function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
