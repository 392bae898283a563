import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { EXPORT_FORMATS } from '../protocol/panel-messages.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { PageActions } from './page-actions.ts';

const NAMES = { png: text.exportPng, svg: text.exportSvg, csv: text.exportCsv, json: text.exportJson } as const;

export interface ExportMenuProps {
  /** What makes its button one of the toolbar's. */
  readonly stop: { 'data-name': string; tabIndex: number; onFocus: () => void };
  readonly actions: PageActions;
}

/** A button that opens the formats to choose from: up and down move, Enter chooses, Escape and leaving it close. */
export function ExportMenu({ stop, actions }: ExportMenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  // Before the page is drawn, that a key pressed at once already finds the menu.
  useLayoutEffect(() => {
    if (open) menu.current?.querySelector('button')?.focus();
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const target = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
    if (target !== undefined) items[target]?.focus();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class="menu">
      <button type="button" class="chip" ref={button} aria-haspopup="menu" aria-expanded={open} {...stop} onClick={() => setOpen(!open)}>{text.exportHead}</button>
      {open && (
        <div role="menu" aria-label={text.exportHead} ref={menu} onKeyDown={onKeyDown} onFocusOut={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setOpen(false)}>
          {EXPORT_FORMATS.map((format) => (
            <button key={format} type="button" role="menuitem" tabIndex={-1} onClick={() => { actions.exportAs(format); close(); }}>{NAMES[format]}</button>
          ))}
        </div>
      )}
    </span>
  );
}
