#!/usr/bin/env node
/**
 * Stands in for the `code` executable of a desktop VS Code: takes its arguments, runs the extension tests in the VS Code
 * host of vscode-host.mjs under headless Chromium, prints what the tests print, exits with their exit code.
 * For @vscode/test-electron: runTests({ vscodeExecutablePath: '…/launch.mjs', … }).
 *
 * Environment: VSCODE_HOST_CACHE, VSCODE_HOST_TIMEOUT_S (600), VSCODE_HOST_VERBOSE=1, VSCODE_HOST_HEADED=1, CHROMIUM_PATH.
 */
import { fileURLToPath } from 'node:url';
import { format, parseArgs } from 'node:util';
import { openWorkbench } from './workbench.mjs';

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  strict: false, // the flags that only the desktop knows (--no-sandbox, --skip-welcome, …) change nothing here
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true }, extensionTestsPath: text,
    'user-data-dir': text, 'extensions-dir': text, 'folder-uri': text,
    'disable-extensions': { type: 'boolean' }, verbose: { type: 'boolean' },
  },
});
if (!values.extensionTestsPath) fail('this launcher only runs tests: --extensionTestsPath is missing', 2);
// The workbench's own log comes by the same way as the extension host's console; this is what it says of no interest.
const NOISE = new RegExp('^(Resolv(ing|ed) connection token|Creating a socket|\\[reconnection-grace-time\\]|\\[AgentHost|'
  + '\\[AccountPolicyGate\\]|Ignoring fetching additional builtin|Updating additional builtin|'
  + 'Creation of workbench contribution|Extension host \\(Remote\\) is (un)?responsive|'
  + "Timed out waiting for authentication provider 'github')");
const verbose = values.verbose || Boolean(process.env.VSCODE_HOST_VERBOSE);
const limit = Number(process.env.VSCODE_HOST_TIMEOUT_S ?? 600);

let workbench;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await workbench?.close();
    process.exit(1);
  });
}
try {
  workbench = await openWorkbench({
    workspace: positionals[0] ?? (values['folder-uri'] && fileURLToPath(values['folder-uri'])),
    extensionDevelopmentPath: values.extensionDevelopmentPath,
    extensionTestsPath: values.extensionTestsPath,
    userDataDir: values['user-data-dir'],
    extensionsDir: values['extensions-dir'],
    disableExtensions: values['disable-extensions'],
    verbose,
    onLog: (type, args) => {
      const line = `${format(...args)}\n`;
      if (!verbose && NOISE.test(line)) return;
      (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(line);
    },
  });
  const timer = new Promise((_, late) => setTimeout(late, limit * 1000, new Error(`no end of the tests in ${limit} s`)).unref());
  process.exitCode = await Promise.race([workbench.exitCode, timer]);
} catch (error) {
  fail(error.message, 1);
} finally {
  await workbench?.close();
}

function fail(message, code) {
  process.stderr.write(`launch: ${message}\n`);
  process.exitCode = code;
  if (code === 2) process.exit(code);
}
