/**
 * A suite in a real VS Code, through @vscode/test-electron's runTests. VSCODE_EXECUTABLE names a desktop VS Code to use; without it the
 * host of tools/vscode-host is used where it can be (linux-x64), and elsewhere test-electron downloads a desktop build.
 */
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'out/host');

/** Whether the host of tools/vscode-host is the one. */
export const embedded = !process.env.VSCODE_EXECUTABLE && process.platform === 'linux' && process.arch === 'x64';
const executable = process.env.VSCODE_EXECUTABLE ?? (embedded ? join(ROOT, 'tools/vscode-host/launch.mjs') : undefined);

/** Makes each suite what an extension host can load. @param {string[]} names of files in test/host/suite, without ending */
export async function bundleSuites(names) {
  await build({
    absWorkingDir: ROOT, entryPoints: names.map((name) => `test/host/suite/${name}.ts`), outdir: OUT, bundle: true,
    platform: 'node', format: 'cjs', target: 'node20', external: ['vscode', 'mocha'], sourcemap: 'inline', outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
}

/**
 * Runs a suite that was bundled.
 * @param {string} name of the suite
 * @param {string | undefined} workspace the folder of the window; undefined: a window without one
 * @param {Record<string, string | undefined>} env
 */
export function launchSuite(name, workspace, env) {
  return runTests({
    ...(executable ? { vscodeExecutablePath: executable } : {}),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: join(OUT, `${name}.cjs`),
    extensionTestsEnv: env,
    launchArgs: [...(workspace ? [workspace] : []), '--disable-extensions'],
  });
}
