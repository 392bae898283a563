import { parseArgs } from 'node:util';

/**
 * The options of a command of this repository. `--help` prints the usage and ends the process with 0; what is no option, or no option's
 * value, is said in one sentence with the usage, and ends it with 2.
 * @template {import('node:util').ParseArgsConfig} T
 * @param {string} usage `npm run NAME -- ARGUMENTS`
 * @param {T} config as `parseArgs` takes it
 * @returns {ReturnType<typeof parseArgs<T>>}
 */
export function readOptions(usage, config) {
  const help = { type: 'boolean', short: 'h' };
  try {
    const parsed = parseArgs({ ...config, options: { ...config.options, help } });
    if (!parsed.values.help) return parsed;
  } catch (error) {
    usageError(usage, error instanceof Error ? error.message : String(error));
  }
  process.stdout.write(`usage: ${usage}\n`);
  process.exit(0);
}

/**
 * The value of an option that is a whole number, or ends the process with 2.
 * @param {string} usage
 * @param {string} option `--name`
 * @param {string} text
 * @param {number} least
 */
export function wholeNumber(usage, option, text, least) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) usageError(usage, `${option} ${text}: expected a whole number from ${least}`);
  return value;
}

/** Says what is wrong with the arguments, and ends the process with 2. @returns {never} */
export function usageError(/** @type {string} */ usage, /** @type {string} */ message) {
  process.stderr.write(`${message}\nusage: ${usage}\n`);
  process.exit(2);
}
