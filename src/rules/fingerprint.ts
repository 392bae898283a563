/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits in hexadecimal, the same on every machine. */
export function fingerprint(text: string): string {
  return [0x811c9dc5, 0x050c5d1f].map((offset) => {
    let hash = offset;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  }).join('');
}
