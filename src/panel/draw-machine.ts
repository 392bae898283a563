import type { AddressRange } from '../core/units/addresses.ts';
import { formatBytes } from '../core/units/bytes.ts';
import type { PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { Box } from './aperture-geometry.ts';
import { drawSelection, drawText } from './draw-canvas.ts';
import type { Band, MachineModel, Place, Track } from './machine-model.ts';
import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';

interface PlacedBand extends Band {
  readonly left: number;
  readonly right: number;
}

/** Where addresses and tracks lie in the picture of the address space, in CSS pixels. */
export interface MachineGeometry {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
  readonly left: number;
  readonly bands: readonly PlacedBand[];
  /** Where an address falls in a band; clamped to it. */
  x(address: number, band: PlacedBand): number;
  trackTop(track: Track): number;
  boxes(place: AddressRange & Pick<Place, 'track'>): Box[];
  placeAt(x: number, y: number): number | undefined;
  /** The address under a point, clamped to the nearest band. */
  addressAt(x: number): number;
}

export const TRACK_NAMES: Readonly<Record<Track, string>> = {
  map: text.trackMap, free: text.trackFree, domain: text.trackDomain, contiguous: text.trackContiguous, aperture: text.trackAperture,
};

const TOP = 18;
const TRACK_HEIGHT = 12;
const BREAK = 12;
const STUB = 58;

export function machineGeometry(model: MachineModel, width: number): MachineGeometry {
  const narrow = width < 560;
  const left = narrow ? 0 : 104;
  const pitch = narrow ? 30 : 20;
  const stub = narrow ? 40 : STUB;
  const filled = model.bands.filter((band) => band.filled).length;
  const room = width - left - BREAK * Math.max(0, model.bands.length - 1) - stub * (model.bands.length - filled);
  let at = left;
  const bands = model.bands.map((band): PlacedBand => {
    const size = band.filled ? room / Math.max(1, filled) : stub;
    const placed = { ...band, left: at, right: at + size };
    at += size + BREAK;
    return placed;
  });
  const x = (address: number, band: PlacedBand): number => {
    const share = (Math.min(band.end, Math.max(band.start, address)) - band.start) / Math.max(1, band.end - band.start);
    return band.left + share * (band.right - band.left);
  };
  const trackTop = (track: Track): number => TOP + 4 + model.tracks.indexOf(track) * pitch + (narrow ? 13 : 0);
  const boxes = (place: AddressRange & Pick<Place, 'track'>): Box[] =>
    bands
      .filter((band) => place.start < band.end && place.end > band.start)
      .map((band) => {
        const from = x(place.start, band);
        return { x: from, y: trackTop(place.track), width: Math.max(1, x(place.end, band) - from), height: TRACK_HEIGHT };
      });
  return {
    width,
    height: TOP + model.tracks.length * pitch + 10,
    narrow,
    left,
    bands,
    x,
    trackTop,
    boxes,
    addressAt(px) {
      const band = bands.find((each) => px < each.right + BREAK / 2) ?? bands.at(-1);
      if (!band) return 0;
      const share = Math.min(1, Math.max(0, (px - band.left) / Math.max(1, band.right - band.left)));
      return band.start + share * (band.end - band.start);
    },
    placeAt(px, py) {
      let nearest: number | undefined;
      let distance = 5;
      for (const [index, place] of model.places.entries()) {
        for (const box of boxes(place)) {
          if (py < box.y - 3 || py > box.y + box.height + 3) continue;
          const away = Math.max(0, box.x - px, px - box.x - box.width);
          if (away < distance) {
            distance = away;
            nearest = index;
          }
        }
      }
      return nearest;
    },
  };
}

export function drawMachine(
  context: Drawing, model: MachineModel, geometry: MachineGeometry, tokens: Tokens, mask: PanelMask | undefined, selected: number | undefined, segment?: AddressRange,
): void {
  const bottom = geometry.height - 6;
  for (const band of geometry.bands) {
    context.fillStyle = tokens.free;
    context.fillRect(band.left, TOP, band.right - band.left, bottom - TOP);
  }
  for (const place of model.places) {
    for (const box of geometry.boxes(place)) drawPlace(context, tokens, place, box);
  }
  if (mask) drawLens(context, geometry, tokens, mask, bottom);
  drawLabels(context, model, geometry, tokens, bottom, mask);
  const place = selected === undefined ? undefined : model.places[selected];
  if (place) for (const box of geometry.boxes(place)) drawSelection(context, tokens, box);
  // Too small to be seen at its own size.
  if (segment && model.tracks.includes('aperture')) for (const box of geometry.boxes({ ...segment, track: 'aperture' })) drawSelection(context, tokens, { ...box, x: box.x - 1, width: Math.max(3, box.width) + 1 });
}

function drawPlace(context: Drawing, tokens: Tokens, place: Place, box: Box): void {
  const { x, y, width, height } = box;
  if (place.track === 'map' && place.label !== 'usable') {
    context.fillStyle = tokens.hatch;
    context.fillRect(x, y, width, height);
    if (width > 2) outline(context, tokens.mid, box);
  } else if (place.track === 'free') {
    // The height says how many of its bytes are free, because a count says nothing of where.
    const share = Math.min(1, place.bytes / Math.max(1, place.end - place.start));
    context.fillStyle = tokens.shades[2];
    context.fillRect(x, y + height * (1 - share), width, height * share);
    outline(context, tokens.mid, box);
  } else {
    context.fillStyle = { map: tokens.shades[3], aperture: tokens.shades[0], contiguous: tokens.fills[2], domain: tokens.fills[1] }[place.track];
    context.fillRect(x, y, place.track === 'map' ? width : Math.max(2, width), height);
  }
}

function outline(context: Drawing, colour: string, box: Box): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.strokeRect(box.x + 0.5, box.y + 0.5, Math.max(0, box.width - 1), box.height - 1);
}

/** A line under what the mask reaches, a veil over what lies beyond. */
function drawLens(context: Drawing, geometry: MachineGeometry, tokens: Tokens, mask: PanelMask, bottom: number): void {
  const limit = 2 ** mask.bits;
  context.fillStyle = tokens.fg;
  for (const band of geometry.bands) {
    const edge = geometry.x(limit, band);
    if (limit > band.start) context.fillRect(band.left, bottom, edge - band.left, 2);
    if (limit >= band.end) continue;
    context.save();
    context.globalAlpha = 0.5;
    context.fillStyle = tokens.bg;
    context.fillRect(edge, TOP, band.right - edge, bottom - TOP);
    context.globalAlpha = 1;
    context.fillStyle = tokens.veil;
    context.fillRect(edge, TOP, band.right - edge, bottom - TOP);
    context.restore();
  }
  const edge = lensEdge(geometry, mask);
  if (edge === undefined) return;
  context.fillStyle = tokens.fg;
  context.fillRect(edge - 1, TOP - 2, 2, bottom - TOP + 4);
}

/** Where the mask's reach ends, if it ends inside the picture. */
function lensEdge(geometry: MachineGeometry, mask: PanelMask): number | undefined {
  const limit = 2 ** mask.bits;
  const band = geometry.bands.find((each) => limit > each.start && limit <= each.end);
  return band && geometry.x(limit, band);
}

function drawLabels(
  context: Drawing, model: MachineModel, geometry: MachineGeometry, tokens: Tokens, bottom: number, mask: PanelMask | undefined,
): void {
  const dim = { colour: tokens.dim };
  const taken: (readonly [number, number])[] = [];
  const put = (label: string, x: number, strong: boolean): void => {
    context.font = `${strong ? '600 ' : ''}11px ${tokens.font}`;
    const wide = context.measureText(label).width;
    const from = Math.min(Math.max(geometry.left, x), geometry.width - wide);
    if (taken.some(([low, high]) => from < high + 6 && from + wide > low - 6)) return;
    taken.push([from, from + wide]);
    drawText(context, tokens, label, from, 8, { colour: strong ? tokens.fg : tokens.dim, strong });
  };
  const edge = mask && lensEdge(geometry, mask);
  if (mask && edge !== undefined) {
    const label = fill(text.lensLabel, mask.bits);
    context.font = `600 11px ${tokens.font}`;
    put(label, edge - context.measureText(label).width, true);
  }
  for (const [index, band] of geometry.bands.entries()) {
    put(scaleText(band.start), band.left, false);
    if (!band.filled && band.right - band.left >= 50) {
      const middle = (TOP + bottom) / 2;
      const centre = (band.left + band.right) / 2;
      context.font = `11px ${tokens.font}`;
      const half = context.measureText(text.noRam).width / 2 + 2;
      context.fillStyle = tokens.bg;
      context.fillRect(centre - half, middle - 8, half * 2, 16);
      drawText(context, tokens, text.noRam, centre, middle, { ...dim, align: 'center' });
    }
    if (index > 0) {
      context.strokeStyle = tokens.mid;
      context.lineWidth = 1;
      for (const y of [TOP, bottom - 4]) {
        for (const shift of [-BREAK / 2 - 2.5, -BREAK / 2 + 1.5]) {
          context.beginPath();
          context.moveTo(band.left + shift - 1.5, y + 6);
          context.lineTo(band.left + shift + 1.5, y - 2);
          context.stroke();
        }
      }
    }
  }
  const last = geometry.bands.at(-1);
  if (last) {
    const label = scaleText(last.end);
    context.font = `11px ${tokens.font}`;
    put(label, last.right - context.measureText(label).width, false);
  }
  for (const track of model.tracks) {
    const y = geometry.trackTop(track) + (geometry.narrow ? -7 : TRACK_HEIGHT / 2);
    drawText(context, tokens, TRACK_NAMES[track], 0, y, dim);
  }
}

function scaleText(address: number): string {
  return address === 0 ? '0' : formatBytes(address);
}
