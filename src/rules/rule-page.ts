import type { RuleId } from '../ids.ts';

/** The page of a rule in this package; the rules of logs stand together on one. */
export function rulePage(id: RuleId): string {
  const name = id.slice('dma/'.length);
  return `docs/rules/${name.startsWith('log-') ? 'logs' : name}.md`;
}
