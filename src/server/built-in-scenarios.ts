import foundingCase from '../../media/scenarios/founding-case.dma.json';

/** A scenario that ships with the product. */
export interface BuiltInScenario {
  readonly id: string;
  readonly text: string;
}

/** Scenarios of media/scenarios, bundled so that a server in a web worker has them too. */
export const BUILT_IN_SCENARIOS: readonly BuiltInScenario[] = Object.entries({ 'founding-case': foundingCase })
  .map(([id, scenario]) => ({ id, text: JSON.stringify(scenario) }));
