import { defineConfig } from 'vitest/config';
import { watForVite } from './scripts/wat.mjs';

export default defineConfig({
  plugins: [watForVite],
  test: {
    // Two workers: what the smallest machine that runs the suite has, and enough for tests that only compute.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'server', include: ['test/server/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
    coverage: { provider: 'v8', include: ['src/core/**/*.ts'], reporter: ['text-summary', 'html'], reportsDirectory: 'coverage' },
  },
});
