/**
 * Kernel annotations that the C grammar takes for type or variable names. Most of tree-sitter's errors in kernel code, and
 * its silent misreadings (`void __iomem *p = x;` becomes a product), come from them.
 */
const WORDS =
  '__iomem|__user|__kernel|__percpu|__rcu|__force|__private|__bitwise|__nocast|__init|__exit|__initdata|__initconst|__exitdata|' +
  '__devinit|__devexit|__devinitdata|__devinitconst|__devexit_p|__cpuinit|__net_init|__net_exit|__meminit|__ref|__refdata|' +
  '__must_check|__maybe_unused|__always_unused|__used|__visible|__read_mostly|__ro_after_init|__cold|__hot|__pure|__sched|' +
  '__noreturn|__deprecated|__weak|__malloc|__packed|__randomize_layout|__no_sanitize_address|__noclone|__cacheline_aligned|' +
  '____cacheline_aligned_in_smp|____cacheline_aligned|____cacheline_internodealigned_in_smp|asmlinkage|notrace|noinline|' +
  'noinline_for_stack|__always_inline|__latent_entropy|__le32_counted|__iomem_force';
const CALLS = '__acquires|__releases|__must_hold|__aligned|__printf|__scanf|__counted_by|__section|__alias|__free|__cleanup';

// Looks at a word first and behind it second: most places fail at once.
const ANNOTATION = new RegExp(
  `\\b(?:(?:${WORDS})\\b|(?:${CALLS})[ \\t]*\\([^()\\n]{0,80}\\)|[A-Za-z_][A-Za-z0-9_]*for_each[A-Za-z0-9_]*(?=[ \\t]*\\()|for_each_[A-Za-z0-9_]+(?=[ \\t]*\\()|struct\\b(?<=\\bcontainer_of[ \\t]*\\([^(),\\n]{1,80},\\s{0,80}struct))`,
  'g',
);

/** Names before the last one that stands before a string: `printk(KERN_ERR PFX "…")`. The grammar takes one. */
const BEFORE_STRING = /\b[A-Z_][A-Z0-9_]{1,40}(?=[ \t]{1,20}[A-Z_][A-Z0-9_]{1,40}\s{0,40}")/g;

/** A type among the arguments of a macro: `min_t(unsigned int, a, b)`, `list_entry(p, struct x, link)`. */
const TYPE_WORDS = 'unsigned|signed|short|long|int|char|void|bool|struct|union|enum';
const TYPE = '(?:(?:unsigned|signed|short|long|int|char|void|bool|struct[ \\t]{1,4}\\w{1,60}|union[ \\t]{1,4}\\w{1,60}|enum[ \\t]{1,4}\\w{1,60})[ \\t*]{0,8}){1,4}';
const TYPE_ARGUMENT = new RegExp(
  `\\b(?=${TYPE_WORDS})(?:(?<=\\b(?!(?:sizeof|typeof|__typeof__|_Alignof|__alignof__)\\b)[A-Za-z_]\\w{2,40}\\()struct[ \\t]{1,4}\\w{1,60}(?=\\))|(?<=\\([ \\t]{0,8})${TYPE}(?=,)|(?<=,\\s{0,60})${TYPE}(?=[,)]))`,
  'g',
);

/** What stands in a line as a statement without an end: `for_all_queues(q) {`, and what only looks so. */
const OPEN_STATEMENT = /^([ \t]+)(?!if\b|while\b|switch\b|return\b)([A-Za-z_]\w{4,60})(?=[ \t]*\([^;{}\n]{1,200}\)[ \t]*\{?[ \t]*$)/gm;
const LOOP_NAME = /for_?each|for_?all/i;

/** Whether a name in brackets is a loop of a macro: a block follows it, or it is named like one and a statement follows. */
function isLoop(text: string, name: string, from: number): boolean {
  let depth = 0;
  let at = from + name.length;
  do {
    const c = text[at++];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === undefined || c === '\n') return false;
  } while (depth > 0 || text[at - 1] !== ')');
  const before = /(?:[;{}:)]|\*\/)$/.test(text.slice(Math.max(0, from - 300), from).trimEnd());
  return before && (LOOP_NAME.test(name) ? /^\s*[A-Za-z_{]/ : /^[ \t]*\{/).test(text.slice(at, at + 200));
}

/** What is no number to the preprocessor alone: flags that a macro pastes names of, `tg3_flag(tp, 40BIT_DMA_BUG)`. */
const NAME_OF_DIGITS = /\b\d{1,10}(?:_|[A-Z]{2})\w{0,60}\b/g;
const NUMBER = /^\d+(?:ULL?|LLU?|LU)$/;

/**
 * Blanks annotations and makes loop macros `while`, without moving any character: the result has the same length and the
 * same lines. For the parser only; sizes are read from the text itself.
 */
export function blankAnnotations(text: string): string {
  return text
    .replace(ANNOTATION, (found) => {
      if (found.includes('for_each')) return 'while'.padEnd(found.length);
      return found.replace(/[^\n]/g, ' ');
    })
    .replace(OPEN_STATEMENT, (found, indent: string, name: string, at: number, whole: string) => (isLoop(whole, name, at + indent.length) ? indent + 'while'.padEnd(name.length) : found))
    .replace(NAME_OF_DIGITS, (found) => (NUMBER.test(found) ? found : `_${found.slice(1)}`))
    .replace(BEFORE_STRING, (found) => ' '.repeat(found.length))
    // A name of the same length that is no keyword.
    .replace(TYPE_ARGUMENT, (found) => `${found.slice(0, -1).replace(/[^\w]/g, '_')}_`);
}
