/** A driver's own initialiser: `static struct pci_driver card_driver = {`. */
const DRIVER = /\bstruct\s{1,8}(?:\w{1,40}_)?driver\s{1,8}\w{1,80}(?:\s{1,8}\w{1,40})?\s{0,8}=\s{0,8}\{/g;
/** A field of it, in the form of C99 and in that of GCC before. */
const NAME = /(?:\.\s{0,4}name\s{0,8}=|\bname\s{0,4}:)\s{0,8}(?:"([^"\n]{1,80})"|(?:\([^)\n]{1,40}\)\s{0,4})?([A-Za-z_]\w{0,80}))/g;
/** No initialiser of a driver is longer. */
const LONGEST = 4000;

/**
 * The names under which a C file registers drivers, as the kernel prints them before a device (dev_driver_string in
 * drivers/base/core.c: the driver's `name`).
 * @param path the file's, whose base name stands for KBUILD_MODNAME
 */
export function driverNames(path: string, text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const start of text.matchAll(DRIVER)) {
    const from = start.index + start[0].length;
    for (const [, literal, identifier] of initialiser(text, from).matchAll(NAME)) {
      const name = literal ?? (identifier === undefined ? undefined : resolve(identifier, path, text));
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

/** The text up to the brace that closes the one before `from`. */
function initialiser(text: string, from: number): string {
  let depth = 1;
  const end = Math.min(text.length, from + LONGEST);
  for (let at = from; at < end; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x7b) depth++;
    else if (char === 0x7d && --depth === 0) return text.slice(from, at);
  }
  return text.slice(from, end);
}

/** A macro or an array of characters that stands in the same file. */
function resolve(identifier: string, path: string, text: string): string | undefined {
  if (identifier === 'KBUILD_MODNAME') return moduleName(path);
  const defined = new RegExp(`^[ \\t]{0,8}#[ \\t]{0,8}define[ \\t]{1,16}${identifier}[ \\t]{1,40}(?:"([^"\\n]{1,80})"|(KBUILD_MODNAME)\\b)`, 'm').exec(text)
    ?? new RegExp(`\\bchar\\s{1,8}(?:\\*\\s{0,4}(?:const\\s{1,8})?)?${identifier}(?:\\[\\])?\\s{0,8}=\\s{0,8}"([^"\\n]{1,80})"`).exec(text);
  return defined?.[1] ?? (defined?.[2] === undefined ? undefined : moduleName(path));
}

/** scripts/Makefile.lib: name-fix makes underscores of dashes. */
function moduleName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.c$/, '').replaceAll('-', '_');
}
