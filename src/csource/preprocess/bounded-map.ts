/** A map that forgets what was not asked for the longest time, once all that it holds costs too much. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly cost: number }>();
  readonly #most: number;
  #cost = 0;

  /** @param most that all entries may cost together; one that costs more alone is kept alone */
  constructor(most: number) {
    this.#most = most;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V, cost: number): void {
    this.delete(key);
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#cost <= this.#most || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    this.#cost -= this.#entries.get(key)?.cost ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#cost = 0;
  }
}
