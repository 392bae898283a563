import type { ExportFormat } from '../protocol/panel-messages.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { ApertureModel } from './aperture-model.ts';
import { dataAsCsv, dataAsJson } from './export-data.ts';
import { pictureAsPng, pictureAsSvg } from './export-picture.ts';
import type { PictureContent } from './export-picture.ts';
import { chosenMask, selectedPlace } from './machine-model.ts';
import type { MachineModel } from './machine-model.ts';
import { segmentRange } from './segment-address.ts';
import { operationSentence } from './operation-sentence.ts';
import { openOf, operationOf, stepOf } from './page-model.ts';
import type { PageModel } from './page-model.ts';
import { telling } from './search-model.ts';
import { devicesOf, shadeBy, shadesOf } from './shade-choices.ts';
import type { Tokens } from './tokens.ts';

/** What an export is made of: the page as it stands. */
export interface ExportSource {
  readonly page: PageModel;
  readonly aperture: ApertureModel | undefined;
  readonly machine: MachineModel | undefined;
  readonly tokens: Tokens;
}

/** The page as a file of a format. @throws Error with a sentence where it cannot be made */
export async function exportPanel(format: ExportFormat, source: ExportSource): Promise<Uint8Array> {
  const { page, aperture, tokens } = source;
  const { state } = page;
  if (!state) throw new Error(text.nothingToExport);
  switch (format) {
    case 'png': return pictureAsPng(contentOf(source), tokens);
    case 'svg': return encoded(pictureAsSvg(contentOf(source), tokens));
    case 'csv': return encoded(dataAsCsv(openOf(page), aperture));
    case 'json': return encoded(dataAsJson(state, aperture, page.view.position, operationOf(page)));
  }
}

function encoded(content: string): Uint8Array {
  if (content === '') throw new Error(text.nothingToExport);
  return new TextEncoder().encode(content);
}

function contentOf({ page, aperture, machine }: ExportSource): PictureContent {
  const { state, view } = page;
  const recording = openOf(page);
  const { selection } = view;
  const position = view.position ?? 0;
  const search = operationOf(page)?.search;
  return {
    title: [state?.scenario?.name, state?.platform?.label].filter(Boolean).join(' · '),
    summary: recording ? operationSentence(recording, position) : (stepOf(state, view.step)?.summary ?? ''),
    recording, position, aperture, machine,
    by: shadeBy(view, shadesOf(state?.aperture, recording), devicesOf(state?.aperture, recording)),
    search: search && { search, candidate: telling(search) },
    selected: selection?.kind === 'slot' ? selection.slot : undefined,
    mask: machine && chosenMask(machine, view.mask),
    place: machine && selectedPlace(machine, selection),
    segment: machine && state?.aperture && selection?.kind === 'slot' ? segmentRange(state.aperture, machine.machine, selection.slot) : undefined,
  };
}
