import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Jest writes its results here for `npm test` to count, and makes no folder itself.
mkdirSync(fileURLToPath(new URL('.cups/results/@cups', import.meta.url)), { recursive: true });

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
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 30_000,
};
