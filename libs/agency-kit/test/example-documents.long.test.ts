import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { checkDocumentExample, EXAMPLES } from './document-example.ts';

const { dir, remove } = temporaryDir();
afterAll(remove);

testRequiring('java')(
  'the example in Java fetches a copy, refuses a wrong one, and uploads a result once',
  async () => {
    await promisify(execFile)('javac', ['-Xlint:all', '-Werror', '-d', dir, join(EXAMPLES, 'java/Documents.java')]);
    await checkDocumentExample({ program: 'java', words: ['-cp', dir, 'Documents'], keyForm: 'pem' });
  },
  120_000,
);

testRequiring('Python package cryptography')(
  'the example in Python fetches a copy, refuses a wrong one, and uploads a result once',
  () => checkDocumentExample({ program: 'python3', words: [join(EXAMPLES, 'python/documents.py')], keyForm: 'pem' }),
  120_000,
);
