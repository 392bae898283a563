import * as v from 'valibot';

/** Order of severities, gravest first, as the setting writes them. */
export const SEVERITIES = ['error', 'warning', 'information', 'hint'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The settings that the server reads (section `dmaAperture` of `workspace/configuration`), with their defaults. */
export interface ServerSettings {
  /** `auto`, or the id of a platform. */
  readonly platform: string;
  /** Path of a kernel's `.config`, relative to the workspace folder; empty: the one at its root, where there is one. */
  readonly kernelConfig: string;
  /** Path of a kernel tree, relative to the workspace folder; empty: the workspace folder, where it is one. */
  readonly kernelTree: string;
  readonly diagnostics: { readonly minimumSeverity: Severity };
  /** Severity of rules by id, `off` for none; what is not named keeps its own. */
  readonly rules: { readonly severity: Readonly<Record<string, RuleLevel>> };
  readonly codeLens: { readonly enabled: boolean };
  readonly inlayHints: { readonly enabled: boolean };
  readonly scan: {
    /** Globs of files and folders that a scan of the workspace leaves out, beside the editor's own `files.exclude`. */
    readonly exclude: readonly string[];
    /** The most files that a scan reads. */
    readonly maxFiles: number;
  };
}

export const DEFAULT_SERVER_SETTINGS: ServerSettings = {
  platform: 'auto',
  kernelConfig: '',
  kernelTree: '',
  diagnostics: { minimumSeverity: 'hint' },
  rules: { severity: {} },
  codeLens: { enabled: true },
  inlayHints: { enabled: true },
  scan: { exclude: [], maxFiles: 50_000 },
};

/** What a rule can be set to. */
const RULE_LEVELS = ['error', 'warning', 'information', 'off'] as const;
export type RuleLevel = (typeof RULE_LEVELS)[number];

// Entries that are no level are passed over; the editor marks them where they are written.
const ruleSeverity = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((entries) => Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, RuleLevel] => RULE_LEVELS.some((level) => level === entry[1])))),
);

// A setting of the wrong type counts as not set: the editor marks it where it is written.
const schema = v.fallback(
  v.object({
    platform: v.fallback(v.string(), DEFAULT_SERVER_SETTINGS.platform),
    kernelConfig: v.fallback(v.string(), DEFAULT_SERVER_SETTINGS.kernelConfig),
    kernelTree: v.fallback(v.string(), DEFAULT_SERVER_SETTINGS.kernelTree),
    diagnostics: v.fallback(
      v.object({ minimumSeverity: v.fallback(v.picklist(SEVERITIES), DEFAULT_SERVER_SETTINGS.diagnostics.minimumSeverity) }),
      DEFAULT_SERVER_SETTINGS.diagnostics,
    ),
    rules: v.fallback(v.object({ severity: v.fallback(ruleSeverity, {}) }), { severity: {} }),
    codeLens: v.fallback(
      v.object({ enabled: v.fallback(v.boolean(), DEFAULT_SERVER_SETTINGS.codeLens.enabled) }),
      DEFAULT_SERVER_SETTINGS.codeLens,
    ),
    inlayHints: v.fallback(
      v.object({ enabled: v.fallback(v.boolean(), DEFAULT_SERVER_SETTINGS.inlayHints.enabled) }),
      DEFAULT_SERVER_SETTINGS.inlayHints,
    ),
    scan: v.fallback(
      v.object({
        exclude: v.fallback(v.array(v.string()), [...DEFAULT_SERVER_SETTINGS.scan.exclude]),
        maxFiles: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(1)), DEFAULT_SERVER_SETTINGS.scan.maxFiles),
      }),
      { exclude: [...DEFAULT_SERVER_SETTINGS.scan.exclude], maxFiles: DEFAULT_SERVER_SETTINGS.scan.maxFiles },
    ),
  }),
  DEFAULT_SERVER_SETTINGS,
);

/** Reads the section; whatever is missing or of the wrong type takes its default. Never throws. */
export function parseServerSettings(value: unknown): ServerSettings {
  return v.parse(schema, value);
}
