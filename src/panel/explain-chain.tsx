import type { JSX } from 'preact';
import type { ExplainLine } from '../protocol/panel-state.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import { EvidenceLink } from './evidence-link.tsx';
import type { PageActions } from './page-actions.ts';

/** A chain from request to outcome with the evidence under each link; then the settings that would and would not change it. */
export function ExplainChain({ lines, failed, actions }: { lines: readonly ExplainLine[]; failed: boolean; actions: PageActions }): JSX.Element {
  const chain = lines.filter((line) => line.knob === undefined);
  if (lines.length === 0) return <p class="dim">{text.noExplanation}</p>;
  return (
    <>
      <ol class="chain">
        {chain.map((line, index) => (
          <li key={index} class={failed && index === chain.length - 1 ? 'bad' : undefined}>
            <Line line={line} actions={actions} />
          </li>
        ))}
      </ol>
      <Knobs head={text.helps} lines={lines.filter((line) => line.knob === 'helps')} actions={actions} />
      <Knobs head={text.doesNot} lines={lines.filter((line) => line.knob === 'does-not')} actions={actions} />
    </>
  );
}

function Knobs({ head, lines, actions }: { head: string; lines: readonly ExplainLine[]; actions: PageActions }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h4>{head}</h4>
      <ul class="knobs">
        {lines.map((line, index) => (
          <li key={index}>
            <Line line={line} actions={actions} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Line({ line, actions }: { line: ExplainLine; actions: PageActions }): JSX.Element {
  return (
    <div>
      {line.text}
      {line.from && <span class="evidence"><EvidenceLink evidence={line.from} actions={actions} /></span>}
    </div>
  );
}
