import type { JSX } from 'preact';
import type { PanelState } from '../protocol/panel-state.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { PageActions } from './page-actions.ts';

/** Where to begin, instead of blank charts. */
export function EmptyView({ library, actions }: { library: PanelState['library']; actions: PageActions }): JSX.Element {
  return (
    <section class="empty" aria-labelledby="empty-head">
      <h2 id="empty-head">{text.emptyHead}</h2>
      <p class="dim">{text.emptyText}</p>
      <button type="button" class="button" onClick={() => actions.command('openScenario')}>{text.openScenario}</button>
      <button type="button" class="button second" onClick={() => actions.command('openLog')}>{text.openLog}</button>
      <button type="button" class="button second" onClick={() => actions.command('choosePlatform')}>{text.choosePlatform}</button>
      {library && library.length > 0 && (
        <>
          <h3 class="dim">{text.emptyLibrary}</h3>
          <ul>
            {library.map((each) => (
              <li key={each.id}>
                <button type="button" class="link" onClick={() => actions.runScenario(each.id)}>{each.name}</button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
