import { BUILT_IN_PLATFORMS, DEFAULT_PLATFORM_ID, builtInPlatform } from '../core/platform/built-in-platforms.ts';
import { buildPlatform } from '../core/platform/build-platform.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import type { FailureFacts } from '../evidence/log/log-facts.ts';
import type { Contradiction } from '../evidence/merge-facts.ts';
import type { Platform } from '../core/platform/platform.ts';
import { groupDigits } from '../core/units/bytes.ts';
import type { OptionReader } from '../rules/check-command-line.ts';
import { type ActivePlatform, type PlatformChoice, logPlatformId } from '../protocol/server-requests.ts';
import type { PlatformSheet } from '../protocol/platform-sheet.ts';
import { platformSheet } from './platform-sheet.ts';
import { platformTooltip } from './platform-tooltip.ts';

/** The id of the platform that the workspace's own configuration and tree make. */
export const WORKSPACE_PLATFORM = 'workspace';
/** The setting's value that leaves the choice to the product. */
const AUTO = 'auto';

interface Offer {
  readonly platform: Platform;
  readonly detail: string;
  readonly source: PlatformChoice['source'];
  /** What is wrong with the evidence or shown by it, as sentences. */
  readonly problems: readonly string[];
  readonly contradictions?: readonly Contradiction[];
  /** Requests that the log shows as failed. */
  readonly failures?: readonly FailureFacts[];
  readonly logUri?: string;
}

/**
 * The platforms that can be chosen now, and the one that is. A person's choice wins over the setting; `auto` is the
 * workspace's own platform where it has one, else that of the log that was opened first, else the built-in default. A choice that is not to be had (a log that is no
 * longer there) falls back, and says so.
 */
export class PlatformRegistry {
  readonly #offers = new Map<string, Offer>();
  /** Logs that are no longer open: their platform stays as long as it is wanted. */
  readonly #closed = new Set<string>();
  readonly #offersChanged: () => void;
  #chosen: string | undefined;
  #setting = AUTO;

  /** @param offersChanged called where other platforms can be chosen than before */
  constructor(offersChanged: () => void = () => undefined) {
    this.#offersChanged = offersChanged;
    for (const { id, detail } of BUILT_IN_PLATFORMS) {
      const platform = builtInPlatform(id);
      if (platform) this.#offers.set(id, { platform, detail, source: 'built-in', problems: [] });
    }
  }

  get active(): Platform {
    const offer = this.#offers.get(this.#activeId()) ?? this.#offers.get(DEFAULT_PLATFORM_ID);
    if (!offer) throw new RangeError(`no platform ${DEFAULT_PLATFORM_ID}`);
    return offer.platform;
  }

  choices(): PlatformChoice[] {
    const active = this.#activeId();
    const order: readonly PlatformChoice['source'][] = ['workspace', 'log', 'built-in'];
    return [...this.#offers].map(([id, { platform, detail, source }]) => ({ id, label: platform.label, detail, source, active: id === active }))
      .sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  }

  /** @returns false where there is no such platform now */
  choose(id: string): boolean {
    if (id !== AUTO && !this.#offers.has(id)) return false;
    this.#chosen = id === AUTO ? undefined : id;
    for (const closed of this.#closed) if (closed !== this.#wanted()) this.withdraw(closed);
    return true;
  }

  /** The choice of an earlier session; it holds once its platform is there. */
  restore(id: string): void {
    this.#chosen = id;
  }

  set setting(value: string) {
    this.#setting = value;
  }

  /** Offers the facts of an opened log. @returns whether the active platform may have changed */
  offerLog(uri: string, facts: PlatformFacts, name: string, failures: readonly FailureFacts[]): boolean {
    // A log that says nothing of the kernel or the hypervisor is no platform.
    if (!facts.kernelRelease && !facts.xenVersion && !facts.apertureBytes) return this.withdraw(logPlatformId(uri));
    const id = logPlatformId(uri);
    const label = this.#offers.get(id)?.platform.label;
    const platform = buildPlatform(facts, { id });
    this.#closed.delete(id);
    this.#offers.set(id, { platform, detail: name, source: 'log', problems: failureProblems(failures), failures, logUri: uri });
    if (label !== platform.label) this.#offersChanged();
    return this.#activeId() === id;
  }

  offerWorkspace(facts: PlatformFacts, detail: string, problems: readonly string[], contradictions: readonly Contradiction[]): void {
    this.#offers.set(WORKSPACE_PLATFORM, { platform: buildPlatform(facts, { id: WORKSPACE_PLATFORM }), detail, source: 'workspace', problems, contradictions });
  }

  /** A log is no longer open. What was read of it stays where a person chose it. @returns whether the active platform may have changed */
  closeLog(uri: string): boolean {
    const id = logPlatformId(uri);
    if (this.#wanted() !== id) return this.withdraw(id);
    if (this.#offers.has(id)) this.#closed.add(id);
    return false;
  }

  withdraw(id: string): boolean {
    const before = this.#activeId();
    this.#closed.delete(id);
    if (!this.#offers.delete(id)) return false;
    this.#offersChanged();
    return before === id || this.#wanted() === id;
  }

  describe(): ActivePlatform {
    const wanted = this.#wanted();
    const id = this.#activeId();
    const offer = this.#offers.get(id);
    const { active } = this;
    const missing = wanted !== undefined && wanted !== id;
    const problem = missing ? `The platform that was chosen is not to be had now; "${active.label}" stands in for it.` : offer?.problems[0];
    return {
      id, label: active.label, tooltipMarkdown: platformTooltip(active, offer?.detail ?? ''),
      health: missing ? 'error' : problem === undefined ? 'ok' : 'warning',
      ...(problem === undefined ? {} : { problem }),
      ...(this.#assumed ? { assumed: true } : {}),
    };
  }

  /** The active platform, fact by fact. */
  sheet(): PlatformSheet {
    const offer = this.#offers.get(this.#activeId());
    return platformSheet({
      platform: this.active, detail: offer?.detail ?? '', assumed: this.#assumed,
      contradictions: offer?.contradictions ?? [], failures: offer?.failures ?? [],
      ...(offer?.logUri === undefined ? {} : { logUri: offer.logUri }),
    });
  }

  /** Nobody asked for the active platform, and no evidence made it. */
  get #assumed(): boolean {
    return this.#wanted() === undefined && this.#offers.get(this.#activeId())?.source === 'built-in';
  }

  /** What the active platform says of who reads command lines; nothing where no one chose it and no evidence made it. */
  get optionReader(): OptionReader {
    const id = this.#activeId();
    const chosen = this.#wanted() === id || this.#offers.get(id)?.source !== 'built-in';
    const { linux, xen, features } = this.active;
    return {
      lineage: chosen ? (features.swiotlbUnit.value === 'MiB' ? 'xenlinux' : 'mainline') : undefined,
      release: chosen && linux.doubt === undefined ? linux.value : undefined,
      xen: chosen && xen?.doubt === undefined ? xen?.value : undefined,
      apertureBytes: undefined,
    };
  }

  /** What a person or the setting asks for; undefined under `auto`. */
  #wanted(): string | undefined {
    return this.#chosen ?? (this.#setting === AUTO ? undefined : this.#setting);
  }

  #activeId(): string {
    const wanted = this.#wanted();
    if (wanted !== undefined && this.#offers.has(wanted)) return wanted;
    if (this.#offers.has(WORKSPACE_PLATFORM)) return WORKSPACE_PLATFORM;
    if (wanted !== undefined) return DEFAULT_PLATFORM_ID;
    // Of several logs the one that was opened first: it does not change while others are looked at.
    return [...this.#offers].find(([, { source }]) => source === 'log')?.[0] ?? DEFAULT_PLATFORM_ID;
  }
}

/** What a log's failures say of the platform's health: a sentence, or nothing. */
function failureProblems(failures: readonly FailureFacts[]): string[] {
  const count = failures.reduce((sum, each) => sum + each.count, 0);
  const devices = new Set(failures.flatMap(({ device }) => device ?? [])).size;
  if (count === 0) return [];
  return [`The log shows ${groupDigits(count)} failed DMA ${count === 1 ? 'request' : 'requests'}${devices > 0 ? ` of ${devices} ${devices === 1 ? 'device' : 'devices'}` : ''}.`];
}
