/** A table in Markdown: cells may hold anything, a bar in them is escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\s+/g, ' ')).join(' | ')} |\n`;
  return `${line(headings)}|${headings.map(() => '---|').join('')}\n${rows.map(line).join('')}`;
}

/** One record of a CSV file (RFC 4180, lines end in \n). */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'string' && /[",\n\r]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : String(cell))).join(',')}\n`;
}
