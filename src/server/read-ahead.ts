/** Reads that are under way at once: enough to hide the way to the client and back. */
const WIDTH = 24;

/** Reads files in their order, some of them ahead of who takes them. */
export async function* readAhead(uris: readonly string[], read: (uri: string) => Promise<string | undefined>): AsyncGenerator<{ readonly uri: string; readonly text: string | undefined }> {
  const underWay: Promise<string | undefined>[] = [];
  let next = 0;
  for (const uri of uris) {
    while (next < uris.length && underWay.length < WIDTH) underWay.push(read(uris[next++] ?? uri));
    yield { uri, text: await underWay.shift() };
  }
}
