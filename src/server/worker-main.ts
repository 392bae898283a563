import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { startServer } from './start-server.ts';

declare const self: DedicatedWorkerGlobalScope;

// A worker cannot read the extension's files: the client sends the parser's WebAssembly as it initialises.
startServer(createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self)), { inflate });

/** No kernel image is larger unpacked. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/** What comes before the stream refuses what follows behind the data. */
async function inflate(packed: Uint8Array): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    for (let part = await reader.read(); !part.done && length <= MAX_UNPACKED; part = await reader.read()) {
      chunks.push(part.value);
      length += part.value.length;
    }
  } catch {
    // Refused at the end, or at once: then there are no chunks.
  }
  if (length === 0 || length > MAX_UNPACKED) return undefined;
  const unpacked = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    unpacked.set(chunk, at);
    at += chunk.length;
  }
  return unpacked;
}
