import type { JSX } from 'preact';
import { groupDigits } from '../core/units/bytes.ts';
import { settingVerdict } from '../protocol/setting-rows.ts';
import type { SettingRowShown, SettingVerdict } from '../protocol/setting-rows.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import type { PageActions } from './page-actions.ts';
import { Mark } from './steps-view.tsx';

/** How far a step is with other settings; without rows, progress and error it was stopped. */
export interface SettingsShown {
  readonly recording: string;
  /** Number of the step. */
  readonly step: number;
  readonly progress?: string | undefined;
  readonly rows?: readonly SettingRowShown[] | undefined;
  readonly error?: string | undefined;
}

const VERDICTS: Readonly<Record<SettingVerdict, string>> = { confirmed: text.confirmed, refuted: text.refuted, 'other-size': text.otherSize };

/** The same steps under other settings: by runs, beside what the reasons say. */
export function SettingsView({ step, shown, actions }: { step: number; shown: SettingsShown | undefined; actions: PageActions }): JSX.Element {
  const own = shown?.step === step ? shown : undefined;
  const rows = own?.rows;
  return (
    <div class="settings">
      <h4>{text.otherSettings}</h4>
      {own?.progress !== undefined ? (
        <p>{own.progress} <button type="button" class="link" onClick={actions.stopSettings}>{text.cancel}</button></p>
      ) : rows ? (
        <DataTable
          id="setting"
          label={text.otherSettings}
          rows={rows}
          columns={[
            { key: 'setting', head: text.setting, kind: 'mono', cell: (row) => breakable(row.setting) },
            { key: 'outcome', head: text.step, cell: (row) => <span class={row.ok ? 'dim outcome' : 'fail outcome'}><Mark failed={!row.ok} />{row.ok ? text.done : text.failed}</span> },
            { key: 'refused', head: text.failures, kind: 'number', cell: (row) => groupDigits(row.refused) },
            { key: 'verdict', head: text.reasonsAre, cell: (row) => verdictOf(row, rows) },
          ]}
        />
      ) : (
        <>
          {own?.error !== undefined && <p class="fail">{own.error}</p>}
          <p class="dim">{text.otherSettingsHow} <button type="button" class="link" onClick={() => actions.trySettings(step)}>{text.tryThem}</button></p>
        </>
      )}
    </div>
  );
}

/** A setting that may break behind its commas. */
function breakable(setting: string): JSX.Element[] {
  return setting.split(/(?<=,)/).map((part, index) => <span key={index}>{part}<wbr /></span>);
}

function verdictOf(row: SettingRowShown, rows: readonly SettingRowShown[]): string {
  const verdict = settingVerdict(row, rows);
  return verdict === undefined ? '' : VERDICTS[verdict];
}
