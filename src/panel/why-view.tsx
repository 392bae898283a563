import type { ComponentChildren, JSX, RefObject } from 'preact';
import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import { formatAddress, parseAddress } from '../core/units/addresses.ts';
import { bitsOfMask } from '../core/units/dma-mask.ts';
import { SEGMENT_SLOTS, SLOT_BYTES } from '../protocol/panel-state.ts';
import type { ExplainLine, PanelState, PanelStep } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelSelection } from '../protocol/panel-view-state.ts';
import { areaOfSlot, runAt } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';
import { SearchTable } from './search-table.tsx';
import { TRACK_NAMES } from './draw-machine.ts';
import { EvidenceLink } from './evidence-link.tsx';
import { ExplainChain } from './explain-chain.tsx';
import { limitSize } from './limits-view.tsx';
import { addressText, selectedPlace } from './machine-model.ts';
import type { MachineModel } from './machine-model.ts';
import { evidenceOfOperation, isAlone, isRefused, operationText, stepOfOperation } from './open-recording.ts';
import type { OpenRecording } from './open-recording.ts';
import type { PageActions } from './page-actions.ts';
import { stepOf } from './page-model.ts';
import type { OperationShown } from './page-model.ts';
import { SettingsView } from './settings-view.tsx';
import type { SettingsShown } from './settings-view.tsx';
import { slotAtAddress } from './segment-address.ts';
import { mappingSize, slotsText } from './slot-text.ts';

export interface WhyViewProps {
  readonly state: PanelState;
  readonly selection: PanelSelection | undefined;
  readonly aperture: ApertureModel | undefined;
  readonly machine: MachineModel | undefined;
  readonly recording: OpenRecording | undefined;
  readonly position: number;
  /** The explanation of the operation before the position, once it has come. */
  readonly operation: OperationShown | undefined;
  /** The step that was tried under other settings last. */
  readonly settings: SettingsShown | undefined;
  readonly focus: RefObject<HTMLHeadingElement | null>;
  readonly actions: PageActions;
}

interface Answer {
  readonly meta: string;
  readonly head: string;
  readonly sub?: string;
  readonly body: ComponentChildren;
}

/** Where the selected thing comes from: the chain of facts, each with the place that states it. */
export function WhyView(props: WhyViewProps): JSX.Element {
  const answer = answerFor(props);
  return (
    <section class="view why" aria-labelledby="why-head">
      <div class="head">
        <h2 id="why-head" tabIndex={-1} ref={props.focus}>{text.why}</h2>
        {answer && <span class="meta">{answer.meta}</span>}
      </div>
      <div class="body">
        {answer ? (
          <>
            <h3>{answer.head}</h3>
            {answer.sub !== undefined && <p class="dim">{answer.sub}</p>}
            {answer.body}
          </>
        ) : (
          <p class="dim">{text.nothingSelected}</p>
        )}
      </div>
    </section>
  );
}

function answerFor(props: WhyViewProps): Answer | undefined {
  const { selection } = props;
  switch (selection?.kind) {
    case undefined:
      return undefined;
    case 'step':
      return stepAnswer(props, selection.index);
    case 'limit':
      return limitAnswer(props, selection.index);
    case 'slot':
      return slotAnswer(props, selection.slot);
    case 'place':
      return placeAnswer(props, selection);
    case 'platform':
      return platformAnswer(props);
    case 'call':
      return callAnswer(props);
  }
}

/** One operation of a step of many: what it came to, and the search that it made. */
function operationAnswer(props: WhyViewProps, step: PanelStep): Answer | undefined {
  const { state, recording, position, operation, actions } = props;
  if (!recording || position === 0 || stepOfOperation(recording, position - 1) !== step.index || isAlone(recording, position - 1)) return undefined;
  const refused = isRefused(recording, position - 1);
  const from = evidenceOfOperation(recording, position - 1) ?? step.from;
  return {
    meta: fill(text.whyOperation, groupDigits(position)),
    head: operationText(recording, position - 1),
    sub: fill(text.ofStep, groupDigits(step.index), groupDigits(state.scenario?.steps.length ?? 0), step.summary),
    body: (
      <>
        {from && <p><EvidenceLink evidence={from} actions={actions} /></p>}
        {operation ? <ExplainChain lines={operation.detail.explain} failed={refused} actions={actions} /> : <p class="dim">{text.explaining}</p>}
        {operation?.search && <SearchTable search={operation.search} short />}
        {otherSettings(props, step)}
      </>
    ),
  };
}

function stepAnswer(props: WhyViewProps, index: number): Answer | undefined {
  const { state, operation, actions } = props;
  const step = stepOf(state, index);
  if (!step) return undefined;
  const many = operationAnswer(props, step);
  if (many) return many;
  return {
    meta: fill(text.whyStep, groupDigits(step.index)),
    head: step.summary,
    sub: `${step.op} · ${step.ok ? text.done : text.failed}`,
    body: (
      <>
        {step.from && <p><EvidenceLink evidence={step.from} actions={actions} /></p>}
        <ExplainChain lines={step.explain} failed={!step.ok} actions={actions} />
        {operation?.search && <SearchTable search={operation.search} short />}
        {otherSettings(props, step)}
      </>
    ),
  };
}

/** Of a step that failed in a run that can be done again. */
function otherSettings({ state, settings, actions }: WhyViewProps, step: PanelStep): JSX.Element | false {
  return !step.ok && state.recording !== undefined && !state.recording.source && <SettingsView step={step.index} shown={settings} actions={actions} />;
}

function limitAnswer({ state, actions }: WhyViewProps, index: number): Answer | undefined {
  const limit = state.limits[index];
  if (!limit) return undefined;
  const size = typeof limit.bytes === 'number' ? formatBytesExact(limit.bytes) : limitSize(limit);
  return {
    meta: text.whyLimit,
    head: `${limit.name}: ${size}`,
    sub: limit.text,
    body: <ExplainChain lines={limit.explain} failed={false} actions={actions} />,
  };
}

function slotAnswer({ state, aperture, actions }: WhyViewProps, slot: number): Answer | undefined {
  if (!aperture || slot >= aperture.pool.slots) return undefined;
  const { pool } = aperture;
  const run = runAt(aperture, slot);
  const segment = Math.floor(slot / SEGMENT_SLOTS);
  const low = segment * SEGMENT_SLOTS;
  const high = Math.min(pool.slots, low + SEGMENT_SLOTS);
  const mapping = aperture.mapping(run.owner);
  const lines: ExplainLine[] = [];
  const say = (line: string): void => void lines.push({ text: line });
  if (mapping) {
    say(fill(text.heldBy, mapping.id, mapping.device, mappingSize(mapping), slotsText(mapping.slots), groupDigits(mapping.first), groupDigits(mapping.first + mapping.slots - 1)));
  } else {
    say(fill(text.freeRun, slotsText(run.end - run.first), formatBytes((run.end - run.first) * SLOT_BYTES), groupDigits(run.first), groupDigits(run.end - 1)));
    if (run.end === high && high < pool.slots) say(text.endsAtBorder);
  }
  say(fill(text.ofSegment, groupDigits(segment), groupDigits(low), groupDigits(high - 1)));
  const [number, area] = areaOfSlot(pool, slot) ?? [];
  if (area) say(area.hint === undefined ? fill(text.inAreaNoHint, number ?? 0) : fill(text.inArea, number ?? 0, groupDigits(area.hint)));
  const base = pool.segmentMachine?.[segment];
  if (base !== undefined) say(fill(text.machineAt, formatAddress((parseAddress(base) ?? 0) + (slot - low) * SLOT_BYTES)));
  if (pool.start !== undefined) say(fill(text.guestAt, formatAddress((parseAddress(pool.start) ?? 0) + slot * SLOT_BYTES)));
  const maker = mapping?.step === undefined ? undefined : stepOf(state, mapping.step);
  return {
    meta: fill(text.whySlot, groupDigits(slot)),
    head: fill(mapping ? text.slotIsUsed : text.slotIsFree, groupDigits(slot)),
    body: (
      <>
        <ExplainChain lines={lines} failed={false} actions={actions} />
        {maker && (
          <p>
            <button type="button" class="link" onClick={() => actions.select({ kind: 'step', index: maker.index })}>{fill(text.madeBy, groupDigits(maker.index))}</button>
            {` ${maker.summary}`}
          </p>
        )}
      </>
    ),
  };
}

function placeAnswer({ state, machine, actions }: WhyViewProps, selection: PanelSelection): Answer | undefined {
  const place = machine?.places[selectedPlace(machine, selection) ?? -1];
  if (!machine || !place) return undefined;
  const { operation } = place;
  const slot = state.aperture && place.track === 'aperture' ? slotAtAddress(state.aperture, machine.machine, place.start) : undefined;
  const lines: ExplainLine[] = [
    { text: `${addressText(place.start)} … ${addressText(place.end - 1)}, ${formatBytesExact(place.end - place.start)}`, ...(place.from ? { from: place.from } : {}) },
  ];
  if (place.partial) lines.push({ text: `${TRACK_NAMES[place.track]}: ${formatBytesExact(place.bytes)}` });
  if (machine.masks.length > 0) lines.push({ text: fill(text.reachKnown, bitsOfMask(place.end - 1)) });
  return {
    meta: text.whyPlace,
    head: place.track === 'map' ? place.label : `${TRACK_NAMES[place.track]}: ${place.label}`,
    body: (
      <>
        <ExplainChain lines={lines} failed={false} actions={actions} />
        {operation !== undefined && <p><button type="button" class="link" onClick={() => actions.seek(operation)}>{fill(text.madeByOperation, groupDigits(operation))}</button></p>}
        {slot !== undefined && <p><button type="button" class="link" onClick={() => actions.select({ kind: 'slot', slot })}>{fill(text.toSegment, groupDigits(slot / SEGMENT_SLOTS))}</button></p>}
      </>
    ),
  };
}

function callAnswer({ state, actions }: WhyViewProps): Answer | undefined {
  const { call } = state;
  if (!call) return undefined;
  return {
    meta: text.whyCall,
    head: call.name,
    sub: call.text,
    body: (
      <>
        <p><EvidenceLink evidence={call.from} actions={actions} /></p>
        <ExplainChain lines={call.explain} failed={call.over} actions={actions} />
      </>
    ),
  };
}

function platformAnswer({ state, actions }: WhyViewProps): Answer | undefined {
  if (!state.platform) return undefined;
  const { label, facts } = state.platform;
  return {
    meta: text.whyPlatform,
    head: label,
    sub: facts.length > 0 ? text.factsHead : text.noFacts,
    body: facts.length > 0 && (
      <dl class="facts">
        {facts.map((fact, index) => (
          <div key={index}>
            <dt>{fact.name}</dt>
            <dd>
              {fact.value}
              {fact.from && <span class="evidence"><EvidenceLink evidence={fact.from} actions={actions} /></span>}
            </dd>
          </div>
        ))}
      </dl>
    ),
  };
}
