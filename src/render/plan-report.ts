import type { BufferPlan, PlanNeed, PlanRow, PlanSince, PlanWayId } from '../core/scenario/plan-buffer.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { csvLine, markdownTable } from './tables.ts';
import { type ExplainJson, explainJson } from './explain-json.ts';
import { reasonText } from './reason-text.ts';

const WAYS: Readonly<Record<PlanWayId, string>> = {
  coherent: 'dma_alloc_coherent, as the platform is',
  streaming: 'dma_map_single, as the platform is',
  cma: 'dma_alloc_coherent from a CMA area',
  'segment-size': 'a larger IO_TLB_SEGSIZE',
  'contig-order': 'a larger MAX_CONTIG_ORDER',
  'boot-reserve': 'memory set aside at boot, in large extents',
  'wide-mask': 'a 64-bit mask, superpages',
  'scatter-gather': 'scatter-gather of coherent blocks',
  'pvh-iommu': 'a PVH domain behind an IOMMU',
};

/** What a person calls a way of a plan. */
export function wayText(id: PlanWayId): string {
  return WAYS[id];
}

export function verdictText({ verdict, pieces, pieceBytes }: PlanRow): string {
  switch (verdict) {
    case 'works': return pieces > 1 ? `works, ${groupDigits(pieces)} × ${formatBytes(pieceBytes)}` : 'works';
    case 'wider-mask': return 'works for a device with a 64-bit mask';
    case 'in-pieces': return `in pieces only: ${groupDigits(pieces)} × ${formatBytes(pieceBytes)}`;
    case 'no': return pieceBytes > 0 ? `no (at most ${formatBytes(pieceBytes)})` : 'no';
  }
}

export function needText(need: PlanNeed): string {
  switch (need.kind) {
    case 'nothing': return 'nothing';
    case 'boot-option': return `${need.of === 'xen' ? 'Xen: ' : ''}${need.option}`;
    case 'kernel-change':
      return need.symbol === 'boot-reserve' ? `a reserve of ${formatBytes(need.value)} in the hypervisor or kernel, which none has` : `kernel built with ${need.symbol} ${groupDigits(need.value)}`;
    case 'driver-change':
      return { scatterlist: 'the device takes a scatterlist', 'dma-mask': 'the device sends 64-bit addresses', split: 'the driver splits its mappings' }[need.change];
    case 'domain-type': return 'a PVH domain and an IOMMU';
  }
}

function cells(row: PlanRow, plan: BufferPlan): readonly string[] {
  const rate = plan.request.bytesPerSecond;
  const copies = row.copiesPerByte === 0 ? 'none' : rate > 0 ? `${formatBytes(Math.round(rate * row.copiesPerByte))}/s` : `${row.copiesPerByte} a byte`;
  return [
    wayText(row.id), verdictText(row), row.binding ? reasonText(row.binding) : '—', row.needs.map(needText).join('; ') || '—',
    formatBytes(row.memoryBytes + row.bookkeepingBytes), copies, `${formatBytes(row.remainsBelowMaskBytes)} of ${formatBytes(row.remainsBytes)}`, sinceText(row.since.linux, row.needs), row.since.xen ? sinceText(row.since.xen, row.needs) : '—',
  ];
}

const HEADINGS = ['Way', 'Verdict', 'What decides', 'Needs', 'Set aside', 'Copied', 'Left below the mask', 'Works with Linux', 'Works with Xen'];

function sinceText({ kind, ...rest }: PlanSince, needs: readonly PlanNeed[]): string {
  const release = 'release' in rest ? rest.release : '';
  // No release has such a reserve: what the runs show is where one would do.
  if (release !== '' && needs.some((need) => need.kind === 'kernel-change' && need.symbol === 'boot-reserve')) return `none as released; with the reserve, from ${release}`;
  return { from: `from ${release}`, any: `any from ${release}`, none: 'none', 'not-modelled': 'not modelled' }[kind];
}

/** The wish in one line: `1 GiB below 32 bits, contiguous, no copy to a guest`. */
export function requestText({ request }: BufferPlan): string {
  const copy = { no: '', user: ', no copy', domu: ', no copy to a guest' }[request.zeroCopy];
  return `${formatBytes(request.bytes)} below ${request.maskBits} bits, ${request.contiguous ? 'contiguous' : 'in pieces or contiguous'}${copy}${request.bytesPerSecond > 0 ? `, ${formatBytes(request.bytesPerSecond)}/s` : ''}`;
}

/** A plan as Markdown: the table, and under it how each verdict came about. */
export function planMarkdown(plan: BufferPlan): string {
  const chains = plan.rows.map((row) => `### ${wayText(row.id)}: ${verdictText(row)}\n\n${row.explain.map((reason) => `* ${reasonText(reason)}`).join('\n') || '* Nothing stands in the way.'}\n`);
  return `# A DMA buffer of ${requestText(plan)}\n\nPlatform: ${plan.platform.label}\n\n${markdownTable(HEADINGS, plan.rows.map((row) => cells(row, plan)))}\n## How each came about\n\n${chains.join('\n')}`;
}

export function planCsv(plan: BufferPlan): string {
  return [HEADINGS, ...plan.rows.map((row) => cells(row, plan))].map(csvLine).join('');
}

/** A plan as text for a terminal: a paragraph a way. */
export function planText(plan: BufferPlan): string {
  const lines = [`A DMA buffer of ${requestText(plan)}`, `Platform: ${plan.platform.label}`, ''];
  for (const row of plan.rows) {
    const [, verdict = '', , needs = '', aside = '', copied = '', left = '', linux = '', xen = ''] = cells(row, plan);
    lines.push(`${{ works: '+', 'wider-mask': '~', 'in-pieces': '~', no: '-' }[row.verdict]} ${wayText(row.id)}: ${verdict}`);
    if (row.binding) lines.push(`    ${reasonText(row.binding)}`);
    lines.push(`    needs ${needs}; sets aside ${aside}; copies ${copied}; leaves ${left} below the mask`, `    works with Linux: ${linux}${xen === '—' ? '' : `; with Xen: ${xen}`}`);
  }
  return `${lines.join('\n')}\n`;
}

export interface PlanJson {
  readonly schema: 'dma-aperture/plan@1';
  readonly platform: string;
  readonly request: BufferPlan['request'];
  readonly rows: readonly (Omit<PlanRow, 'binding' | 'explain'> & { readonly way: string; readonly binding?: ExplainJson; readonly explain: readonly ExplainJson[] })[];
}

export function planJson(plan: BufferPlan): PlanJson {
  return {
    schema: 'dma-aperture/plan@1', platform: plan.platform.label, request: plan.request,
    rows: plan.rows.map(({ binding, explain, ...row }) => ({ ...row, way: wayText(row.id), ...(binding ? { binding: explainJson(binding) } : {}), explain: explain.map(explainJson) })),
  };
}
