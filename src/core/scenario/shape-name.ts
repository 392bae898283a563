import * as v from 'valibot';

/** The name of a ready-made workload. */
export function shapeName(description: string): v.GenericSchema<'nic' | 'block' | 'gpu' | 'capture'> {
  return v.pipe(
    v.picklist(['nic', 'block', 'gpu', 'capture'], 'expected nic, block, gpu or capture'),
    v.description(`${description} nic: a ring of receive buffers; block: a queue of pages and large requests; gpu: large segments for long; capture: whole frames in turn.`),
  );
}
