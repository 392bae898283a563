import type { Fix } from '../rules/finding.ts';

/** What an edit does, as a menu says it. */
export function fixText({ kind, text }: Fix): string {
  switch (kind) {
    case 'as-mapped': return `Give back as mapped: ${text}`;
    case 'cap-segment': return 'Cap at dma_max_mapping_size()';
    case 'remove-suppression': return 'Remove the comment';
  }
}
