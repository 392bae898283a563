import type { CParserModules } from '../csource/parse/c-parser.ts';

/** What the server needs of where it runs: Node or a web worker. */
export interface ServerEnvironment {
  /** The parser's WebAssembly, from the server's own folder; undefined where it has none, and the client must bring it. */
  readonly parserModules?: () => Promise<CParserModules>;
  /** Where this package lies, for a client that does not say: pages of rules stand in it. */
  readonly packageUri?: string;
  /** Reads a file for clients that do not answer the server's own requests; undefined: there is no such file. `bytes`: each character of it is a byte. */
  readonly readFile?: (uri: string, bytes?: boolean) => Promise<string | undefined>;
  /** Unpacks raw deflate data, whatever follows behind it; undefined where it is none. */
  readonly inflate?: (packed: Uint8Array) => Promise<Uint8Array | undefined>;
  /** As `readFile`, at once: for headers, which are found one by the other. */
  readonly readFileNow?: (uri: string) => string | undefined;
  /** Names in a folder, at once: those of folders with a `/` at their end; none where it cannot be read. */
  readonly listFolderNow?: (uri: string) => readonly string[];
}
