import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Jest writes its results here for `npm test` to count, and makes no folder itself.
mkdirSync(fileURLToPath(new URL('.cups/results/@cups', import.meta.url)), { recursive: true });

// What needs a tool that not everybody has, or takes long, runs with `npm test -- --all` only.
const long = process.env.CUPS_LONG === '1';

/** What every project's jest.config.js starts from: TypeScript through swc, as ES modules, one worker a project. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  testMatch: [long ? '<rootDir>/test/**/*.long.test.ts' : '<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(long ? [] : ['\\.long\\.test\\.ts$'])],
  testTimeout: 30_000,
};
