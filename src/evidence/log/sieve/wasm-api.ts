/** The part of the language's `WebAssembly` that is used here: every host has it, and the pure rooms' libraries do not declare it. */
interface WasmApi {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

export interface WasmGlobal {
  value: number;
}

/** The exports of a module without imports, or undefined where the host does not know what the module uses. */
export function instantiate(bytes: Uint8Array): object | undefined {
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly?: WasmApi };
  return api?.validate(bytes) === true ? new api.Instance(new api.Module(bytes)).exports : undefined;
}
