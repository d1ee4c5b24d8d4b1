import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { inspect } from '../src/check/child/inspect.ts';
import { countValidSignatures, signedPdf } from './signed-pdfs.ts';
import type { SignedForm } from './signed-pdfs.ts';

const FORMS: [name: string, form: SignedForm][] = [
  ['a table of references', {}],
  ['a stream of references', { xref: 'stream' }],
  ['a stream of references with a predictor', { xref: 'stream', predictor: true }],
  ['compressed objects', { xref: 'stream', compressed: true }],
  ['compressed objects and a predictor', { xref: 'stream', compressed: true, predictor: true, isVisible: true }],
  ['a signature of PAdES', { subFilter: 'ETSI.CAdES.detached' }],
  [
    'a signature of PAdES in compressed objects',
    { subFilter: 'ETSI.CAdES.detached', xref: 'stream', compressed: true },
  ],
  ['a signature of PAdES with validation data', { subFilter: 'ETSI.CAdES.detached', hasValidationData: true }],
  [
    'a signature, validation data and a time stamp',
    { hasValidationData: true, subFilter: 'ETSI.RFC3161', signatures: 2 },
  ],
  ['a signature of SHA-1', { subFilter: 'adbe.pkcs7.sha1' }],
  ['a signature of X.509', { subFilter: 'adbe.x509.rsa_sha1', newline: '\r' }],
  ['five signatures', { signatures: 5 }],
  [
    'three visible signatures in compressed objects',
    { signatures: 3, isVisible: true, xref: 'stream', compressed: true },
  ],
  ['a visible signature', { isVisible: true }],
  ['a visible signature in base 85', { isVisible: true, content: 'ascii85' }],
  ['a visible signature in hexadecimal', { isVisible: true, content: 'hex', newline: '\r\n' }],
  ['a visible signature in LZW', { isVisible: true, content: 'lzw' }],
  ['content without a filter', { content: 'plain', isVisible: true, indirectLengths: true }],
  ['lengths in other objects', { indirectLengths: true, newline: '\r\n' }],
  ['metadata and a colour profile, certified', { metadata: true, certification: true }],
  ['a page of pdf-lib', { base: 'pdf-lib', isVisible: true }],
  ['a page of pdf-lib, certified twice', { base: 'pdf-lib', certification: true, signatures: 2 }],
  ['compressed pages of pdf-lib', { base: 'pdf-lib compressed', xref: 'stream', compressed: true }],
];

describe('accepts a signed PDF as it is', () => {
  test.each(FORMS)('with %s', async (_, form) => {
    const file = await signedPdf(form);
    const before = createHash('sha256').update(file).digest('hex');
    const { mediaType, pages, content } = await inspect(file, []);
    expect({ mediaType, pages, content }).toEqual({
      mediaType: 'application/pdf',
      pages: form.base ? 3 : 1,
      content: undefined,
    });
    expect(createHash('sha256').update(file).digest('hex')).toBe(before);
    expect(countValidSignatures(file)).toBe(form.signatures ?? 1);
  });
});
