import { join } from 'node:path';
import { test } from '@jest/globals';
import { checkDocumentExample, EXAMPLES } from './document-example.ts';

test('the example in JavaScript fetches a copy, refuses a wrong one, and uploads a result once', async () => {
  const words = [join(EXAMPLES, 'javascript/documents.mjs')];
  await checkDocumentExample({ program: process.execPath, words, keyForm: 'jwk' });
});
