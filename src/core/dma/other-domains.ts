import { type DomUPolicy, buildDomU } from '../machine/build-domu.ts';
import { type ExchangeRules, PvDomain } from '../machine/pv-domain.ts';
import { reason } from '../platform/reason.ts';
import { type XenVersion, xenAtLeast } from '../platform/xen-version.ts';
import { PAGE_SIZE, pagesFor } from '../units/pages.ts';
import { type Outcome, refused } from './outcome.ts';

/** How a version's toolstack builds a PV guest. */
export function domUPolicy(version: XenVersion): DomUPolicy {
  return { extents: xenAtLeast(version, 4, 6) ? '2M' : 'single', claims: xenAtLeast(version, 4, 3) };
}

/** The machine's guests beside the domain whose drivers are looked at: they take memory out of the same heap. */
export class OtherDomains {
  readonly #own: PvDomain | undefined;
  readonly #policy: DomUPolicy | undefined;
  readonly #guests = new Map<string, PvDomain>();

  /** @param own the domain that runs the drivers; absent without a hypervisor */
  constructor(own: PvDomain | undefined, version: XenVersion | undefined) {
    this.#own = own;
    this.#policy = version && domUPolicy(version);
  }

  get guests(): ReadonlyMap<string, PvDomain> {
    return this.#guests;
  }

  /** xl create of a PV guest. */
  create(id: string, bytes: number): Outcome {
    if (!this.#own || !this.#policy) return refused([], reason('no-hypervisor', {}));
    if (this.#guests.has(id)) return refused([], reason('already-mapped', { id }));
    if (!Number.isSafeInteger(bytes) || bytes < 1) return refused([], reason('bad-size', { bytes }));
    const { heap, rules } = this.#own;
    const guest = new PvDomain(heap, guestRules(rules));
    const { pages, inExtents } = buildDomU(guest, this.#policy, pagesFor(bytes));
    if (pages === 0) return refused([], reason('guest-not-built', { bytes, freeBytes: heap.freeBytes }), [reason('knob-balloon', { helps: 1 })]);
    this.#guests.set(id, guest);
    return { ok: true, explain: [reason('guest-built', { bytes: pages * PAGE_SIZE, extentBytes: inExtents * PAGE_SIZE, freeBytes: heap.freeBytes })] };
  }

  /** xl destroy: its memory is scrubbed, and free. */
  destroy(id: string): Outcome {
    const guest = this.#guests.get(id);
    if (!guest) return refused([], reason('not-mapped', { id }));
    const bytes = guest.p2m.pages * PAGE_SIZE;
    this.#guests.delete(id);
    guest.destroy();
    guest.heap.scrub();
    return { ok: true, explain: [reason('guest-destroyed', { bytes, freeBytes: guest.heap.freeBytes })] };
  }
}

/** Guests built here exchange nothing: what they may is not asked. */
function guestRules({ machineBits }: ExchangeRules): ExchangeRules {
  return { maxOrder: 0, machineBits };
}
