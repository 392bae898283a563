import { Doubt } from '../evaluate/doubt.ts';
import type { Cursor } from '../parse/cursor.ts';
import type { Environment } from './environment.ts';

/** What attributes say about layout. */
export interface Attributes {
  readonly packed: boolean;
  /** Bytes; undefined where none asks for an alignment. */
  readonly align: number | undefined;
}

export const NO_ATTRIBUTES: Attributes = { packed: false, align: undefined };

/** Annotations that say nothing about layout. */
const IGNORED = new Set([
  '__iomem', '__user', '__kernel', '__percpu', '__rcu', '__force', '__private', '__bitwise', '__bitwise__', '__nocast', '__maybe_unused',
  '__always_unused', '__used', '__read_mostly', '__ro_after_init', '__init', '__initdata', '__initconst', '__exit', '__must_check', '__nonstring',
  '__designated_init', '__no_randomize_layout', '__attribute_const__', '__pure', '__deprecated', '__refdata',
]);
/** The same, with arguments in brackets. */
const IGNORED_CALLS = new Set(['__counted_by', '__counted_by_le', '__counted_by_be', '__guarded_by', '__section', '__printf', '__must_hold']);
const IGNORED_ATTRIBUTES = new Set([
  'unused', 'used', 'may_alias', 'deprecated', 'designated_init', 'nonstring', 'noderef', 'address_space', 'bitwise', 'section', 'format', 'const',
  'pure', 'counted_by', 'no_reorder', 'warn_if_not_aligned', 'aligned_largest_member', 'cleanup', 'noreturn', 'cold', 'hot', 'visibility', 'weak',
  // Of functions: `inline` and `__must_check` come to some of them (include/linux/compiler_types.h).
  'gnu_inline', 'always_inline', 'noinline', 'noclone', 'flatten', 'leaf', 'naked', 'malloc', 'alloc_size', 'alloc_align', 'assume_aligned', 'nonnull',
  'returns_nonnull', 'warn_unused_result', 'sentinel', 'externally_visible', 'error', 'warning', 'constructor', 'destructor', 'optimize', 'target',
  'no_instrument_function', 'no_profile_instrument_function', 'patchable_function_entry', 'hotpatch', 'no_stack_protector', 'stack_protect',
  'no_sanitize', 'no_sanitize_address', 'no_sanitize_thread', 'no_sanitize_undefined', 'no_sanitize_memory', 'no_sanitize_coverage', 'no_split_stack',
  'disable_sanitizer_instrumentation', 'no_caller_saved_registers', 'access', 'alias', 'copy', 'latent_entropy', 'uninitialized', 'unavailable',
]);

const LAYOUT_ANNOTATIONS = new Set(['__packed', '__aligned', '____cacheline_aligned', '____cacheline_aligned_in_smp', '__cacheline_aligned']);

/** Whether a name is an annotation of the kernel that is read as such, whatever macro it is. */
export function isAnnotation(name: string): boolean {
  return LAYOUT_ANNOTATIONS.has(name) || IGNORED.has(name) || IGNORED_CALLS.has(name);
}

export function withAttributes(a: Attributes, b: Attributes): Attributes {
  return { packed: a.packed || b.packed, align: greater(a.align, b.align) };
}

function greater(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}

/**
 * Reads any attributes at the cursor and adds them to `known`.
 * @throws Doubt at an attribute whose effect on layout is not known
 */
export function readAttributes(cursor: Cursor, environment: Environment, known: Attributes): Attributes {
  let { packed, align } = known;
  for (;;) {
    const text = cursor.peek();
    const annotated = environment.annotationAlign(text);
    if (text === '__packed') {
      packed = true;
      cursor.at++;
    } else if (annotated !== undefined) {
      align = greater(align, annotated);
      cursor.at++;
    } else if (text === '__aligned' && cursor.peek(1) === '(') {
      cursor.at++;
      align = greater(align, readAlignment(cursor, environment));
    } else if (IGNORED.has(text)) cursor.at++;
    else if (IGNORED_CALLS.has(text) && cursor.peek(1) === '(') {
      cursor.at++;
      cursor.skipBrackets();
    } else if (text === '__attribute__' || text === '__attribute') {
      cursor.at++;
      const read = readAttributeList(cursor, environment);
      packed ||= read.packed;
      align = greater(align, read.align);
    } else if (text === '__randomize_layout') throw new Doubt('the compiler may shuffle its members (__randomize_layout)');
    else return { packed, align };
  }
}

function readAlignment(cursor: Cursor, environment: Environment): number {
  cursor.expect('(');
  const { value } = environment.constant(cursor);
  cursor.expect(')');
  if (value === undefined || value <= 0n || value > 1n << 20n || (value & (value - 1n)) !== 0n) throw new Doubt('the alignment of an attribute is not known');
  return Number(value);
}

function readAttributeList(cursor: Cursor, environment: Environment): Attributes {
  let packed = false;
  let align: number | undefined;
  cursor.expect('(');
  cursor.expect('(');
  while (!cursor.take(')')) {
    if (cursor.take(',')) continue;
    const name = cursor.peek().replace(/^__(.*)__$/, '$1');
    cursor.at++;
    if (name === 'packed') packed = true;
    else if (name === 'aligned' && cursor.peek() === '(') align = greater(align, readAlignment(cursor, environment));
    else if (IGNORED_ATTRIBUTES.has(name)) {
      if (cursor.peek() === '(') cursor.skipBrackets();
    } else throw new Doubt(`the attribute ${name.slice(0, 40)} is not known`);
  }
  cursor.expect(')');
  return { packed, align };
}
