/**
 * The owner of every slot: index of the mapping that holds it, -1 where the slot is free.
 * @param slots slots of the pool
 * @param mappings runs of slots, in any order
 * @returns an array of `slots` entries, or what is wrong: a mapping outside the pool, or two on one slot
 */
export function slotOwners(slots: number, mappings: readonly { readonly first: number; readonly slots: number }[]): Int32Array | string {
  const owners = new Int32Array(slots).fill(-1);
  for (const [index, mapping] of mappings.entries()) {
    const end = mapping.first + mapping.slots;
    if (end > slots) return `mapping ${index} ends at slot ${end}, behind the last of ${slots}`;
    for (let slot = mapping.first; slot < end; slot++) {
      if (owners[slot] !== -1) return `mappings ${owners[slot]} and ${index} both hold slot ${slot}`;
      owners[slot] = index;
    }
  }
  return owners;
}
