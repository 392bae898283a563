import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LogFacts } from '../../../src/evidence/log/log-facts.ts';

const directory = fileURLToPath(new URL('../../fixtures/logs/', import.meta.url));

/** Name and text of every log under test/fixtures/logs. */
export const logFixtures: readonly (readonly [string, string])[] = readdirSync(directory)
  .filter((name) => name.endsWith('.log'))
  .map((name) => [name, readFileSync(directory + name, 'utf8')] as const);

/** The facts of each, as checked by hand; failures without driver and lines. */
export const expectedFacts = JSON.parse(readFileSync(`${directory}expected.json`, 'utf8')) as Readonly<Record<string, LogFacts>>;
