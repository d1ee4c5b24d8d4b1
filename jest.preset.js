import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Jest writes its results here for `npm test`, and does not create the folder.
mkdirSync(fileURLToPath(new URL('.cups/results/@cups', import.meta.url)), { recursive: true });

// Long tests and those with optional tools run only with `npm test -- --all`.
const long = process.env.CUPS_LONG === '1';

/** Base of every jest.config.js: TypeScript through swc, as ES modules, one worker per project. */
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
