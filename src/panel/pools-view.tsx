import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import type { MachinePlayer } from '../protocol/machine-player.ts';
import { SLOT_BYTES } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import { drawText, prepareCanvas } from './draw-canvas.ts';
import type { Drawing } from './drawing.ts';
import { addressText } from './machine-model.ts';
import type { PageActions } from './page-actions.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

/** A pool beside the one that the kernel booted with. */
export interface ShownPool {
  readonly kind: 'grown' | 'transient';
  readonly start: number;
  readonly slots: number;
  readonly used: number;
  readonly runs: readonly { readonly first: number; readonly count: number }[];
  /** Operations that were done when it came. */
  readonly since: number;
}

/** The grown pools and the transient ones that are there where the player stands, in the order in which they came. */
export function poolsOf(player: MachinePlayer): ShownPool[] {
  return (['grown', 'transient'] as const).flatMap((kind) => player.pieces(kind).map((piece) => {
    const { used, runs } = player.usedSlots(piece);
    return { kind, start: piece.start, slots: (piece.end - piece.start) / SLOT_BYTES, used, runs, since: piece.since };
  }));
}

const ROW = 12;
/** Pools that are drawn; the table has all. */
const DRAWN = 40;
const KIND: Readonly<Record<ShownPool['kind'], string>> = { grown: text.poolGrown, transient: text.poolTransient };

export interface PoolsViewProps {
  readonly pools: readonly ShownPool[];
  readonly table: boolean;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

/** Pools that came while the kernel ran (CONFIG_SWIOTLB_DYNAMIC): a row a pool. */
export function PoolsView({ pools, table, tokens, actions }: PoolsViewProps): JSX.Element {
  const sentence = poolsSentence(pools);
  return (
    <div class="pools">
      <p class="dim">{sentence}</p>
      {table ? (
        <DataTable
          id="pool"
          label={text.poolsTable}
          rows={pools}
          columns={[
            { key: 'kind', head: text.pool, cell: (pool) => KIND[pool.kind] },
            { key: 'address', head: text.poolAddress, kind: 'mono', cell: (pool) => addressText(pool.start) },
            { key: 'slots', head: text.slots, kind: 'number', cell: (pool) => groupDigits(pool.slots) },
            { key: 'used', head: text.used, kind: 'number', cell: (pool) => groupDigits(pool.used) },
            { key: 'since', head: text.sinceOperation, kind: 'number', cell: (pool) => groupDigits(pool.since) },
          ]}
          onSelect={(index) => actions.seek(pools[index]?.since ?? 0)}
        />
      ) : <PoolsPicture pools={pools.slice(0, DRAWN)} tokens={tokens} sentence={sentence} />}
    </div>
  );
}

/** `2 grown pools of 4,096 slots, 1,200 used; 1 transient pool of 128 slots` */
function poolsSentence(pools: readonly ShownPool[]): string {
  const part = (kind: ShownPool['kind'], one: string, many: string): string[] => {
    const own = pools.filter((pool) => pool.kind === kind);
    const slots = own.reduce((sum, pool) => sum + pool.slots, 0);
    const used = own.reduce((sum, pool) => sum + pool.used, 0);
    return own.length === 0 ? [] : [fill(own.length === 1 ? one : many, groupDigits(own.length), groupDigits(slots), groupDigits(used))];
  };
  return [...part('grown', text.grownOne, text.grownMany), ...part('transient', text.transientOne, text.transientMany)].join('; ');
}

function PoolsPicture({ pools, tokens, sentence }: { pools: readonly ShownPool[]; tokens: Tokens; sentence: string }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  useLayoutEffect(() => {
    const context = canvas.current && width > 0 ? prepareCanvas(canvas.current, width, ROW * pools.length + 2) : undefined;
    if (context) drawPools(context, pools, tokens, width);
  }, [pools, tokens, width]);
  return (
    <div ref={frame}>
      <canvas ref={canvas} role="img" aria-label={sentence} />
    </div>
  );
}

/** Each pool over the width of the aperture's slots: what is in use of it, from its first slot to its last. */
function drawPools(context: Drawing, pools: readonly ShownPool[], tokens: Tokens, width: number): void {
  const narrow = width < 560;
  const left = narrow ? 82 : 104;
  const right = width - (narrow ? 62 : 92);
  for (const [index, { kind, start, slots, used, runs }] of pools.entries()) {
    const y = index * ROW;
    drawText(context, tokens, addressText(start), 0, y + ROW / 2, { colour: tokens.dim, mono: true, size: 10 });
    context.fillStyle = tokens.free;
    context.fillRect(left, y + 2, right - left, ROW - 3);
    context.fillStyle = kind === 'grown' ? tokens.shades[1] : tokens.shades[3];
    for (const { first, count } of runs) context.fillRect(left + (first / slots) * (right - left), y + 2, Math.max(1, (count / slots) * (right - left)), ROW - 3);
    drawText(context, tokens, `${groupDigits(used)} / ${groupDigits(slots)}`, width, y + ROW / 2, { colour: tokens.fg, align: 'right', size: 10 });
  }
}
