/** WebAssembly's text format in imports: `import { wasm } from './x.wat'` gives the module as bytes, in bundles and in tests alike. */
import { readFileSync } from 'node:fs';
import wabt from 'wabt';

/** @returns {Promise<string>} the text of a JavaScript module */
async function moduleOf(path) {
  const { parseWat } = await wabt();
  const module = parseWat(path, readFileSync(path, 'utf8'), { simd: true });
  try {
    module.validate();
    const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
    return `export const wasm = Uint8Array.from(atob('${base64}'), (char) => char.charCodeAt(0));\n`;
  } finally {
    module.destroy();
  }
}

/** @type {import('esbuild').Plugin} */
export const watForEsbuild = {
  name: 'wat',
  setup: (plugin) => plugin.onLoad({ filter: /\.wat$/ }, async ({ path }) => {
    try {
      return { contents: await moduleOf(path), loader: 'js', watchFiles: [path] };
    } catch (error) {
      return { errors: [{ text: error instanceof Error ? error.message : String(error) }] };
    }
  }),
};

/** @type {import('vite').Plugin} */
export const watForVite = { name: 'wat', enforce: 'pre', load: (id) => (id.endsWith('.wat') ? moduleOf(id) : undefined) };
