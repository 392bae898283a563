import type { Fact } from '../core/platform/fact.ts';
import type { Reason } from '../core/platform/reason.ts';
import type { Observation } from '../csource/context/observation.ts';
import type { FailureKind } from '../evidence/log/log-facts.ts';
import type { DmaDebugReport } from '../evidence/log/log-items.ts';
import type { RuleId } from '../ids.ts';
import type { FailureCause } from './failure-cause.ts';
import type { KnownCaseId } from './known-cases.ts';

export type Severity = 'error' | 'warning' | 'information';

/** How sure a finding is: `certain` follows from facts, `likely` rests on an assumption that `doubt` names. */
export type Confidence = 'certain' | 'likely';

/** Where a finding stands; lines and columns count from 1, `endColumn` is behind the last character. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The headline of a finding as data: one of a closed set, with the numbers it needs. Sizes in bytes. */
export type Headline =
  | { readonly key: 'coherent-over'; readonly api: string; readonly bytes: number; readonly order: number; readonly limit: number; readonly bounded: boolean }
  | { readonly key: 'streaming-over'; readonly api: string; readonly bytes: number; readonly limit: number; readonly bounced: boolean; readonly bounded: boolean }
  | { readonly key: 'pool-over'; readonly api: string; readonly bytes: number; readonly order: number; readonly limit: number; readonly bounded: boolean }
  | { readonly key: 'beyond-mask-memory'; readonly api: string; readonly bytes: number; readonly bits: number; readonly limit: number }
  | { readonly key: 'order-waste'; readonly api: string; readonly bytes: number; readonly order: number; readonly blockBytes: number }
  | { readonly key: 'segment-size-over'; readonly api: string; readonly bytes: number; readonly limit: number; readonly bounced: boolean }
  /** `end`: address behind the aperture; null where it is not known. */
  | { readonly key: 'mask-below-aperture'; readonly api: string; readonly bits: number; readonly end: number | null }
  | { readonly key: 'min-align'; readonly mask: number }
  | { readonly key: 'outside-size'; readonly api: string; readonly text: string }
  /** Something that the text around DMA calls shows. */
  | { readonly key: 'seen'; readonly seen: Observation }
  | { readonly key: 'suppression'; readonly problem: SuppressionProblem; readonly rule: string }
  | { readonly key: 'log-oversize'; readonly bytes: number; readonly limit: number; readonly device: string | null; readonly count: number }
  /** At most a segment, but more than one together with the offset within a page that the device keeps. */
  | { readonly key: 'log-oversize-offset'; readonly bytes: number; readonly limit: number; readonly device: string | null; readonly count: number }
  | { readonly key: 'log-exhausted'; readonly bytes: number; readonly total: number; readonly used: number; readonly device: string | null; readonly count: number }
  | { readonly key: 'log-fragmented'; readonly bytes: number; readonly total: number; readonly used: number; readonly device: string | null; readonly count: number }
  /** A free run existed, and alignment, boundary or mask kept the search from taking it. */
  | { readonly key: 'log-passed-over'; readonly bytes: number; readonly total: number; readonly used: number; readonly device: string | null; readonly count: number }
  | { readonly key: 'log-no-pool'; readonly bytes: number | null; readonly device: string | null; readonly count: number }
  | { readonly key: 'log-full'; readonly bytes: number | null; readonly device: string | null; readonly count: number }
  | { readonly key: 'log-beyond-mask'; readonly bytes: number | null; readonly device: string | null; readonly mask: number | null; readonly count: number }
  | { readonly key: 'log-reduced'; readonly bytes: number | null }
  | { readonly key: 'log-init-failed' }
  | { readonly key: 'log-other-failure'; readonly bytes: number | null; readonly device: string | null; readonly what: FailureKind }
  /** Slots in use rose from failure to failure until the pool was full. */
  | { readonly key: 'log-rising'; readonly first: number; readonly last: number; readonly total: number; readonly samples: number; readonly devices: readonly { readonly device: string; readonly failures: number }[] }
  /** The page allocator had no block; `largest` is the largest order that was free then, -1 where none was, null where not printed. */
  | { readonly key: 'log-order-failed'; readonly order: number; readonly task: string; readonly largest: number | null; readonly beyond: boolean; readonly count: number }
  | { readonly key: 'log-dma-debug'; readonly report: DmaDebugReport; readonly driver: string | null; readonly device: string | null; readonly bytes: number | null; readonly limit: number | null; readonly count: number }
  | { readonly key: 'log-map-sg-failed'; readonly driver: string; readonly device: string | null; readonly error: number; readonly count: number }
  | { readonly key: 'option'; readonly of: 'linux' | 'xen'; readonly option: string; readonly problem: OptionProblem }
  | { readonly key: 'config'; readonly symbol: string; readonly value: string; readonly problem: ConfigProblem }
  | { readonly key: 'log-aperture'; readonly bytes: number; readonly slots: number; readonly segments: number };

/** What is wrong with a comment that suppresses a finding. */
export type SuppressionProblem = 'no-reason' | 'unknown-rule' | 'no-rule' | 'not-needed';

/** What is wrong with an option of a command line. Versions in words; sizes in bytes. */
export type OptionProblem =
  | { readonly key: 'unreadable'; readonly text: string; readonly expected: string }
  /** Read by these versions only, of which this is none. */
  | { readonly key: 'not-in-this-version'; readonly readBy: string; readonly version: string }
  | { readonly key: 'misspelt'; readonly meant: string }
  /** A number that looks as if it was meant in the other dialect's unit. */
  | { readonly key: 'unit'; readonly number: number; readonly unit: 'slots' | 'MiB'; readonly bytes: number }
  | { readonly key: 'not-granted'; readonly asked: number; readonly got: number };

/** What is wrong with a symbol of a kernel's configuration. */
export type ConfigProblem =
  | { readonly key: 'moot-without'; readonly needs: string }
  | { readonly key: 'not-in-this-version'; readonly since: string; readonly version: string }
  | { readonly key: 'out-of-range'; readonly least: number; readonly most: number }
  | { readonly key: 'moot-in-pv' }
  | { readonly key: 'no-area-by-default' }
  | { readonly key: 'log-says-otherwise'; readonly bytes: number }
  /** Another symbol takes its place. */
  | { readonly key: 'moot-with'; readonly because: string }
  /** What the log has instead: bytes for sizes, else as printed. */
  | { readonly key: 'log-contradicts'; readonly what: 'release' | 'arch' | 'cpus' | 'xen' | 'aperture-size' | 'cma-size' | 'iommu'; readonly log: string | number };

/** Something that a rule found, as data; sentences are rendered from it. */
export interface Finding {
  readonly ruleId: RuleId;
  readonly severity: Severity;
  readonly span: Span;
  readonly headline: Headline;
  /** Why, step by step, and which knobs help. */
  readonly explain: readonly Reason[];
  /** Facts that it rests on, the deciding one first. */
  readonly evidence: readonly Fact<unknown>[];
  readonly confidence: Confidence;
  /** What a `likely` finding assumes. */
  readonly doubt?: string;
  /** Of a log's failure: why it failed, with the argument. */
  readonly cause?: FailureCause;
  /** Lines of the log that it rests on, from 1, the first {@link MOST_LINES} of them. */
  readonly lines?: readonly number[];
  /** Reported cases that fit. */
  readonly cases?: readonly KnownCaseId[];
  /** Other places of the same file that belong to it. */
  readonly related?: readonly { readonly span: Span; readonly what: RelatedPlace }[];
  /** Edits of the same file that mend it and change nothing else. */
  readonly fixes?: readonly Fix[];
  /** Why it is not reported. */
  readonly suppressed?: FindingSuppression;
  /** An option of a command line that would help, its value worked out in the unit that this kernel reads. */
  readonly suggestion?: OptionSuggestion;
}

/** More lines than this tell a reader nothing more. */
export const MOST_LINES = 100;

/** What a place has to do with a finding. */
export type RelatedPlace = 'mapped-here' | 'mask-set-here';

/** An edit that mends a finding. */
export interface Fix {
  readonly kind: 'as-mapped' | 'cap-segment' | 'remove-suppression';
  readonly span: Span;
  readonly text: string;
}

/** What keeps a finding from being reported: a comment beside it, or a baseline file. */
export interface FindingSuppression {
  readonly kind: 'comment' | 'baseline';
  readonly reason: string;
}

export interface OptionSuggestion {
  readonly of: 'linux' | 'xen';
  readonly option: string;
  readonly value: string;
  /** What the value comes to. */
  readonly bytes: number;
}
