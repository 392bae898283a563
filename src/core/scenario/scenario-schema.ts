import * as v from 'valibot';
import { DeviceSchema } from './device-schema.ts';
import { PlatformSchema, type PlatformSpelling } from './platform-schema.ts';
import { name } from './schema-values.ts';
import { OPERATIONS, StepSchema } from './step-schemas.ts';

/** The one source of the scenario format; its JSON Schema for editors is generated from it. */
export const ScenarioSchema = v.strictObject({
  $schema: v.optional(v.pipe(v.string(), v.description('The schema of this file.'))),
  name: name('What the scenario is called.'),
  description: v.optional(v.pipe(v.string('expected a text'), v.description('What it shows.'))),
  platform: v.optional(v.pipe(
    v.union([name('Id of a built-in platform.'), PlatformSchema], 'expected the id of a built-in platform or an object'),
    v.description('Id of a built-in platform, or one spelled out; absent: the active platform.'),
  )),
  devices: v.pipe(v.record(name('Name of the device.'), DeviceSchema, 'expected devices by name'), v.description('The devices, by names that the steps use.')),
  steps: v.pipe(v.array(StepSchema, 'expected a list of steps'), v.description('What is done, in order.')),
});

export type Scenario = v.InferOutput<typeof ScenarioSchema>;
export type ScenarioStep = Scenario['steps'][number];
/** A step that is one operation. */
export type SingleStep = Exclude<ScenarioStep, { op: 'workload' | 'repeat' | 'parallel' | 'boot' }>;
export type WorkloadStep = Extract<ScenarioStep, { op: 'workload' }>;
export type BootStep = Extract<ScenarioStep, { op: 'boot' }>;
export type ScenarioPlatform = PlatformSpelling;

/** Every operation's name, in the order in which a recording counts them. */
export const OPERATION_NAMES: readonly ScenarioStep['op'][] = OPERATIONS.map(({ entries }) => entries.op.literal);
