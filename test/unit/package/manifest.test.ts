import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PLATFORM_ID } from '../../../src/core/platform/built-in-platforms.ts';
import { COMMANDS, CONTEXT_KEYS, EXTENSION_ID, INTERNAL_COMMANDS, LANGUAGES, PACKAGE_SCHEME, RULES, SETTINGS, SETTINGS_SECTION, VIEWS, VIEW_CONTAINER, VIEW_TYPES, WALKTHROUGH, WALKTHROUGH_STEPS } from '../../../src/ids.ts';
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
  readonly l10n: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: boolean }; readonly virtualWorkspaces: { readonly supported: boolean } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string; readonly enablement?: string; readonly icon?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string; readonly group?: string }[]>>;
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly mac?: string; readonly when: string; readonly args?: unknown }[];
    readonly walkthroughs: readonly {
      readonly id: string; readonly title: string; readonly description: string;
      readonly steps: readonly {
        readonly id: string; readonly title: string; readonly description: string; readonly completionEvents: readonly string[];
        readonly media: { readonly svg: string; readonly altText: string };
      }[];
    }[];
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

/** The text behind `%name%`. */
const said = (reference: string): string => nls[reference.slice(1, -1)] ?? '';
/** Commands that a text of ours links to. */
const linked = (reference: string): string[] => [...said(reference).matchAll(/\]\(command:(\w+(?:\.\w+)+)/g)].map(([, command]) => command!);
const commandIds: readonly string[] = Object.values(COMMANDS);
const viewIds: readonly string[] = Object.values(VIEWS);
/** Every condition that package.json states. */
const clauses = [
  ...contributes.commands.map((each) => each.enablement), ...Object.values(contributes.menus).flat().map((each) => each.when),
  ...contributes.keybindings.map((each) => each.when), ...contributes.viewsWelcome.map((each) => each.when),
].filter((clause) => clause !== undefined);

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

  it('name the same context keys, views and panel, and the code sets each key', () => {
    const used = new Set(clauses.flatMap((clause) => clause.match(/dmaAperture\.[\w.]+/g) ?? []));
    const others: readonly string[] = [...viewIds, ...Object.values(VIEW_TYPES)];
    expect([...used].filter((name) => !others.includes(name)).sort()).toEqual(Object.values(CONTEXT_KEYS).sort());
    for (const name of Object.keys(CONTEXT_KEYS)) {
      expect(sources.some(({ path, text: source }) => path.startsWith('src/extension') && source.includes(`'setContext', CONTEXT_KEYS.${name}`)), name).toBe(true);
    }
  });

  it('name the same activation events, each for something that there is', () => {
    expect([...manifest.activationEvents].sort()).toEqual([
      `onFileSystem:${PACKAGE_SCHEME}`, `onLanguage:${LANGUAGES.c}`, `onWebviewPanel:${VIEW_TYPES.panel}`, 'workspaceContains:**/*.dma.json',
    ]);
  });

  it('name the same views, each with a welcome of commands that there are', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
    const views = contributes.views[VIEW_CONTAINER]!;
    expect(views.map(({ id }) => id).sort()).toEqual([...viewIds].sort());
    for (const { id } of views) expect(contributes.viewsWelcome.filter(({ view }) => view === id).length, id).toBeGreaterThan(0);
    for (const { contents, view } of contributes.viewsWelcome) {
      expect(viewIds).toContain(view);
      const commands = linked(contents);
      expect(commands.length, contents).toBeGreaterThan(0);
      expect(commands.filter((command) => !commandIds.includes(command) && !command.startsWith('vscode.'))).toEqual([]);
    }
  });

  it('name in the welcome of the platform the one that is assumed', () => {
    const [, xen, linux] = /^xen-([\d.]+)-linux-([\d.]+)$/.exec(DEFAULT_PLATFORM_ID)!;
    expect(nls['welcome.platform']).toContain(`Xen ${xen} with Linux ${linux}`);
  });

  it('have a handler for every command', () => {
    const handlers = sources.find(({ path }) => path.endsWith('/register-commands.ts'))!.text;
    for (const name of Object.keys(COMMANDS)) expect(handlers, name).toContain(`[COMMANDS.${name}]:`);
    for (const name of Object.keys(INTERNAL_COMMANDS)) expect(handlers, name).toContain(`[INTERNAL_COMMANDS.${name}]:`);
  });

  it('put commands that there are into menus, an icon on each that is a button', () => {
    for (const [menu, entries] of Object.entries(contributes.menus)) {
      for (const { command, group = '' } of entries) {
        const found = contributes.commands.find((each) => each.command === command);
        expect(found, `${menu}: ${command}`).toBeDefined();
        if (group.startsWith('inline') || (group.startsWith('navigation') && menu.endsWith('/title'))) expect(found?.icon, `${menu}: ${command}`).toMatch(/^\$\([a-z-]+\)$/);
      }
    }
  });

  it('ask in menus for rows that the views have', () => {
    const rows = new Set(sources.flatMap(({ path, text: source }) => (path.startsWith('src/extension')
      ? [...source.matchAll(/contextValue(?: =|:) ([^;,\n]*)/g)].flatMap(([, value]) => [...value!.matchAll(/'(\w+)'/g)].map(([, name]) => name!)) : [])));
    for (const { when } of contributes.menus['view/item/context']!) {
      const [, equal, pattern] = /viewItem (?:== (\w+)|=~ \/(.*)\/)/.exec(when!)!;
      expect([...rows].some((row) => (equal === undefined ? new RegExp(pattern!).test(row) : row === equal)), when).toBe(true);
    }
  });

  it('hide a command from the palette only where a row is what it is about: it is in the menu of that row', () => {
    for (const { command, when } of contributes.menus['commandPalette']!) {
      if (when === 'false') expect(contributes.menus['view/item/context']!.map((each) => each.command), command).toContain(command);
    }
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

describe('keybindings', () => {
  it('hold in the panel or in one of the views alone', () => {
    const panel = `activeWebviewPanelId == '${VIEW_TYPES.panel}'`;
    for (const { command, when, args, key, mac } of contributes.keybindings) {
      expect(commandIds).toContain(command);
      const view = /focusedView == (\S+) && listFocus && !inputFocus$/.exec(when)?.[1];
      if (view === undefined) expect(when).toBe(panel);
      // A key brings no row: the command looks for the one that is selected in the view.
      else expect([viewIds.includes(view), args], command).toEqual([true, view]);
      if (key.includes('ctrl+')) expect(mac, command).toContain('cmd+');
    }
    const taken = contributes.keybindings.map(({ key, when }) => `${key} ${when}`);
    expect(new Set(taken).size).toBe(taken.length);
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;

  it('is the one that the code opens, with the steps that it names', () => {
    expect(contributes.walkthroughs.map(({ id }) => id)).toEqual([WALKTHROUGH]);
    expect(walkthrough!.steps.map(({ id }) => id)).toEqual([...WALKTHROUGH_STEPS]);
  });

  it('has a button in each step, and is done with it', () => {
    for (const { id, description, completionEvents } of walkthrough!.steps) {
      const commands = linked(description);
      expect(commands.filter((command) => !commandIds.includes(command) && !command.startsWith('vscode.')), id).toEqual([]);
      expect(commands.length, id).toBeGreaterThan(0);
      const done = completionEvents.map((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? '');
      expect(done.filter((command) => !commandIds.includes(command)), id).toEqual([]);
      expect(done, id).toContain(commands[0]);
    }
    const events = walkthrough!.steps.map(({ completionEvents }) => completionEvents[0]);
    expect(new Set(events).size, 'a step that is done with another').toBe(events.length);
  });

  it('has pictures in the colours of the theme, with words for those who do not see them', () => {
    for (const { id, media } of walkthrough!.steps) {
      expect(said(media.altText).length, id).toBeGreaterThan(20);
      const svg = readFileSync(media.svg, 'utf8');
      expect(svg.length, id).toBeLessThan(20_000);
      for (const [, colour] of svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)) expect(colour, id).toMatch(/^(none|var\(--vscode-[\w-]+, .*\))$/);
    }
    expect(readdirSync('media/walkthrough').map((name) => `media/walkthrough/${name}`).sort()).toEqual(walkthrough!.steps.map(({ media }) => media.svg).sort());
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

  it('of the extension are exported for translators: run `npm run l10n` after a change', async () => {
    const { l10nBundle } = await import('../../../scripts/l10n.mjs');
    expect(readFileSync('l10n/bundle.l10n.json', 'utf8')).toBe(await l10nBundle());
    expect(manifest.l10n).toBe('./l10n');
  }, 60_000);

  it('of the extension are literal, as only those are exported, and none is shown past them', () => {
    const extension = sources.filter(({ path }) => path.startsWith('src/extension'));
    const found = (pattern: RegExp): string[] => extension.flatMap(({ path, text: source }) => (source.match(pattern) ?? []).map((match) => `${path}: ${match}`));
    expect(found(/l10n\.t\((?!['"`{])[^)]*/g)).toEqual([]);
    expect(found(/show(?:Error|Warning|Information)Message\(['"`][^'"`]*/g)).toEqual([]);
    expect(found(/(?:title|placeHolder|prompt|tooltip|description): ['"][A-Z][^'"]*/g)).toEqual([]);
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
    '[    0.000000][    T0] Linux version 6.6.2 (a@b) (clang)',
    '[Wed Jul  3 16:39:34 2024] Linux version 5.15.160 (a@b) (gcc)',
    'Feb 12 23:17:18 host kernel: Linux version 3.10.0-957.el7.x86_64 (a@b) (gcc)',
    'Feb 12 23:17:18 host kernel: [    0.000000] Linux version 4.15.0-136-generic (a@b) (gcc)',
    '2024-05-01T10:00:00.123456+02:00 host kernel: Linux version 6.1.0 (a@b) (gcc)',
    '5,1,0,-;Linux version 4.9.97 (a@b) (gcc)',
  ])('knows by its first line: %s', (line) => {
    expect(firstLine.test(line)).toBe(true);
  });

  it.each([
    '/* Linux version 6.1 changed this */', '#include <linux/dma-mapping.h>', '# Linux version notes', '{"log": "Linux version 6.1"}',
    'Nov 22 19:05:15 host systemd[1]: Started Session 1 of user root.', 'Xenomai 3.1',
    'Notes on Xen 4.17 and its heap', 'Feb 12 23:17:18 host monitor: Linux version 3.10.0',
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
    expect(schema).toContain('{"anyOf":[{"type":"number"},{"type":"string"}]');
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

  it('has pictures for its README that are small, and no other', () => {
    const shown = [...readFileSync('README.md', 'utf8').matchAll(/!\[[^\]]{20,}\]\((media\/[^)]+)\)/g)].map(([, path]) => path!);
    expect(shown.sort()).toEqual(readdirSync('media/pictures').map((name) => `media/pictures/${name}`).sort());
    for (const path of shown) expect(readFileSync(path).length, path).toBeLessThan(200_000);
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
