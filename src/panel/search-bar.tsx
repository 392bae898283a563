import type { JSX } from 'preact';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { ApertureModel } from './aperture-model.ts';
import { candidateText } from './search-model.ts';
import type { SearchModel } from './search-model.ts';

export interface SearchBarProps {
  readonly search: SearchModel;
  readonly model: ApertureModel;
  readonly candidate: number;
  readonly onCandidate: (candidate: number) => void;
}

/** Walks through the slots that the search of the shown operation looked at. */
export function SearchBar({ search, model, candidate, onCandidate }: SearchBarProps): JSX.Element {
  const last = search.candidates.slots.length - 1;
  const sentence = last < 0 ? text.searchNothing : candidateText(search, model, candidate);
  return (
    <label class="search">
      <span class="dim">{text.search}</span>
      {last > 0 && (
        <input type="range" min={0} max={last} step={1} value={candidate} aria-label={text.searchRole} aria-valuetext={sentence}
          onInput={(event) => onCandidate(Number(event.currentTarget.value))} />
      )}
      <span>{sentence}</span>
    </label>
  );
}
