/**
 * The TypeScript projects: one for each environment that code runs in, so that a room sees only what it has there.
 * Paths relative to the clone.
 */
export const PROJECTS = [
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
