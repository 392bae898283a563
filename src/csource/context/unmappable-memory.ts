import { rangeSpan } from './call-span.ts';
import type { CallUse, FunctionView } from './function-view.ts';
import { assignedTo, lastName, textOf } from './function-view.ts';
import type { Observation } from './observation.ts';

/** Functions whose argument is mapped for DMA, by its index. The USB core maps what a control, bulk or interrupt message is given. */
const MAPPED: ReadonlyMap<string, number> = new Map([
  ['dma_map_single', 1], ['dma_map_single_attrs', 1], ['pci_map_single', 1], ['usb_control_msg', 6], ['usb_bulk_msg', 2], ['usb_interrupt_msg', 2],
  ['usb_fill_bulk_urb', 3], ['usb_fill_int_urb', 3], ['usb_fill_control_urb', 4],
]);
const VMALLOC = /^(?:vmalloc|vzalloc|__vmalloc|vmalloc_(?:user|32|32_user|node)|vzalloc_node|vcalloc|vmalloc_array)$/;
const KVMALLOC = /^(?:kvmalloc|kvzalloc|kvmalloc_node|kvzalloc_node|kvcalloc|kvmalloc_array)$/;

/** Memory on the stack or from vmalloc that is mapped for DMA. Neither lies in the kernel's direct map (CONFIG_VMAP_STACK since 4.9). */
export function unmappableMemory(view: FunctionView, views: readonly FunctionView[], asksVmalloc: boolean): Observation[] {
  const given = new Map<string, Memory | undefined>();
  const memoryOf = (path: string): Memory | undefined => {
    if (!given.has(path)) given.set(path, vmallocOf(view, path, views));
    return given.get(path);
  };
  let declared: ReadonlyMap<string, readonly LocalDeclaration[]> | undefined;
  return view.calls.flatMap((call): Observation[] => {
    const range = call.args[MAPPED.get(call.name) ?? -1];
    if (!range) return [];
    const text = textOf(view.fn, range);
    const size = call.args[(MAPPED.get(call.name) ?? 0) + 1];
    if (size && textOf(view.fn, size) === '0') return [];
    const base = { kind: 'unmappable-memory', ...rangeSpan(view.fn, range), function: view.fn.name, api: call.name } as const;
    const stack = stackVariable((declared ??= declarationsOf(view)), text, call);
    if (stack !== undefined) return [{ ...base, memory: 'stack', name: stack }];
    const memory = /^[A-Za-z_]\w*(?:(?:->|\.)\w+)*$/.test(text) ? memoryOf(text) : undefined;
    // A driver that asks where kvmalloc's memory lies maps it by pages where it must.
    return memory && !(memory === 'kvmalloc' && asksVmalloc) ? [{ ...base, memory, name: text }] : [];
  });
}

type Memory = 'vmalloc' | 'kvmalloc';

/** The local variable whose own memory an argument is: `&x`, `&x.y`, `array`, `array + n`, `&array[n]`. */
function stackVariable(declarations: ReadonlyMap<string, readonly LocalDeclaration[]>, text: string, call: CallUse): string | undefined {
  const address = /^&(\w+)((?:\.\w+|\[[^\]]*\])*)$/.exec(text);
  const plain = /^(\w+)(?:\+[\w*]+)?$/.exec(text);
  const name = address?.[1] ?? plain?.[1];
  if (name === undefined) return undefined;
  // A parameter of the name makes an array a pointer; another block's variable makes it doubtful.
  const [declared, ...others] = (declarations.get(name) ?? []).filter(({ statement }) => statement <= call.at);
  if (!declared || others.length > 0 || declared.isStatic || declared.pointer) return undefined;
  // `&p[n]` of a pointer and a member of a struct that a pointer leads to are not the variable's own memory.
  return declared.array || address ? name : undefined;
}

interface LocalDeclaration {
  /** First token of its statement. */
  readonly statement: number;
  readonly isStatic: boolean;
  readonly pointer: boolean;
  readonly array: boolean;
}

/** The declarations of a function's statements, by name. */
function declarationsOf(view: FunctionView): ReadonlyMap<string, readonly LocalDeclaration[]> {
  const { tokens } = view.fn;
  const found = new Map<string, LocalDeclaration[]>();
  for (const { range, role } of view.expressions) {
    if (role !== 'statement' || tokens[range.from]?.kind !== 'name') continue;
    let depth = 0;
    for (let at = range.from; at < range.to; at++) {
      const { kind, text } = tokens[at]!;
      if (kind === 'punct') {
        if (text === '(' || text === '[' || text === '{') depth++;
        else if (text === ')' || text === ']' || text === '}') depth--;
      }
      if (depth !== 0 || kind !== 'name' || at === range.from || !/^[[=,]?$/.test(at + 1 < range.to ? tokens[at + 1]?.text ?? '' : '') || !headOf(view, range.from, at)) continue;
      const declaration = { statement: range.from, isStatic: tokens[range.from]?.text === 'static', pointer: tokens[at - 1]?.text === '*', array: tokens[at + 1]?.text === '[' && at + 1 < range.to };
      const list = found.get(text);
      if (list) list.push(declaration);
      else found.set(text, [declaration]);
    }
  }
  return found;
}

/** Whether the tokens from the start of a statement up to a declared name are its type, and other declarators between commas. */
function headOf(view: FunctionView, from: number, at: number): boolean {
  const { tokens } = view.fn;
  let end = from;
  while (end < at && tokens[end]?.kind === 'name') end++;
  if (end === from || /^(?:return|goto|else|delete)$/.test(tokens[from]?.text ?? '')) return false;
  let first = end;
  while (first < at && tokens[first]?.text === '*') first++;
  if (first === at) return true;
  // `u8 a[4], b[8]`: behind a comma, and the statement began with a type and a name.
  let before = at - 1;
  while (tokens[before]?.text === '*') before--;
  return tokens[before]?.text === ',' && (end - from >= 2 || tokens[end]?.text === '*');
}

/** What memory a path was given: by all assignments of the function for a local, of the file for a member. */
function vmallocOf(view: FunctionView, path: string, views: readonly FunctionView[]): Memory | undefined {
  const local = /^\w+$/.test(path);
  const name = lastName(path);
  const kinds = new Set<string>();
  const write = new RegExp(`(?:^|[ *,;>.])${name}=(?!=)(.{0,80})`);
  const whole = new RegExp(`(?:^|[ *,;])${name}=`);
  for (const each of local ? [view] : views) {
    for (const { range } of each.expressions) {
      const text = textOf(each.fn, range);
      const match = text.includes(`${name}=`) ? write.exec(text) : null;
      if (!match || (local && !whole.test(text))) continue;
      const made = each.calls.find((other) => other.expression.range === range && lastName(assignedTo(each.fn, other) ?? '') === name);
      if (made && VMALLOC.test(made.name)) kinds.add('vmalloc');
      else if (made && KVMALLOC.test(made.name)) kinds.add('kvmalloc');
      else if (!/^(?:NULL|0)/.test(match[1] ?? '')) kinds.add('other');
    }
  }
  if (local && view.fn.parameters.some(({ from, to }) => view.fn.tokens.slice(from, to).some(({ text }) => text === name))) return undefined;
  const [kind] = kinds;
  return kinds.size === 1 && (kind === 'vmalloc' || kind === 'kvmalloc') ? kind : undefined;
}
