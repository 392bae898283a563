import { isAscii } from 'node:buffer';

/** Makes text of bytes that come in parts cut anywhere. */
export interface PartDecoder {
  decode(chunk: Buffer): string;
  end(): string;
}

/** The decoder of a text that begins with these bytes: UTF-16 where its mark says so, else UTF-8. */
export function decoderOf(bytes: Buffer): PartDecoder {
  const utf16 = utf16Label(bytes);
  return utf16 === undefined ? utf8Decoder() : utf16Decoder(utf16);
}

export function utf16Label(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** UTF-8 that is whole. Buffers make strings of one byte a character of ASCII, which TextDecoder does not. */
export function decodeUtf8(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
}

function utf16Decoder(label: 'utf-16le' | 'utf-16be'): PartDecoder {
  const decoder = new TextDecoder(label);
  return { decode: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}

/** UTF-8 in parts that end where a character does. */
function utf8Decoder(): PartDecoder {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return {
    decode(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = characterEnd(bytes);
      rest = Buffer.from(bytes.subarray(end));
      const text = decodeUtf8(bytes.subarray(0, end));
      if (begun || text === '') return text;
      begun = true;
      return text.replace(/^\ufeff/, '');
    },
    end: () => rest.toString('utf8'),
  };
}

/** Where the last character that is whole ends: at most three bytes wait for the rest of theirs. */
function characterEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
