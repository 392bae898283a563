import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase64 } from '../../src/protocol/base64.ts';
import { SERVER_REQUESTS } from '../../src/protocol/server-requests.ts';
import type { OperationAnswer, TraceChoice } from '../../src/protocol/server-requests.ts';
import { recordingBounds, unpackRecording } from '../../src/protocol/unpack-recording.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/traces';
const PACKED = `${FOLDER}/areas.trace.csv.gz`;
const PLAIN = `${FOLDER}/areas.trace.csv`;
const DAMAGED = `${FOLDER}/damaged.trace.csv`;
const packed = readFileSync('test/fixtures/traces/native-6.1.192-areas.trace.csv.gz');
const text = gunzipSync(packed).toString();
const files: Record<string, string> = {
  // A character a byte, as a client gives them.
  [PACKED]: packed.toString('latin1'), [PLAIN]: text, [DAMAGED]: text.replace('m,5,', 'm,five,'), [`${FOLDER}/not.trace.csv.gz`]: 'no gzip',
};

describe('traces of kernels in the server', () => {
  let client: LspClient;
  const ask = <T>(method: string, params: object = {}): Promise<T> => client.connection.sendRequest(`dmaAperture/${method}`, params);
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(files, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('are listed plan by plan, packed or not', async () => {
    const choices = await ask<TraceChoice[]>('traces', { uri: PACKED });
    expect(choices.map(({ plan, name }) => [plan, name])).toEqual([[0, 'cpus4'], [1, 'alignfff']]);
    expect(choices[0]!.detail).toMatch(/^6\.1\.0-56-amd64, 4,096 slots in 4 areas, [\d,]+ lines$/);
    expect(await ask<TraceChoice[]>('traces', { uri: PLAIN })).toEqual(choices);
    expect(await ask<{ text: string }>('unpackedText', { uri: PACKED })).toEqual({ text });
  });

  it('are shown as a recording whose operations lead to their lines', async () => {
    const run = SERVER_REQUESTS.openTrace.result(await ask('openTrace', { uri: PACKED, plan: 0 }));
    if (!run.ok) throw new Error(run.error);
    const { state, step } = run.value;
    const { recording, scenario, aperture, platform } = state;
    expect(step).toBe(1);
    expect([scenario!.name, scenario!.steps[0]!.op, scenario!.steps[0]!.from!.label]).toEqual(['areas.trace.csv.gz', 'plan', 'areas.trace.csv.gz:6']);
    expect(platform!.facts.find(({ name }) => name === 'Aperture')).toMatchObject({ value: '8 MiB, 4,096 slots', from: { label: expect.stringMatching(/:\d+$/) as string } });
    expect([aperture!.slots, aperture!.areas.length, recording!.source!.uri]).toEqual([4096, 4, PACKED]);
    const bytes = fromBase64((await ask<{ base64: string }>('recordingPart', { recording: recording!.id, offset: 0 })).base64)!;
    const columns = unpackRecording(bytes, recordingBounds(recording!, scenario!.steps.length));
    if (!columns.ok) throw new Error(columns.error);
    const lines = text.split('\n');
    const { line, result } = columns.value;
    for (const at of [0, 17, 400, columns.value.operations - 1]) expect(lines[line![at]! - 1]).toMatch(/^[muk],/);
    const refused = result.indexOf(recording!.results.indexOf('refused'));
    const { detail } = await ask<OperationAnswer>('operation', { recording: recording!.id, operation: refused });
    expect(detail).toMatchObject({ operation: refused, ok: false, search: { areas: [{}, {}, {}, {}] } });
    expect(detail.explain[0]).toMatchObject({ text: expect.stringContaining(': FAIL, ') as string, from: { uri: PACKED, line: line![refused] } });
    const again = SERVER_REQUESTS.panelState.result(await ask('panelState'));
    expect(again.ok && again.value.recording!.id).toBe(recording!.id);
  });

  it('that was cut short says so, with its last line', async () => {
    const run = SERVER_REQUESTS.openTrace.result(await ask('openTrace', { uri: PLAIN, plan: 1 }));
    expect(run.ok && run.value.state.recording!.ends).toMatchObject({ text: 'The trace was cut short: it has no #end.', from: { uri: PLAIN } });
  });

  it('that cannot be read, or has no such plan, is refused with its place', async () => {
    await expect(ask('traces', { uri: DAMAGED })).rejects.toThrow(/^damaged\.trace\.csv:\d+:1: expected /);
    await expect(ask('traces', { uri: `${FOLDER}/none.trace.csv` })).rejects.toThrow('none.trace.csv: no such file, or it cannot be read or unpacked');
    await expect(ask('traces', { uri: `${FOLDER}/not.trace.csv.gz` })).rejects.toThrow('not.trace.csv.gz: no such file');
    await expect(ask('openTrace', { uri: PLAIN, plan: 7 })).rejects.toThrow('areas.trace.csv: plan 8 of 2: expected one of its plans');
  });
});
