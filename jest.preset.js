import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Jest writes its results here for `npm test`, and does not create the folder.
mkdirSync(fileURLToPath(new URL('.cups/results/@cups', import.meta.url)), { recursive: true });

// Long tests, those with optional tools, and those that mostly wait run only with `npm test -- --all`.
const KINDS = { CUPS_LONG: 'long', CUPS_WAITING: 'waiting' };
const [, kind] = Object.entries(KINDS).find(([name]) => process.env[name] === '1') ?? [];

const namesFiles = process.argv.slice(2).some((argument) => argument.includes('.test.ts'));

/**
 * Returns patterns of the test files that a `test/<name>.group.ts` imports. A group loads the modules and starts the service once for
 * all of its files. A file that is named on the command line runs alone.
 */
function findGroupedFiles(folder) {
  // Tools load this file in other folders.
  if (!existsSync(folder)) return [];
  const groups = readdirSync(folder).filter((file) => file.endsWith('.group.ts'));
  const sources = groups.map((file) => readFileSync(join(folder, file), 'utf8'));
  const imports = sources.flatMap((source) => [...source.matchAll(/^import '\.\/(.+\.test)\.ts';$/gm)]);
  return imports.map(([, file]) => `<rootDir>/test/${file.replaceAll('.', '\\.')}\\.ts$`);
}

const folder = join(process.cwd(), 'test');
const grouped = kind || namesFiles ? [] : findGroupedFiles(folder);

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
  testMatch: kind
    ? [`<rootDir>/test/**/*.${kind}.test.ts`]
    : ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/*.group.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...grouped, ...(kind ? [] : ['\\.(long|waiting)\\.test\\.ts$'])],
  testTimeout: 60_000,
};
