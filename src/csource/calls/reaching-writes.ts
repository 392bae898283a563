import type { FunctionFacts, Point, Write } from './function-facts.ts';

/** The writes of a path that may have given it its value at a point. */
export interface Reaching {
  readonly writes: readonly Write[];
  /** Whether the value from before the first write may still be there: of a parameter, or of memory. */
  readonly initial: boolean;
}

/**
 * Which writes reach a point. None that may is left out: a write is passed over only where the structure of the text shows
 * that another always follows it, or that no way leads from it to the point.
 */
export function reachingWrites(writes: readonly Write[], point: Point, facts: FunctionFacts): Reaching {
  const inside = new Set(point.around.map((part) => part.id));
  const backward = facts.labels.some((label) => label < point.offset && facts.jumps.some((jump) => jump > label));
  let killer: Write | undefined;
  for (const write of writes) {
    if (write.offset >= point.offset || write.operator === 'other' || write.block === undefined || !inside.has(write.block)) continue;
    const jumpedOver = facts.labels.some((label) => label > write.offset && label < point.offset);
    if (!jumpedOver && (!killer || write.offset > killer.offset)) killer = write;
  }
  const pair = branchesThatBothWrite(writes, point, inside, facts);
  const reaching = writes.filter((write) => {
    if (pair !== undefined && write.offset < pair && !backward) return false;
    if (write === killer) return true;
    const loops = sharedLoops(write, point);
    if (write.offset >= point.offset) {
      if (backward) return true;
      // Around a loop again, unless the write that always comes first stands in it too.
      return loops.length > 0 && !(killer && loops.every((loop) => killer.around.some((part) => part.id === loop)));
    }
    if (killer && write.offset < killer.offset) return false;
    if (backward || loops.length > 0) return true;
    return !apart(write, point) && !leaves(write, inside);
  });
  return { writes: reaching, initial: killer === undefined && pair === undefined };
}

/** Where an `if` begins before the point both branches of which write: nothing from before it reaches the point. */
function branchesThatBothWrite(writes: readonly Write[], point: Point, inside: ReadonlySet<number>, facts: FunctionFacts): number | undefined {
  let found: number | undefined;
  const firsts = new Map<number, number>();
  for (const write of writes) {
    if (write.offset >= point.offset || write.operator === 'other' || write.block === undefined) continue;
    const at = write.around.findIndex((part) => (part.kind === 'then' || part.kind === 'else') && (part.id === write.block || part.id === -(write.block ?? 0)));
    const branch = write.around[at];
    if (!branch || inside.has(branch.id) || !write.around.slice(0, at).every((part) => inside.has(part.id))) continue;
    if (branch.kind === 'then') firsts.set(branch.owner, Math.min(write.offset, firsts.get(branch.owner) ?? Infinity));
    const begin = branch.kind === 'else' ? firsts.get(branch.owner) : undefined;
    if (begin === undefined || facts.labels.some((label) => label > begin && label < point.offset)) continue;
    if (found === undefined || begin > found) found = begin;
  }
  return found;
}

function sharedLoops(write: Point, point: Point): number[] {
  const loops = new Set(point.around.filter((part) => part.kind === 'loop').map((part) => part.id));
  return write.around.filter((part) => loops.has(part.id)).map((part) => part.id);
}

/** Whether two points stand in different branches of one `if`. */
function apart(write: Point, point: Point): boolean {
  let at = 0;
  while (at < write.around.length && at < point.around.length && write.around[at]?.id === point.around[at]?.id) at++;
  const [a, b] = [write.around[at], point.around[at]];
  return a?.kind === 'then' && b?.kind === 'else' && a.owner === b.owner;
}

/** Whether a return ends a block around the write that is not around the point. */
function leaves(write: Point, inside: ReadonlySet<number>): boolean {
  return write.around.some((part) => part.returns && !inside.has(part.id));
}
