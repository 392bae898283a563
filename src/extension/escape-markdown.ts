/** A text as it stands, in Markdown with icons: nothing in it is taken for markup. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()<>#|~$]/g, '\\$&');
}
