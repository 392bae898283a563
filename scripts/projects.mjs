/** The TypeScript projects: one for each environment that code runs in, so that a room sees only what it has there. */
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');

const PROJECTS = [
  'src/tsconfig.json', // pure rooms: neither Node nor the page
  'src/server/tsconfig.json', // as pure, with the server's own packages
  'src/server/tsconfig.node.json',
  'src/server/tsconfig.worker.json',
  'src/cli/tsconfig.json',
  'src/extension/tsconfig.json', // vscode only
  'src/extension/tsconfig.node.json',
  'src/extension/tsconfig.web.json',
  'src/panel/tsconfig.json', // the page
  'test/tsconfig.json',
  'test/host/tsconfig.json',
];

/**
 * The projects that have files, relative to the clone; an empty one is an error to tsc.
 * @returns {string[]}
 */
export function projects() {
  return PROJECTS.filter((project) => {
    const path = join(ROOT, project);
    const { config } = ts.readConfigFile(path, ts.sys.readFile);
    return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path).fileNames.length > 0;
  });
}
