import { eventCodec } from '@cups/contracts/proto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { expect, test } from '@jest/globals';
import type { MandateEvent, MandateFields } from '../src/domain/mandate.ts';
import { entryOfMandate } from '../src/mandates/journal.ts';

const { decode } = eventCodec<JournalEvents>('cups.journal.v1');
const ID = '01JAAAAAAAAAAAAAAAAAAAAAAA';
const time = new Date('2026-11-29T10:00:00.000Z');
const scope = { publicServices: ['criminal-record'], themes: [] };
const mandate: MandateFields = {
  _id: ID,
  centre: 'centres/CU-001',
  training: false,
  ground: 'present-and-signing',
  scope,
  term: 'days-31',
  grantTime: time,
  expireTime: time,
  grantedBy: 'operators/cu-001-specialist',
  text: { version: '2026-11', language: 'ro', sha256: '' },
  state: 'active',
  revocations: [],
};
const revocation = { scope, time, actor: 'applicant', receipt: 'AAAA-1', whole: true, request: 'x' };

test.each<[MandateEvent, Partial<MandateFields>, object]>([
  ['granted', {}, { action: 'grant-mandate', actor: 'operators/cu-001-specialist', ground: 'own-presence' }],
  ['granted', { ground: 'notarial' }, { action: 'grant-mandate', ground: 'notarial', result: 'active' }],
  [
    'revoked',
    { state: 'revoked', revocations: [revocation] },
    { action: 'revoke-mandate', actor: 'applicant', ground: `mandates/${ID}`, result: 'revoked' },
  ],
  ['revoked', { revocations: [{ ...revocation, whole: false }] }, { action: 'revoke-mandate', result: 'active' }],
  [
    'expired',
    { state: 'expired' },
    { action: 'expire-mandate', actor: 'services/identity', ground: 'platform-rule', result: 'expired' },
  ],
])('a mandate that was %s has an entry %#', (kind, changes, expected) => {
  const event = entryOfMandate({ ...mandate, ...changes }, kind);
  expect(event).toMatchObject({ subject: `mandates/${ID}`, key: ID, topic: 'cups.journal.identity' });
  expect(decode(event)!.data.entry).toMatchObject({
    resource: `mandates/${ID}`,
    centre: 'centres/CU-001',
    ...expected,
  });
});
