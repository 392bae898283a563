import type { CodeLens } from 'vscode-languageserver-types';
import { groupDigits } from '../core/units/bytes.ts';
import { PAGE_SIZE, pagesFor } from '../core/units/pages.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import { INTERNAL_COMMANDS } from '../ids.ts';
import { LineIndex } from '../rules/line-index.ts';
import { mappingCalls } from './driver-calls.ts';
import { driverNames } from '../csource/driver-names.ts';
import type { LogDocument } from './log-document.ts';

/** A peek of more lines is no overview. */
const MOST_LINES = 500;

type Failures = LogDocument['reading']['facts']['failures'];

/**
 * Lenses over the mappings of a C file whose driver failed in an open log: how often, and the way to the lines. A failure of a
 * size that a call cannot have asked for is not counted over it.
 * @param calls those of the file whose sizes were worked out
 */
export function driverLenses(path: string, text: string, calls: readonly DmaCall[], logs: readonly LogDocument[]): CodeLens[] {
  if (!logs.some(({ reading }) => reading.facts.failures.length > 0)) return [];
  const names = driverNames(path, text);
  const lines = new LineIndex(text);
  const lineOf = (offset: number): number => lines.at(offset).line - 1;
  return logs.flatMap(({ uri, reading }) => [...names].flatMap((driver) => {
    const own = reading.facts.failures.filter((each) => each.driver === driver);
    if (own.length === 0) return [];
    const places = mappingCalls(text).map((start) => ({ line: lineOf(start), failures: own.filter(({ bytes }) => mayBe(calls.find((call) => call.start === start), bytes)) }));
    const fitting = places.filter(({ failures }) => failures.length > 0);
    // Where none of the sizes fits, the mapping that failed is of a kind that is not seen here: the driver is all that is known.
    const shown = fitting.length > 0 ? fitting : places.map(({ line }) => ({ line, failures: own }));
    return [...new Map(shown.map((place) => [place.line, place])).values()].map(({ line, failures }) => lens(line, driver, uri, failures));
  }));
}

/**
 * Whether a call may be the one that failed with that size: a known size that is another rules it out. Before an IOMMU a mapping
 * is bounced in whole pages (drivers/iommu/dma-iommu.c: iommu_dma_map_page).
 */
function mayBe(call: DmaCall | undefined, bytes: number | null): boolean {
  if (call?.size.kind !== 'exact' || call.unit !== 'bytes' || bytes === null) return true;
  return bytes === call.size.bytes || bytes === pagesFor(call.size.bytes) * PAGE_SIZE;
}

function lens(line: number, driver: string, uri: string, failures: Failures): CodeLens {
  const count = failures.reduce((sum, each) => sum + each.count, 0);
  const lines = failures.flatMap((each) => each.lines).sort((a, b) => a - b).slice(0, MOST_LINES);
  const position = { line, character: 0 };
  return {
    range: { start: position, end: position },
    command: {
      title: `${driver} failed ${count === 1 ? 'once' : `${groupDigits(count)} times`} in ${decodeURIComponent(uri.split('/').at(-1) ?? uri)}`,
      command: INTERNAL_COMMANDS.showLogLines, arguments: [uri, lines],
    },
  };
}
