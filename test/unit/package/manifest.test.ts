import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS, CONTEXT_KEYS, EXTENSION_ID, INTERNAL_COMMANDS, LANGUAGES, RULES, SETTINGS, SETTINGS_SECTION, VIEWS, VIEW_CONTAINER, VIEW_TYPES } from '../../../src/ids.ts';
import { DEFAULT_SERVER_SETTINGS, SEVERITIES } from '../../../src/protocol/server-settings.ts';

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope?: string;
  readonly order?: number;
  readonly markdownDescription?: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly icon: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: boolean }; readonly virtualWorkspaces: { readonly supported: boolean } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly name: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly languages: readonly {
      readonly id: string; readonly extensions: readonly string[]; readonly filenames: readonly string[];
      readonly filenamePatterns: readonly string[]; readonly firstLine: string; readonly configuration: string;
    }[];
    readonly grammars: readonly { readonly language: string; readonly scopeName: string; readonly path: string }[];
    readonly jsonValidation: readonly { readonly fileMatch: string; readonly url: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies?: unknown;
}

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const { contributes } = manifest;
const settings = contributes.configuration.properties;
const [language] = contributes.languages;

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => ({ path: `${entry.parentPath}/${entry.name}`, text: readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8') }));

describe('package.json and ids.ts', () => {
  it('name the same extension, commands and settings', () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe(EXTENSION_ID);
    expect(contributes.commands.map((each) => each.command).sort()).toEqual(Object.values(COMMANDS).sort());
    expect(Object.keys(settings).sort()).toEqual(Object.values(SETTINGS).map((key) => `${SETTINGS_SECTION}.${key}`).sort());
    expect(contributes.languages.map((each) => each.id)).toEqual([LANGUAGES.kernelLog, LANGUAGES.kernelConfig, 'jsonc']);
  });

  it('keep internal commands out of menus and the palette', () => {
    const contributed = [...contributes.commands, ...Object.values(contributes.menus).flat()].map((each) => each.command);
    expect(contributed.filter((command) => (Object.values(INTERNAL_COMMANDS) as string[]).includes(command))).toEqual([]);
  });

  it('name the same context keys and the panel', () => {
    const clauses = [...contributes.commands.map((each) => each.enablement), ...Object.values(contributes.menus).flat().map((each) => each.when)];
    const used = new Set(clauses.flatMap((clause) => clause?.match(/dmaAperture\.[\w.]+/g) ?? []));
    const views: readonly string[] = Object.values(VIEWS);
    expect([...used].filter((name) => !views.includes(name)).sort()).toEqual(Object.values(CONTEXT_KEYS).sort());
    expect(manifest.activationEvents).toContain(`onWebviewPanel:${VIEW_TYPES.panel}`);
  });

  it('name the same views, each with a welcome of commands that there are', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
    const views = contributes.views[VIEW_CONTAINER]!;
    expect(views.map(({ id }) => id).sort()).toEqual(Object.values(VIEWS).sort());
    for (const { id } of views) expect(contributes.viewsWelcome.filter(({ view }) => view === id).length, id).toBeGreaterThan(0);
    const known: readonly string[] = Object.values(COMMANDS);
    for (const { contents } of contributes.viewsWelcome) {
      const commands = [...nls[contents.slice(1, -1)]!.matchAll(/\]\(command:(\w+(?:\.\w+)+)\)/g)].map(([, command]) => command!);
      expect(commands.length, contents).toBeGreaterThan(0);
      expect(commands.filter((command) => !known.includes(command) && !command.startsWith('vscode.'))).toEqual([]);
    }
  });

  it('hide no command from the palette: each can be reached from the keyboard', () => {
    expect(contributes.menus['commandPalette'] ?? []).toEqual([]);
  });

  it('are the only places where identifiers stand', () => {
    const elsewhere = sources.filter(({ path }) => path !== 'src/ids.ts')
      .flatMap(({ path, text: source }) => (source.match(/['"`](?:dmaAperture\.[\w.]+|dma\/[a-z-]+)['"`]/g) ?? []).map((found) => `${path}: ${found}`));
    expect(elsewhere).toEqual([]);
  });

  it('give every rule an id of its own, in the form that they have', () => {
    const ids = Object.values(RULES);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^dma\/[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });
});

describe('settings', () => {
  it('have a scope, a description, an order and a fitting default', () => {
    for (const [key, setting] of Object.entries(settings)) {
      expect(['window', 'resource', 'machine-overridable'], key).toContain(setting.scope);
      expect(setting.markdownDescription, key).toMatch(/^%[\w.]+%$/);
      expect(Array.isArray(setting.default) ? 'array' : Number.isInteger(setting.default) ? 'integer' : typeof setting.default, key).toBe(setting.type);
      if (setting.enum) {
        expect(setting.enum, key).toContain(setting.default);
        if (setting.enumDescriptions) expect(setting.enumDescriptions.length, key).toBe(setting.enum.length);
      }
    }
    const orders = Object.values(settings).map((setting) => setting.order);
    expect([...orders].sort((a, b) => a! - b!)).toEqual(orders.map((_, at) => at + 1));
  });

  it('have the defaults that the server has', () => {
    const byDefault = (key: string): unknown => settings[`${SETTINGS_SECTION}.${key}`]?.default;
    expect({
      platform: byDefault(SETTINGS.platform),
      kernelConfig: byDefault(SETTINGS.kernelConfig),
      kernelTree: byDefault(SETTINGS.kernelTree),
      diagnostics: { minimumSeverity: byDefault(SETTINGS.minimumSeverity) },
      rules: { severity: byDefault(SETTINGS.ruleSeverity) },
      codeLens: { enabled: byDefault(SETTINGS.codeLens) },
      inlayHints: { enabled: byDefault(SETTINGS.inlayHints) },
      scan: { exclude: byDefault(SETTINGS.scanExclude), maxFiles: byDefault(SETTINGS.scanMaxFiles) },
    }).toEqual(DEFAULT_SERVER_SETTINGS);
    expect(settings[`${SETTINGS_SECTION}.${SETTINGS.minimumSeverity}`]?.enum).toEqual(SEVERITIES);
  });
});

describe('strings', () => {
  it('are all in package.nls.json, and all of those are used', () => {
    const used = new Set([...text.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]));
    expect([...used].sort()).toEqual(Object.keys(nls).sort());
    expect(Object.values(nls).filter((value) => value.trim() === '')).toEqual([]);
  });

  it('put the category before a title that does not repeat it', () => {
    for (const { title, category } of contributes.commands) {
      expect(category).toBe('%category%');
      expect(nls[title.slice(1, -1)]).not.toContain('DMA Aperture');
    }
  });
});

describe('the kernel log language', () => {
  const firstLine = new RegExp(language!.firstLine);

  it.each([
    '[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)',
    '<5>[    0.000000] Linux version 5.10.0 (gcc)',
    'Linux version 2.6.16.29-xen (root@build) (gcc version 4.1.1) #1 SMP',
    '(XEN) Xen version 4.17.7 (Debian 4.17.7+13)',
    ' Xen 4.14.6',
    '[    0.000000] Booting Linux on physical CPU 0x0',
  ])('knows by its first line: %s', (line) => {
    expect(firstLine.test(line)).toBe(true);
  });

  it.each([
    '/* Linux version 6.1 changed this */', '#include <linux/dma-mapping.h>', '# Linux version notes', '{"log": "Linux version 6.1"}',
    'Nov 22 19:05:15 host systemd[1]: Started Session 1 of user root.', 'Xenomai 3.1',
  ])('does not take for one: %s', (line) => {
    expect(firstLine.test(line)).toBe(false);
  });

  it('leaves .log and source files to others', () => {
    expect(language!.extensions.filter((extension) => ['.log', '.txt', '.c'].includes(extension))).toEqual([]);
    // A bare `dmesg*` would take util-linux's dmesg.c.
    for (const pattern of language!.filenamePatterns) expect(pattern).toMatch(/\.(dmesg|log|txt|\{txt,log\})(\.\{txt,log\}|\.\[0-9\])?$/);
  });
});

describe('scenario files', () => {
  it('may have comments, and are held against the schema that the build makes', () => {
    expect(contributes.languages.at(-1)).toEqual({ id: 'jsonc', filenamePatterns: ['*.dma.json'] });
    expect(contributes.jsonValidation).toEqual([{ fileMatch: '*.dma.json', url: './dist/scenario.schema.json' }]);
  });

  it('have a schema that names every operation and property of those that ship', async () => {
    const { scenarioJsonSchema } = await import('../../../scripts/scenario-schema.mjs');
    const schema = JSON.stringify(await scenarioJsonSchema());
    for (const name of readdirSync('media/scenarios')) {
      const scenario = readFileSync(`media/scenarios/${name}`, 'utf8');
      for (const [, operation] of scenario.matchAll(/"op":\s*"(\w+)"/g)) expect(schema, `${name}: ${operation}`).toContain(`"const":"${operation}"`);
      for (const key of ['name', 'devices', 'steps', 'expect', 'note', 'mask']) expect(schema).toContain(`"${key}":{`);
    }
    // What is written, not what is made of it: a size may be a text.
    expect(schema).toContain('{"anyOf":[{"type":"number"},{"type":"string"}]}');
    expect(schema).toContain('"additionalProperties":false');
  });
});

describe('kernel configurations', () => {
  const patterns = contributes.languages[1]!.filenamePatterns;
  // As VS Code reads them, as far as these patterns go: braces, sets of characters, and `*` within a name.
  const matches = (name: string): boolean => patterns.some((pattern) => new RegExp(`^${pattern
    .replace(/\./g, '\\.').replace(/\*/g, '[^/]*').replace(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(',', '|')})`)}$`).test(name));

  it.each(['config-6.1.0-56-amd64', 'config-5.15.0-60-generic', 'config-6.5.6-300.fc39.x86_64', 'config-4.18.0-477.10.1.el8_8.x86_64', 'config-6.12.5'])('are known by name: %s', (name) => {
    expect(matches(name)).toBe(true);
  });

  it.each(['config.json', 'config-prod.json', 'config-2.json', 'config-1.0.json', 'config-1.0.0.yaml', 'config-loader.c', 'config'])('leave others alone: %s', (name) => {
    expect(matches(name)).toBe(false);
  });
});

describe('the grammar of kernel logs', () => {
  const grammar = readFileSync('media/kernel-log.tmLanguage.json', 'utf8');
  const patterns = [...(grammar + readFileSync('media/kernel-config.tmLanguage.json', 'utf8')).matchAll(/"match": ("(?:[^"\\]|\\.)*")/g)].map(([, quoted]) => JSON.parse(quoted!) as string);

  it('is of the language that is contributed', () => {
    expect(contributes.grammars.map(({ language: id }) => id)).toEqual([LANGUAGES.kernelLog, LANGUAGES.kernelConfig]);
    for (const { scopeName, path } of contributes.grammars) expect((JSON.parse(readFileSync(path, 'utf8')) as { scopeName: string }).scopeName).toBe(scopeName);
  });

  it.each([
    ['keyword.other.speaker.xen', '(XEN) Xen version 4.17.7 (Debian)', '(XEN)'],
    ['comment.timestamp', '[    0.000000][    T0] Linux version 6.1.0', '[    0.000000][    T0]'],
    ['comment.timestamp', '[Sat Jul  4 10:11:12 2020] Linux version 5.4.0', '[Sat Jul  4 10:11:12 2020]'],
    ['comment.timestamp', '2024-06-01T10:11:12.123456+02:00 host kernel: xen: text', '2024-06-01T10:11:12.123456+02:00 host kernel:'],
    ['constant.numeric.level', '<6>[    0.000000] Linux version', '<6>'],
    ['support.type.subsystem', '[    0.5] software IO TLB: mapped [mem 0x3a000000-0x3e000000] (64MB)', 'software IO TLB'],
    ['constant.numeric.hex', '[    0.5] software IO TLB: mapped [mem 0x3a000000-0x3e000000] (64MB)', '0x3a000000'],
    ['constant.numeric.size', '[    0.5] software IO TLB: mapped [mem 0x3a000000-0x3e000000] (64MB)', '64MB'],
    ['invalid.failure', 'DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:03:00.0', 'Out of SW-IOMMU space'],
    ['invalid.failure', 'nvme 0000:03:00.0: swiotlb buffer is full (sz: 4096 bytes)', 'swiotlb buffer is full'],
  ])('colours %s', (scope, line, expected) => {
    const found = [...grammar.matchAll(/\{[^{}]*"match": ("(?:[^"\\]|\\.)*"),\s*"name": "([^"]*)"/g)]
      .filter(([, , name]) => name!.startsWith(`${scope}.kernel-log`) || name!.startsWith(`${scope} `))
      // An inline flag that JavaScript writes behind the expression.
      .map(([, quoted]) => (JSON.parse(quoted!) as string).replace('(?i:', '(?:'))
      .map((pattern) => new RegExp(pattern, 'i').exec(line)?.[0]);
    expect(found).toContain(expected);
  });

  it('repeats nothing without a bound: no line makes it slow', () => {
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect(pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, ''), pattern).not.toMatch(/[*+]|\{\d+,\}/);
  });
});

describe('the package', () => {
  it('names files that are there', () => {
    for (const path of [manifest.icon, ...contributes.viewsContainers.activitybar.map(({ icon }) => icon), ...contributes.views[VIEW_CONTAINER]!.map(({ icon }) => icon), language!.configuration, ...contributes.grammars.map(({ path: file }) => file)]) expect(existsSync(path), path).toBe(true);
  });

  it('is made for the API of the lowest VS Code that it accepts', () => {
    const lowest = /^\^(\d+\.\d+)\.0$/.exec(manifest.engines['vscode']!)?.[1];
    expect(manifest.devDependencies['@types/vscode']).toBe(`~${lowest}.0`);
  });

  it('needs no trust and no real file system, and no package at run time', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe(true);
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(true);
    expect(manifest.dependencies).toBeUndefined();
  });

  it('has its version in the changelog', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    expect(changelog.includes(`[${manifest.version}]`) || /^## \[Unreleased\]/m.test(changelog)).toBe(true);
  });
});
