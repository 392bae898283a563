import { Doubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { Cursor } from '../parse/cursor.ts';
import { KERNEL_MACROS } from '../preprocess/kernel-macros.ts';
import { MAX_WORLDS } from '../preprocess/world.ts';
import type { CType } from '../types/c-type.ts';
import { pointerTo } from '../types/c-type.ts';
import type { Value } from '../types/environment.ts';
import type { Locals, Names } from '../types/names.ts';
import { readDeclaration } from './find-locals.ts';
import type { FunctionFacts, Point, Write } from './function-facts.ts';
import type { FunctionSource } from './function-source.ts';
import { reachingWrites } from './reaching-writes.ts';

/** Functions and macros of the kernel that change none of a driver's variables but through a pointer they are given. */
const HARMLESS =
  /^(?:(?:dev|pr|netdev|netif|drm|DRM|wiphy|pci|scmd|starget|shost|sdev)_(?:dbg|debug|info|warn|warning|err|error|notice|crit|printk)(?:_once|_ratelimited)?|printk|k[mzc]alloc\w*|kv[mz]alloc\w*|vz?alloc|devm_k[mzc]alloc\w*|kfree|vfree|mem(?:set|cpy|cmp|move)|str\w+|sn?printf|scnprintf|(?:cpu_to|__cpu_to)_[lb]e(?:16|32|64)|[lb]e(?:16|32|64)_to_cpu|dmam?_\w+|pci_zalloc_consistent|pci_alloc_consistent|usb_alloc_coherent|snd_\w+|IS_ERR\w*|PTR_ERR\w*|ERR_PTR|likely|unlikely|BUG_ON|BUG|WARN_ON|WARN_ON_ONCE|WARN|WARN_ONCE|msleep|mdelay|udelay|ndelay|usleep_range|mutex_(?:un)?lock|spin_(?:un)?lock\w*|ilog2|order_base_2|fls|ffs|get_order|roundup_pow_of_two|rounddown_pow_of_two|is_power_of_2|smp_processor_id|lower_32_bits|upper_32_bits|sizeof|offsetof|min|max|min_t|max_t|clamp|clamp_t|clamp_val|struct_size|array_size|size_mul|size_add|virt_to_\w+|page_address|skb_\w+|netdev_priv|[io]?(?:read|write)[bwlq](?:_relaxed)?|io(?:read|write)(?:8|16|32|64)(?:be)?)$/;

/** Functions that fill the memory they are given and keep no pointer to it. */
const FILLS = new Set(['memset', 'memcpy', 'memzero_explicit', 'memmove']);

const MAX_DEPTH = 12;

/** Adds to the locals of a call what is known of their values there. */
export function flowing(locals: Locals, functions: FunctionSource, offset: number): Locals {
  let flow: ValueFlow | undefined;
  return {
    typeOf: (name, names) => locals.typeOf(name, names),
    followed(path, names) {
      if (!flow) {
        const facts = functions.around(offset);
        const point = facts?.calls.find((call) => call.offset === offset);
        flow = new ValueFlow(functions, facts, point, new Set(), 0);
      }
      return flow.followed(path, names);
    },
  };
}

/** Values of variables at a point of a function. */
class ValueFlow implements Locals {
  readonly #functions: FunctionSource;
  readonly #facts: FunctionFacts | undefined;
  readonly #open: Set<string>;
  readonly #depth: number;
  #point: Point | undefined;

  constructor(functions: FunctionSource, facts: FunctionFacts | undefined, point: Point | undefined, open: Set<string>, depth: number) {
    this.#functions = functions;
    this.#facts = facts;
    this.#point = point;
    this.#open = open;
    this.#depth = depth;
  }

  typeOf(name: string, names: Names): CType | undefined {
    const declared = this.#facts?.declarations.get(name) ?? [];
    const [declaration] = declared;
    if (!declaration) return undefined;
    if (declared.length > 1) throw new Doubt(`${name} is declared more than once`);
    const key = `type of ${name}`;
    if (this.#open.has(key)) throw new Doubt(`the type of ${name} depends on itself`);
    this.#open.add(key);
    try {
      const type = readDeclaration(declaration, names);
      return declaration.parameter && type.kind === 'array' ? pointerTo(type.of) : type;
    } finally {
      this.#open.delete(key);
    }
  }

  followed(path: string, names: Names): Value | undefined {
    const facts = this.#facts;
    const point = this.#point;
    if (!facts || !point || this.#depth > MAX_DEPTH || this.#open.size > 40) return undefined;
    const root = /^\w+/.exec(path)?.[0] ?? '';
    const declared = facts.declarations.get(root) ?? [];
    if (declared.length !== 1 || facts.looped.has(root)) return undefined;
    if (this.#mayChange(root, names)) return undefined;
    const writes = this.#writesOf(path, root, facts, point);
    if (!writes) return undefined;
    const reaching = reachingWrites(writes, point, facts);
    if (reaching.writes.some((write) => write.operator === 'other')) return undefined;
    const ways: (() => Value | undefined)[] = reaching.writes.map((write) => () => this.#assigned(path, write, names));
    if (reaching.initial) {
      if (path !== root) return undefined;
      if (declared[0]?.parameter) {
        const given = this.#arguments(facts, root, names);
        if (!given) return undefined;
        ways.push(...given);
      }
    }
    if (ways.length === 0 || ways.length > MAX_WORLDS) return undefined;
    const ids = [...reaching.writes.map((write) => write.offset), reaching.initial ? 'given' : ''].join(' ');
    const way = ways.length === 1 ? 0 : names.world.choose(`which of the ${ways.length} values ${path} has (${ids})`, ways.length);
    return ways[way]?.();
  }

  /** Whether the variable may be changed by what is not seen as a write: through its address, or by a macro. */
  #mayChange(root: string, names: Names): boolean {
    const facts = this.#facts as FunctionFacts;
    const main = { instance: names.unit.main, offset: this.#point?.offset ?? 0 };
    for (const { callee, from, to } of facts.passed.get(root) ?? []) {
      if (callee === '' || HARMLESS.test(callee) || KERNEL_MACROS.has(callee)) continue;
      const macro = names.unit.macroAt(callee, { ...main, offset: from }, names.world);
      if (!macro || macro === 'undefined') continue;
      const tokens = names.tokens(names.unit.main, from, to);
      for (let at = 0; at < tokens.length; at++) {
        if (tokens[at]?.text !== root) continue;
        const [before, after] = [tokens[at - 1]?.text ?? '', tokens[at + 1]?.text ?? ''];
        if (/^(?:\+\+|--|&)$/.test(before) || /^(?:\+\+|--|[-+*/%&|^]?=|<<=|>>=)$/.test(after) || tokens.some((token) => token.text === 'asm' || token.text === '__asm__')) return true;
      }
    }
    return false;
  }

  /** Writes of a path, with those of what holds it; undefined where memory may change unseen. */
  #writesOf(path: string, root: string, facts: FunctionFacts, point: Point): Write[] | undefined {
    const writes = [...(facts.writes.get(path) ?? [])];
    const other = (at: Point): void => void writes.push({ offset: at.offset, around: at.around, operator: 'other', from: 0, to: 0, block: undefined });
    for (const [name, taken] of facts.addresses) {
      if (name !== root && !name.startsWith(`${root}.`) && !name.startsWith(`${root}->`)) continue;
      if (path === root) {
        if (name === root) return undefined;
        continue;
      }
      // The address of a member of what a pointer leads to is no way to another member, and the memory is shared anyway.
      if (path.startsWith(`${root}->`) && name !== root && !path.startsWith(name)) continue;
      for (const use of taken) {
        const call = facts.calls.find((at) => at.offset <= use.offset && use.offset < at.to && at.callee === use.callee);
        if (FILLS.has(use.callee) && call) other(call);
        else if (use.offset < point.offset || point.around.some((part) => part.kind === 'loop') || facts.jumps.some((jump) => facts.labels.some((label) => label < jump))) return undefined;
      }
    }
    if (path === root) return writes;
    for (let prefix = path; prefix !== root; ) {
      prefix = prefix.slice(0, Math.max(prefix.lastIndexOf('.'), prefix.lastIndexOf('->')));
      for (const write of facts.writes.get(prefix) ?? []) writes.push({ ...write, operator: 'other', block: undefined });
    }
    if (!path.includes('->')) return writes;
    return this.#undisturbed(path, writes, facts, point) ? writes : undefined;
  }

  /** Whether nothing between the last certain write of a member behind a pointer and the point may change it. */
  #undisturbed(path: string, writes: readonly Write[], facts: FunctionFacts, point: Point): boolean {
    const reaching = reachingWrites(writes, point, facts);
    if (reaching.initial || reaching.writes.length === 0 || reaching.writes.some((write) => write.offset > point.offset)) return false;
    const first = Math.min(...reaching.writes.map((write) => write.offset));
    const field = path.slice(path.lastIndexOf(path.includes('->') && path.lastIndexOf('->') > path.lastIndexOf('.') ? '>' : '.') + 1);
    const loops = new Set(point.around.filter((part) => part.kind === 'loop').map((part) => part.id));
    if (loops.size > 0 && !reaching.writes.every((write) => [...loops].every((loop) => write.around.some((part) => part.id === loop)))) return false;
    const root = /^\w+/.exec(path)?.[0] ?? '';
    for (const call of facts.calls) {
      if (call.to <= first || call.offset >= point.offset) continue;
      if (!HARMLESS.test(call.callee)) return false;
      // What fills memory may fill this.
      if (FILLS.has(call.callee) && new RegExp(`\\b${root}\\b`).test(this.#functions.text.slice(call.offset, call.to))) return false;
    }
    for (const [other, list] of facts.writes) {
      if (other === path || !(other.endsWith(`.${field}`) || other.endsWith(`>${field}`))) continue;
      if (list.some((write) => write.offset >= first && write.offset < point.offset)) return false;
    }
    const between = this.#functions.text.slice(first, point.offset);
    return !/(?:^|[;{}(])\s*\*+\s*\w+[^;=]*=[^=]/.test(between) && !facts.labels.some((label) => label > first && label < point.offset);
  }

  #assigned(path: string, write: Write, names: Names): Value | undefined {
    const key = `${path} at ${write.offset}`;
    if (this.#open.has(key)) return undefined;
    this.#open.add(key);
    const point = this.#point;
    this.#point = write;
    try {
      const value = this.#evaluate(write.from, write.to, names.within(this));
      if (!value || write.operator === '=') return value;
      // `x += y` is not worked out: how often it is done is not known.
      return undefined;
    } finally {
      this.#point = point;
      this.#open.delete(key);
    }
  }

  #evaluate(from: number, to: number, names: Names): Value | undefined {
    if (to <= from) return undefined;
    try {
      const cursor = new Cursor(names.tokens(names.unit.main, from, to));
      const value = new ExpressionReader(cursor, names).assignment();
      return cursor.ended ? value : undefined;
    } catch (error) {
      if (error instanceof Doubt) return undefined;
      throw error;
    }
  }

  /** The values that all callers of a static function give a parameter. */
  #arguments(facts: FunctionFacts, name: string, names: Names): (() => Value | undefined)[] | undefined {
    if (!facts.isStatic) return undefined;
    const at = facts.parameters.indexOf(name);
    const callers = this.#functions.callersOf(facts.name);
    if (at < 0 || !callers) return undefined;
    const key = `callers of ${facts.name}`;
    if (this.#open.has(key)) return undefined;
    return callers.map(({ facts: outer, call }) => () => {
      const argument = call.arguments[at];
      if (!argument || call.arguments.length !== facts.parameters.length) return undefined;
      this.#open.add(key);
      try {
        const flow = new ValueFlow(this.#functions, outer, call, this.#open, this.#depth + 1);
        return flow.#evaluate(argument.from, argument.to, names.within(flow));
      } finally {
        this.#open.delete(key);
      }
    });
  }
}
