import type { Token } from '../parse/lexer.ts';
import type { Stretch } from './branches.ts';
import type { FunctionFacts, Point, Write } from './function-facts.ts';
import { FILLS, HARMLESS } from './known-callees.ts';
import type { Reaching } from './reaching-writes.ts';

/** The variable that a path begins with. */
export function rootOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? '';
}

/** Writes of a path, with those of what holds it; undefined where memory may change unseen. */
export function writesOf(path: string, facts: FunctionFacts, point: Point): Write[] | undefined {
  const root = rootOf(path);
  const writes = [...(facts.writes.get(path) ?? [])];
  const other = (at: Point): void => void writes.push({ offset: at.offset, around: at.around, operator: 'other', from: 0, to: 0, block: undefined });
  for (const [name, taken] of facts.addresses) {
    if (name !== root && !name.startsWith(`${root}.`) && !name.startsWith(`${root}->`)) continue;
    // The address of a member of what a pointer leads to is no way to another member, and the memory is shared anyway.
    if (path !== root && path.startsWith(`${root}->`) && name !== root && !path.startsWith(name)) continue;
    // Nor is the address of a member a way to the variable itself.
    if (path === root && name !== root) continue;
    for (const use of taken) {
      const call = facts.calls.find((at) => at.offset <= use.offset && use.offset < at.to && at.callee === use.callee);
      if (FILLS.test(use.callee) && call) other(call);
      else if (path === root || use.offset < point.offset || point.around.some((part) => part.kind === 'loop') || facts.jumps.some((jump) => facts.labels.some((label) => label < jump))) return undefined;
    }
  }
  for (let prefix = path; prefix !== root; ) {
    prefix = prefix.slice(0, Math.max(prefix.lastIndexOf('.'), prefix.lastIndexOf('->')));
    // A struct that is assigned whole brings its members.
    const rest = path.slice(prefix.length);
    const whole = rest.startsWith('.') && !rest.includes('->');
    for (const write of facts.writes.get(prefix) ?? []) writes.push(whole && write.operator === '=' ? { ...write, rest } : { ...write, operator: 'other', block: undefined });
  }
  return writes;
}

/**
 * Whether a path keeps its value from an offset up to the point: nothing in between writes it, nor, where it lies behind a
 * pointer, may any function or other pointer. `point.around` is what was entered since.
 * @param text of the file
 * @param reaching writes that are taken into account already
 */
export function staysQuiet(path: string, writes: readonly Write[], from: number, point: Point, facts: FunctionFacts, text: string, reaching?: Reaching): boolean {
  const around = point.around.filter((part) => part.kind === 'loop').map((part) => part.id);
  // Where every write that reaches the point stands in its loops too, each round begins with one of them.
  if (reaching && !reaching.initial && !reaching.writes.every((write) => around.every((loop) => write.around.some((part) => part.id === loop)))) return false;
  const loops = new Set(reaching && !reaching.initial ? [] : around);
  const between = (at: Point): boolean => (at.offset >= from && at.offset < point.offset) || at.around.some((part) => loops.has(part.id));
  const counted = (at: Point): boolean => reaching?.writes.some((write) => write.offset === at.offset) === true;
  if (facts.labels.some((label) => label > from && label < point.offset)) return false;
  if (!reaching && writes.some(between)) return false;
  if (!path.includes('->')) return true;
  const field = /\w+$/.exec(path)?.[0] ?? path;
  const mentions = new RegExp(`\\b${rootOf(path)}\\b`);
  for (const call of facts.calls) {
    // What works out the value itself comes before the value is there.
    if (call.to <= from || !between(call) || reaching?.writes.some((write) => call.offset >= write.offset && call.to <= write.to)) continue;
    // What fills memory may fill this.
    if (!HARMLESS.test(call.callee) || (FILLS.test(call.callee) && mentions.test(text.slice(call.offset, call.to)))) return false;
  }
  for (const [other, list] of facts.writes) {
    if (other !== path && (other.endsWith(`.${field}`) || other.endsWith(`>${field}`)) && list.some((write) => between(write) && !counted(write))) return false;
  }
  // The same member of what no path leads to: `list[i].size = x`, `list[i].size++`.
  const elsewhere = new RegExp(`(?:\\.|->)\\s*${field}$`);
  const same = ({ from: begin, to }: Stretch): boolean => {
    const target = text.slice(begin, to);
    return elsewhere.test(target) && target.replace(/\s+/g, '') !== path;
  };
  if (facts.stores.some((store) => between(store) && !counted(store) && same(store.target))) return false;
  if (facts.members.some((member) => member.from >= from && member.from < point.offset && same(member))) return false;
  return !/(?:^|[;{}(])\s*\*+\s*\w+[^;=]*=[^=]/.test(text.slice(from, point.offset));
}

/** Whether a function writes a path, or a part of it, or gives its address away. */
export function touches(facts: FunctionFacts, path: string): boolean {
  const within = (name: string): boolean => name.startsWith(path) && /^(?:$|\.|->)/.test(name.slice(path.length));
  return [...facts.writes.keys()].some(within) || [...facts.addresses.keys()].some(within);
}

/** Whether expanded tokens write a path, what holds it, or take the address of either. */
export function changes(tokens: readonly Token[], path: string, root: string): boolean {
  const assembles = tokens.some(({ text }) => text === 'asm' || text === '__asm__');
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text !== root || /^(?:\.|->)$/.test(tokens[at - 1]?.text ?? '')) continue;
    let end = at + 1;
    while (/^(?:\.|->)$/.test(tokens[end]?.text ?? '') && tokens[end + 1]?.kind === 'name') end += 2;
    const chain = tokens.slice(at, end).map(({ text }) => text).join('');
    if (!path.startsWith(chain)) continue;
    let [first, last] = [at, end];
    while (tokens[first - 1]?.text === '(' && tokens[last]?.text === ')') [first, last] = [first - 1, last + 1];
    const [before, after] = [tokens[first - 1]?.text ?? '', tokens[last]?.text ?? ''];
    if (assembles || /^(?:\+\+|--|&)$/.test(before) || /^(?:\+\+|--|[-+*/%&|^]?=|<<=|>>=)$/.test(after)) return true;
  }
  return false;
}
