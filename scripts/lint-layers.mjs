/**
 * The layer table of docs/architecture.md as an ESLint rule: which room may import which, and which packages it may use.
 * A room that is not in the table may import nothing of the house, so a new folder has to be entered here first.
 */
import { posix } from 'node:path';

const CORE = ['core/units', 'core/platform', 'core/machine', 'core/swiotlb', 'core/dma', 'core/scenario'];
const PURE = [...CORE, 'evidence', 'replay', 'csource', 'rules', 'render', 'protocol'];

/**
 * `rooms`: rooms that may be imported beside the own one. `types`: rooms of which only types may be.
 * `packages`: names of packages (with their subpaths); `node:` stands for every Node built-in.
 * `data`: folders of the clone whose files may be bundled.
 * @type {Record<string, { rooms: readonly string[], types?: readonly string[], packages?: readonly string[], data?: readonly string[] }>}
 */
export const LAYERS = {
  'ids.ts': { rooms: [] },
  'core/units': { rooms: [] },
  'core/platform': { rooms: ['core/units'] },
  'core/machine': { rooms: ['core/units', 'core/platform'] },
  'core/swiotlb': { rooms: ['core/units', 'core/platform'] },
  'core/dma': { rooms: ['core/units', 'core/platform', 'core/machine', 'core/swiotlb'] },
  'core/scenario': { rooms: CORE, packages: ['valibot', 'jsonc-parser', 'pure-rand'] },
  evidence: { rooms: ['core/units', 'core/platform'] },
  csource: { rooms: ['core/units'], packages: ['web-tree-sitter'] },
  replay: { rooms: [...CORE, 'evidence'] },
  rules: { rooms: [...CORE, 'evidence', 'csource'] },
  render: { rooms: [...CORE, 'rules'], types: ['evidence', 'replay', 'csource'], packages: ['sarif', 'vscode-languageserver-types'] },
  protocol: { rooms: ['core/units'], types: CORE, packages: ['valibot'] },
  server: {
    rooms: PURE,
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument', 'vscode-languageserver-types', 'valibot', 'jsonc-parser'],
    data: ['media/scenarios'],
  },
  'server/node-main.ts': { rooms: [...PURE, 'server'], packages: ['node:', 'vscode-languageserver'] },
  'server/worker-main.ts': { rooms: [...PURE, 'server'], packages: ['vscode-languageserver'] },
  cli: { rooms: PURE, packages: ['node:', 'valibot', 'jsonc-parser'], data: ['media/scenarios'] },
  extension: { rooms: ['protocol', 'core/units'], packages: ['vscode', 'vscode-languageclient', 'picomatch'] },
  panel: { rooms: ['protocol', 'core/units'], packages: ['preact'] },
};

/**
 * The room that a path under `src/` lies in: the longest entry of the table that it is, or lies under.
 * @param {string} path relative to src/, with forward slashes
 * @returns {string} the room, or the first folder where the table has none
 */
export function roomOf(path) {
  let best = '';
  for (const room of Object.keys(LAYERS)) {
    if ((path === room || path.startsWith(`${room}/`)) && room.length > best.length) best = room;
  }
  return best || (path.split('/')[0] ?? path);
}

/**
 * What is wrong with an import, or undefined.
 * @param {string} from      the importing file, relative to src/
 * @param {string} specifier as written
 * @param {boolean} typeOnly
 */
export function layerProblem(from, specifier, typeOnly) {
  const room = roomOf(from);
  const layer = LAYERS[room];
  if (!layer) return `the room ${room} is not in the layer table (scripts/lint-layers.mjs)`;
  if (!specifier.startsWith('.')) {
    const builtIn = specifier.startsWith('node:');
    const allowed = (layer.packages ?? []).some((name) => (name === 'node:' ? builtIn : specifier === name || specifier.startsWith(`${name}/`)));
    return allowed ? undefined : `${room} may not import the package ${specifier}`;
  }
  const target = posix.normalize(posix.join(posix.dirname(from), specifier));
  if (layer.data?.some((folder) => target.startsWith(`../${folder}/`))) return undefined;
  if (target.startsWith('..')) return `${room} may not import from outside src (${specifier})`;
  const other = roomOf(target);
  if (other === room || target === 'ids.ts' || layer.rooms.includes(other)) return undefined;
  // An entry of a room (server/node-main.ts) belongs to it, but nothing imports an entry.
  if (typeOnly && layer.types?.includes(other)) return undefined;
  return layer.types?.includes(other)
    ? `${room} may import only types from ${other}`
    : `${room} may not import from ${other}`;
}

/** @type {import('eslint').Rule.RuleModule} */
const allowedImports = {
  meta: {
    type: 'problem',
    docs: { description: 'hold imports to the layer table' },
    schema: [],
    messages: { layer: '{{problem}}' },
  },
  create(context) {
    const path = context.filename.replaceAll('\\', '/');
    const at = path.lastIndexOf('/src/');
    if (at < 0) return {};
    const from = path.slice(at + '/src/'.length);
    const check = (node, source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const problem = layerProblem(from, source.value, typeOnly);
      if (problem) context.report({ node, messageId: 'layer', data: { problem } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal, true),
      TSExternalModuleReference: (node) => check(node, node.expression, false),
    };
  },
};

export const layersPlugin = { meta: { name: 'layers' }, rules: { 'allowed-imports': allowedImports } };
