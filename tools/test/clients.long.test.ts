import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { compile } from '../check/clients/compile.ts';
import { asyncapiModels, LANGUAGES, openapiClient } from '../check/clients/generators.ts';

const root = join(import.meta.dirname, '../..');
const OPENAPI = join(root, 'apps/gateway/openapi.yaml');
const ASYNCAPI = join(root, 'libs/agency-contract/published/asyncapi.yaml');
const { dir, remove } = temporaryDir();
afterAll(remove);

const NEEDS = {
  typescript: ['java', 'maven'],
  java: ['java', 'maven'],
  go: ['java', 'maven', 'go'],
  python: ['java', 'maven', 'python', 'pip'],
} as const;

for (const language of LANGUAGES) {
  testRequiring(...NEEDS[language])(
    `openapi-generator makes a client in ${language} that compiles`,
    async () => {
      const folder = join(dir, `openapi-${language}`);
      await openapiClient(language, OPENAPI, folder);
      await compile(language, folder);
    },
    300_000,
  );
  testRequiring(...NEEDS[language])(
    `Modelina makes models in ${language} that compile, and each has a name of its own`,
    async () => {
      const folder = join(dir, `asyncapi-${language}`);
      const names = await asyncapiModels(language, ASYNCAPI, folder);
      expect(names).toEqual(expect.arrayContaining(['ApplicationSubmitted', 'ReplyDecided', 'ReplyDecidedOutcome']));
      expect(names.filter((name) => /anonym/i.test(name))).toEqual([]);
      await compile(language, folder);
    },
    300_000,
  );
}
