import { expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { TOPIC_EXPECTATIONS, validateExpectation } from '../src/expectations.ts';

const DOCUMENT = '01JD0000000000000000000001';
const APPLICATION = '01JD0000000000000000000002';
const event = (more: Partial<ReceivedEvent>) =>
  Object.assign(
    { source: '/cups/documents', type: 'cups.documents.v1.DocumentChecked', subject: `documents/${DOCUMENT}` },
    { key: APPLICATION },
    more,
  ) as ReceivedEvent;

test.each([
  ['under the key of its application', {}, undefined],
  ['of another source', { source: '/cups/intake' }, 'SOURCE_UNEXPECTED'],
  ['of a type of another service', { type: 'cups.intake.v1.ApplicationSubmitted' }, 'TYPE_UNEXPECTED'],
  ['about an application', { subject: `applications/${APPLICATION}` }, 'SUBJECT_UNEXPECTED'],
  ['under a key that is no application ID', { key: 'asp' }, 'KEY_UNEXPECTED'],
])('validates an event of a document %s', (_what, more, expected) => {
  expect(validateExpectation(event(more), TOPIC_EXPECTATIONS['cups.documents'])).toBe(expected);
});

test.each([
  ['about a row of the access log', {}, undefined],
  ['of another service', { source: '/cups/intake' }, 'SOURCE_UNEXPECTED'],
  ['of another package', { type: 'cups.identity.v1.MandateRevoked' }, 'TYPE_UNEXPECTED'],
  ['about a nested resource', { subject: 'operators/a/b' }, 'SUBJECT_UNEXPECTED'],
  ['without a key', { key: '' }, 'KEY_UNEXPECTED'],
])('validates an entry for the journal %s', (_what, more, expected) => {
  const entry = { source: '/cups/identity', type: 'cups.journal.v1.EntryRecorded', subject: `accessLog/${DOCUMENT}` };
  const received = event({ ...entry, key: DOCUMENT, ...more });
  expect(validateExpectation(received, TOPIC_EXPECTATIONS['cups.journal.identity'])).toBe(expected);
});
