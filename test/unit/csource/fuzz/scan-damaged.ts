import { BUILT_IN_PLATFORMS, builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { mentionsDmaApi } from '../../../../src/csource/calls/dma-apis.ts';
import { mentionsContext } from '../../../../src/csource/context/read-context.ts';
import type { CParser } from '../../../../src/csource/parse/c-parser.ts';
import { loadHeaders } from '../../../../src/csource/preprocess/collect-includes.ts';
import type { IndexCache } from '../../../../src/csource/preprocess/index-cache.ts';
import { KernelTree } from '../../../../src/csource/preprocess/kernel-tree.ts';
import { scanSource } from '../../../../src/csource/scan-source.ts';
import { jsonText } from '../../../../src/render/json-text.ts';
import { fileRecords, scanText } from '../../../../src/render/scan-record.ts';
import { checkSource } from '../../../../src/rules/check-source.ts';
import { limitsOf } from '../../../../src/rules/platform-limits.ts';
import { editorLinks } from '../../../../src/server/editor-links.ts';
import { findingActions } from '../../../../src/server/finding-actions.ts';
import { SourceDocument } from '../../../../src/server/source-document.ts';
import { hasHole, wrongInScan } from './check-scan.ts';
import { damageC, longLine } from './damage-c.ts';
import type { SeededRandom } from './seeded-random.ts';
import { seededRandom } from './seeded-random.ts';

/** What the runs of a fuzz have in common. */
export interface FuzzHost {
  readonly parser: CParser;
  /** Kept from run to run, as a scan and a server keep theirs. */
  readonly cache: IndexCache;
  /** Texts of an invented kernel tree, by path within it. */
  readonly files: ReadonlyMap<string, string>;
  /** One run in so many has a line of up to 10 MB; 0: none. */
  readonly longEvery: number;
}

/** What came of one run. */
export interface FuzzRun {
  readonly kinds: readonly string[];
  /** Of the text that was scanned. */
  readonly characters: number;
  readonly calls: { readonly exact: number; readonly bounded: number; readonly unknown: number };
  readonly findings: number;
  /** What is wrong; empty where nothing is. */
  readonly wrong: readonly string[];
}

/** Characters of long lines: about where parts of the reader give up, and far beyond. */
const LONG = [300_000, 1_000_000, 3_000_000, 10_000_000];
const PLATFORMS = BUILT_IN_PLATFORMS.flatMap(({ id }) => builtInPlatform(id) ?? []).map((platform) => limitsOf(platform));
const X86 = [['CONFIG_X86_64', 'y'], ['CONFIG_ARCH_DMA_ADDR_T_64BIT', 'y']] as const;
const CONFIGS: readonly (ReadonlyMap<string, string> | undefined)[] = [
  undefined, undefined, new Map([...X86, ['CONFIG_SHAPES_LARGE', 'y']]), new Map([...X86, ['CONFIG_SHAPES_SMALL', 'm'], ['CONFIG_SHAPES_A', 'y']]),
  new Map([['CONFIG_X86_32', 'y']]), new Map([['CONFIG_ARM64', 'y'], ['CONFIG_ARM64_4K_PAGES', 'y']]), new Map([['CONFIG_SPARC', 'y']]),
];

/** Run `run` of a seed: the same damage whenever it is repeated. Reads, sizes, checks and renders as the command line and the editor do. */
export async function scanDamaged(host: FuzzHost, seed: number, run: number): Promise<FuzzRun> {
  const random = seededRandom(seed * 1_000_003 + run);
  const { path, files, kinds } = damagedTree(host, random);
  const text = files.get(path) ?? '';
  const config = random.pick(CONFIGS);
  const limits = random.pick(PLATFORMS);
  const counts = { exact: 0, bounded: 0, unknown: 0 };
  if (!mentionsDmaApi(text) && !mentionsContext(text)) return { kinds, characters: text.length, calls: counts, findings: 0, wrong: [] };
  const read = (wanted: string): string | undefined => files.get(wanted);
  const tree = config && random.below(4) > 0 ? new KernelTree('', read, (folder) => namesIn(folder, files)) : undefined;
  const headers = await loadHeaders(path, text, (wanted) => Promise.resolve(read(wanted)), host.cache);
  const scan = scanSource(host.parser, { path, text, headers, cache: host.cache, ...(config ? { config } : {}), ...(tree ? { tree } : {}) });
  const checked = checkSource(scan, text, limits);
  const wrong = wrongInScan(text, scan, checked);
  for (const { size } of scan.calls) counts[size.kind]++;
  const records = fileRecords(path, checked);
  jsonText(records, 0);
  for (const record of [...records.calls, ...records.others]) if (scanText(record) === '' && 'size' in record) wrong.push('a call without a line');

  const document = new SourceDocument(text, scan, headers);
  const links = editorLinks('file:///x.c', true);
  const hints = document.hints({ start: { line: 0, character: 0 }, end: { line: Number.MAX_SAFE_INTEGER, character: 0 } }, links);
  for (const { label } of hints) if (hasHole(JSON.stringify(label))) wrong.push(`a hint says ${JSON.stringify(label).slice(0, 200)}`);
  document.diagnostics(limits);
  const place = scan.calls[random.below(scan.calls.length)];
  if (place) document.hover(place.start, limits, links);
  const around = document.findingsIn(place ? place.start : 0, place ? place.end : text.length, limits);
  findingActions('file:///x.c', text, around.slice(0, 50), { diagnostics: [] });
  return { kinds, characters: text.length, calls: counts, findings: checked.calls.reduce((sum, { findings }) => sum + findings.length, checked.others.length), wrong };
}

/** The tree with one C file damaged, and now and then a header. */
function damagedTree({ files, longEvery }: FuzzHost, random: SeededRandom): { path: string; files: ReadonlyMap<string, string>; kinds: readonly string[] } {
  const seeds = [...files].filter(([path]) => /\.[ch]$/.test(path));
  const texts = seeds.map(([, text]) => text);
  const [path, text] = random.pick(seeds.filter(([name]) => name.endsWith('.c')));
  const main = longEvery > 0 && random.below(longEvery) === 0 ? longLine(text, random, random.pick(LONG)) : damageC(text, random, texts);
  const damaged = new Map(files).set(path, main.text);
  const kinds = [...main.kinds];
  if (random.below(3) === 0) {
    const [header, headerText] = random.pick(seeds.filter(([name]) => name.endsWith('.h')));
    const change = damageC(headerText, random, texts);
    damaged.set(header, change.text);
    kinds.push(...change.kinds);
  }
  return { path, files: damaged, kinds };
}

/** Names in a folder, those of folders with a `/` at their end. */
function namesIn(folder: string, files: ReadonlyMap<string, string>): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const names = [...files.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  return [...new Set(names.map((name) => (name.includes('/') ? `${name.slice(0, name.indexOf('/'))}/` : name)))];
}
