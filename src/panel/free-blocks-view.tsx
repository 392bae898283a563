import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { parseAddress } from '../core/units/addresses.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { orderBytes } from '../core/units/pages.ts';
import type { PanelFreeBlocks, PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import type { Column } from './data-table.tsx';
import { drawText, prepareCanvas } from './draw-canvas.ts';
import type { Drawing } from './drawing.ts';
import { addressText } from './machine-model.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

type Zone = PanelFreeBlocks['zones'][number];

export interface FreeBlocksViewProps {
  readonly blocks: PanelFreeBlocks;
  readonly mask: PanelMask | undefined;
  /** The operation after which they were counted, where it is not the one that the page stands at. */
  readonly counted: number | undefined;
  readonly table: boolean;
  readonly tokens: Tokens;
}

const TOP = 18;
const ROW = 16;
const LEAST_COLUMN = 34;

/** The free blocks of the allocator of machine memory, by zone and order: which block is the largest, and where. */
export function FreeBlocksView({ blocks, mask, counted, table, tokens }: FreeBlocksViewProps): JSX.Element {
  const orders = Math.max(...blocks.zones.map((zone) => zone.orders.length));
  const sentence = useMemo(() => {
    const largest = largestSentence(blocks, mask);
    return counted === undefined ? largest : `${largest}; ${counted === 0 ? text.countedAtBoot : fill(text.countedAfter, groupDigits(counted))}`;
  }, [blocks, mask, counted]);
  return (
    <div class="blocks">
      <p class="dim">{sentence}</p>
      {table ? <BlocksTable blocks={blocks} orders={orders} /> : <BlocksPicture blocks={blocks} orders={orders} mask={mask} tokens={tokens} sentence={sentence} />}
    </div>
  );
}

/** Whether a mask reaches all of a zone. */
function inReach(zone: Zone, mask: PanelMask | undefined): boolean {
  return mask === undefined || (parseAddress(zone.end) ?? 0) <= 2 ** mask.bits;
}

function largestSentence({ allocator, zones }: PanelFreeBlocks, mask: PanelMask | undefined): string {
  let [order, free] = [-1, 0];
  for (const zone of zones) {
    if (!inReach(zone, mask)) continue;
    order = Math.max(order, zone.orders.findLastIndex((count) => count > 0));
    free += freeBytes(zone);
  }
  const head = fill(text.freeBlocksOf, allocator);
  if (order < 0) return `${head}: ${mask ? fill(text.noBlockInReach, mask.bits) : text.noBlock}`;
  const largest = fill(text.largestBlock, order, formatBytes(orderBytes(order)), formatBytes(free));
  return `${head}: ${mask ? `${fill(text.zonesInReach, mask.bits)}, ${largest}` : largest}`;
}

/** Bytes of all free blocks. */
export function freeBytesOf(blocks: PanelFreeBlocks | undefined): number {
  return (blocks?.zones ?? []).reduce((sum, zone) => sum + freeBytes(zone), 0);
}

function freeBytes({ orders }: Zone): number {
  return orders.reduce((sum, count, order) => sum + count * orderBytes(order), 0);
}

function BlocksTable({ blocks, orders }: { blocks: PanelFreeBlocks; orders: number }): JSX.Element {
  const columns: Column<Zone>[] = [
    { key: 'zone', head: text.zone, cell: (zone) => zone.name },
    { key: 'start', head: text.start, kind: 'mono', cell: (zone) => addressText(parseAddress(zone.start) ?? 0) },
    { key: 'end', head: text.end, kind: 'mono', cell: (zone) => addressText((parseAddress(zone.end) ?? 1) - 1) },
    { key: 'free', head: text.free, kind: 'number', cell: (zone) => formatBytes(freeBytes(zone)) },
    ...Array.from({ length: orders }, (_, order): Column<Zone> => ({ key: String(order), head: String(order), kind: 'number', cell: (zone) => groupDigits(zone.orders[order] ?? 0) })),
  ];
  return <DataTable id="blocks" label={fill(text.freeBlocksTable, blocks.allocator)} rows={blocks.zones} columns={columns} />;
}

function BlocksPicture({ blocks, orders, mask, tokens, sentence }: { blocks: PanelFreeBlocks; orders: number; mask: PanelMask | undefined; tokens: Tokens; sentence: string }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  useLayoutEffect(() => {
    const context = canvas.current && width > 0 ? prepareCanvas(canvas.current, width, TOP + ROW * blocks.zones.length + 4) : undefined;
    if (context) drawBlocks(context, blocks, orders, mask, tokens, width);
  }, [blocks, orders, mask, tokens, width]);
  return (
    <div ref={frame}>
      <canvas ref={canvas} role="img" aria-label={sentence} />
    </div>
  );
}

/** A row a zone, a column an order: the number of blocks, over a bar as long as their share of the zone's free bytes. */
function drawBlocks(context: Drawing, blocks: PanelFreeBlocks, orders: number, mask: PanelMask | undefined, tokens: Tokens, width: number): void {
  const narrow = width < 560;
  const left = narrow ? 50 : 104;
  const right = width - (narrow ? 0 : 92);
  // Where there is no room for every order the lowest are left to the table: they are the small ones.
  const shown = Math.min(orders, Math.max(1, Math.floor((right - left) / LEAST_COLUMN)));
  const skipped = orders - shown;
  const column = Math.min(76, (right - left) / shown);
  const dim = { colour: tokens.dim };
  drawText(context, tokens, narrow ? text.zone : text.zoneOrder, 0, 8, dim);
  for (let order = skipped; order < orders; order++) drawText(context, tokens, String(order), left + (order - skipped + 1) * column - 6, 8, { ...dim, align: 'right' });
  if (!narrow) drawText(context, tokens, text.free, width, 8, { ...dim, align: 'right' });
  for (const [index, zone] of blocks.zones.entries()) {
    const y = TOP + index * ROW;
    const total = freeBytes(zone);
    const reached = inReach(zone, mask);
    const colour = reached ? tokens.fg : tokens.dim;
    drawText(context, tokens, zone.name, 0, y + ROW / 2, { colour });
    for (let order = skipped; order < orders; order++) {
      const count = zone.orders[order] ?? 0;
      const x = left + (order - skipped) * column;
      context.fillStyle = tokens.free;
      context.fillRect(x, y + 1, column - 2, ROW - 2);
      if (count === 0) continue;
      context.fillStyle = tokens.mid;
      context.fillRect(x, y + ROW - 4, Math.max(1, (column - 2) * (count * orderBytes(order) / total)), 3);
      drawText(context, tokens, groupDigits(count), x + column - 6, y + ROW / 2 - 1, { colour, align: 'right', size: 10 });
    }
    if (!reached) {
      context.fillStyle = tokens.veil;
      context.fillRect(left, y + 1, shown * column - 2, ROW - 2);
    }
    if (!narrow) drawText(context, tokens, formatBytes(total), width, y + ROW / 2, { colour, align: 'right' });
  }
}
