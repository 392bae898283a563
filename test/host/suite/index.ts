import { runMocha } from './run-mocha.ts';

/** The entry that VS Code calls in its extension host, in a window with the sample workspace. */
export function run(): Promise<void> {
  return runMocha(async () => {
    await import('./extension.test.ts');
    await import('./driver.test.ts');
    await import('./findings.test.ts');
    await import('./log.test.ts');
    await import('./platform.test.ts');
    await import('./views.test.ts');
    await import('./panel.test.ts');
    await import('./scenario.test.ts');
    await import('./scenario-tests.test.ts');
    await import('./tour.test.ts');
  });
}
