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
  return { ...schema, title: 'DMA Aperture scenario', allowComments: true, allowTrailingCommas: true };
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await scenarioJsonSchema(), null, 2)}\n`);
