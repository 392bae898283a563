import * as v from 'valibot';
import { parseWith } from './panel-state.ts';
import type { Parsed } from './panel-state.ts';

const bytes = v.custom<Uint8Array>(
  (value) => Object.prototype.toString.call(value) === '[object Uint8Array]',
  'expected a Uint8Array',
);

const initializationOptions = v.object({
  /**
   * The parser's WebAssembly, for a server in a web worker: the client can read the extension's files wherever they lie,
   * the worker cannot. A server in Node reads them from its own folder.
   */
  wasm: v.optional(v.object({ runtime: bytes, grammar: bytes })),
  /** Id of the platform that was chosen in this workspace before; one that is gone falls back to the setting. */
  platform: v.optional(v.string()),
  /** Where this package lies: links of diagnostics lead to the pages of rules in it. */
  packageUri: v.optional(v.string()),
  /** Whether the client answers {@link CLIENT_REQUESTS}; a server under another editor reads files itself, or not at all. */
  readsFiles: v.optional(v.boolean()),
  /** Whether the client has the command that copies a text; another editor's has none. */
  copiesText: v.optional(v.boolean()),
});

/** `initializationOptions` of the `initialize` request. All are optional: another editor's client sends none. */
export type InitializationOptions = v.InferOutput<typeof initializationOptions>;

export function parseInitializationOptions(value: unknown): Parsed<InitializationOptions> {
  return parseWith(initializationOptions, value ?? {});
}
