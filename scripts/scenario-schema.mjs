/**
 * The JSON Schema of scenario files, made from the schema that reads them (src/core/scenario/scenario-schema.ts), so that the
 * two cannot differ. The build writes it to dist/scenario.schema.json; `node scripts/scenario-schema.mjs` prints it.
 */
import { resolve } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/** @returns {Promise<object>} what a person writes, before sizes are turned into bytes */
export async function scenarioJsonSchema() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: ['src/core/scenario/scenario-schema.ts'], bundle: true, write: false, format: 'esm', platform: 'neutral',
    mainFields: ['module', 'main'], target: 'es2022', logLevel: 'warning',
  });
  const [{ text }] = outputFiles;
  const { ScenarioSchema } = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  // What has no counterpart in JSON Schema (a check of numbers against each other) the language server says by itself.
  const schema = toJsonSchema(ScenarioSchema, { typeMode: 'input', errorMode: 'ignore' });
  return { ...withDefinitions(schema), title: 'DMA Aperture scenario', allowComments: true, allowTrailingCommas: true };
}

/** Parts that stand in it more than once, such as the steps, become definitions: the file is a third of the size, and reads as one would write it. */
function withDefinitions(schema) {
  const seen = new Map();
  const count = (node) => {
    if (typeof node !== 'object' || node === null) return;
    if (isLarge(node)) seen.set(JSON.stringify(node), (seen.get(JSON.stringify(node)) ?? 0) + 1);
    for (const child of Object.values(node)) count(child);
  };
  count(schema);
  const definitions = {};
  const names = new Map();
  const replace = (node) => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(replace);
    const key = isLarge(node) ? JSON.stringify(node) : undefined;
    if (key === undefined || (seen.get(key) ?? 0) < 2) return mapped(node);
    if (!names.has(key)) {
      const name = unused(node.properties?.op?.const ?? node.description?.toLowerCase().split(/\W+/).slice(0, 4).join('-') ?? 'part', definitions);
      names.set(key, name);
      definitions[name] = {};
      definitions[name] = mapped(node);
    }
    return { $ref: `#/definitions/${names.get(key)}` };
  };
  const mapped = (node) => Object.fromEntries(Object.entries(node).map(([key, child]) => [key, replace(child)]));
  return { ...mapped(schema), definitions };
}

const isLarge = (node) => !Array.isArray(node) && (node.type !== undefined || node.anyOf !== undefined) && JSON.stringify(node).length > 160;

function unused(name, definitions) {
  let free = name;
  for (let n = 2; free in definitions; n++) free = `${name}-${n}`;
  return free;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await scenarioJsonSchema(), null, 2)}\n`);
