import type { JSX } from 'preact';
import type { HostError, PanelCommand } from '../protocol/panel-messages.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { PageActions } from './page-actions.ts';

const COMMAND_TEXT: Readonly<Record<PanelCommand, string>> = {
  openScenario: text.openScenario, openLog: text.openLog, choosePlatform: text.choosePlatform,
  runScenario: text.runScenario, showLog: text.showLog, refresh: text.tryAgain,
};

/** What went wrong, and what can be done; what was shown before stays below it. */
export function Banner({ error, actions, onDismiss }: { error: HostError; actions: PageActions; onDismiss: () => void }): JSX.Element {
  const { from } = error;
  return (
    <div class="banner" role="alert">
      <p>
        <strong class="fail">{error.title}</strong> {error.message}
      </p>
      <span class="acts">
        {from && <button type="button" class="link" onClick={() => actions.open(from)}>{text.openLine}</button>}
        {(error.commands ?? []).map((command) => (
          <button key={command} type="button" class="link" onClick={() => actions.command(command)}>{COMMAND_TEXT[command]}</button>
        ))}
        <button type="button" class="link" onClick={onDismiss}>{text.dismiss}</button>
      </span>
    </div>
  );
}
