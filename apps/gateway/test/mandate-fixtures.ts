import type { Mandate } from '@cups/contracts/gen/cups/identity/v1/Mandate.ts';
import { person } from '@cups/testing';
import type { OperationRow } from './operation-row.ts';

/** The mandate operations with their RPCs. */

const MANDATE_ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z8';
const NAME = `mandates/${MANDATE_ID}`;
const PATH = `/api/v1/mandates/${MANDATE_ID}`;
const CODE = '7K2M-4QXN-8RTA-3V';
const SERVICE = 'publicServices/civil-status-extract';
const TIME = { seconds: '1764000000', nanos: 0 };
const { idnp, givenName, familyName } = person(1);
const PERSON = { idnp, givenName, familyName };
const scope = { publicServices: [SERVICE], themes: [] };
const revocation = { scope, revokeTime: TIME, actor: 'applicant', receipt: '3X4Y5Z8-1', whole: true };

const SENT_CODE = {
  channel: 'MANDATE_CODE_CHANNEL_EMAIL' as const,
  delivery: 'MANDATE_CODE_DELIVERY_SENT' as const,
  issuedBy: 'operators/cu-001-specialist',
  sendTime: TIME,
  expireTime: TIME,
};

const mandate: Mandate = {
  name: NAME,
  centre: 'centres/CU-001',
  person: PERSON,
  scope,
  remainingScope: { publicServices: [], themes: [] },
  term: 'MANDATE_TERM_DAYS_31',
  grantTime: TIME,
  expireTime: TIME,
  grantedBy: 'operators/cu-001-specialist',
  ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
  text: { version: '1', language: 'ro', sha256: 'a'.repeat(64), text: 'Text' },
  supportingCode: { sendTime: TIME, expireTime: TIME, wrongTries: 1 },
  state: 'MANDATE_STATE_REVOKED',
  revocations: [revocation],
  code: CODE,
};
const held = {
  centreName: 'Lozova',
  ground: 'MANDATE_GROUND_MPOWER' as const,
  remainingScope: scope,
  titles: [{ publicService: SERVICE, title: { ro: 'Extras' } }],
  term: 'MANDATE_TERM_DAYS_31' as const,
  grantTime: TIME,
  expireTime: TIME,
  state: 'MANDATE_STATE_ACTIVE' as const,
  text: { version: '1', language: 'ru', sha256: 'a'.repeat(64), text: 'Текст', romanianText: 'Text' },
};

const written = () => Promise.resolve({ mandate, revocation, replayed: false });

/** What a fake identity responds. */
export const MANDATE_RESPONSES = {
  CreateMandate: written,
  ReleaseMandate: written,
  GetMandate: written,
  ExportPersonMandates: () => Promise.resolve({ mandates: [{ ...mandate, code: '' }] }),
  ListMandates: () => Promise.resolve({ mandates: [mandate], nextPageToken: 'next' }),
  CountMandates: () => Promise.resolve({ count: 3 }),
  RevokeMandate: written,
  PrintMandate: written,
  RecordMandatePrinted: written,
  SendMandateCode: () => Promise.resolve({ code: '012345', expireTime: TIME }),
  MailMandateCode: () => Promise.resolve({ supportingCode: SENT_CODE }),
  GetMandateCodeStatus: () => Promise.resolve({ supportingCode: SENT_CODE }),
  ConfirmMandateCode: () => Promise.resolve({ mandate, confirmed: true }),
  GetMandateByCode: () => Promise.resolve({ mandate: held }),
  RevokeMandateByCode: () => Promise.resolve({ mandate: held, revocation }),
};

export const newMandate = {
  person: PERSON,
  scope: { publicServices: [SERVICE] },
  term: 'days-31',
  ground: { kind: 'kinship', reference: '1' },
  representative: { givenName, familyName, foreignDocument: { country: 'RO', number: '1' } },
  language: 'ru',
};
const created = {
  person: PERSON,
  term: 'MANDATE_TERM_DAYS_31',
  ground: { kind: 'MANDATE_GROUND_KINSHIP', reference: '1' },
  titles: [{ publicService: SERVICE }],
};

export const MANDATE_ROWS: OperationRow[] = [
  ['createMandate', 'POST', '/api/v1/mandates', newMandate, 201, 'CreateMandate', created],
  [
    'listMandates',
    'GET',
    '/api/v1/mandates?state=active&endingWithinDays=14',
    undefined,
    200,
    'ListMandates',
    { state: 'MANDATE_STATE_ACTIVE', endingWithinDays: 14 },
  ],
  [
    'countMandates',
    'GET',
    '/api/v1/mandates/count?endingWithinDays=30',
    undefined,
    200,
    'CountMandates',
    { endingWithinDays: 30 },
  ],
  ['searchMandates', 'POST', '/api/v1/mandates/search', { idnp }, 200, 'ListMandates', { idnp }],
  ['getMandate', 'GET', PATH, undefined, 200, 'GetMandate', { name: NAME }],
  [
    'revokeMandate',
    'POST',
    `${PATH}/revoke`,
    { scope: { themes: ['property'] } },
    200,
    'RevokeMandate',
    { name: NAME },
  ],
  ['printMandate', 'POST', `${PATH}/print`, undefined, 200, 'PrintMandate', { name: NAME }],
  ['recordMandatePrinted', 'POST', `${PATH}/printed`, undefined, 200, 'RecordMandatePrinted', { name: NAME }],
  [
    'mailMandateCode',
    'POST',
    `${PATH}/code/mail`,
    { email: 'ana@example.org' },
    200,
    'MailMandateCode',
    { name: NAME, email: 'ana@example.org' },
  ],
  ['getMandateCode', 'GET', `${PATH}/code`, undefined, 200, 'GetMandateCodeStatus', { name: NAME }],
  ['issueMandateCode', 'POST', `${PATH}/code`, undefined, 200, 'SendMandateCode', { name: NAME }],
  [
    'confirmMandateCode',
    'POST',
    `${PATH}/code/confirm`,
    { code: '012345' },
    200,
    'ConfirmMandateCode',
    { name: NAME, code: '012345' },
  ],
  [
    'listMandateApplications',
    'GET',
    `${PATH}/applications?pageSize=20`,
    undefined,
    200,
    'ListMandateApplications',
    { mandate: NAME, pageSize: 20 },
  ],
  [
    'trackMandateApplications',
    'POST',
    '/api/v1/mandate-tracking/applications',
    { code: CODE },
    200,
    'TrackMandateApplications',
    { code: CODE },
  ],
  ['trackMandate', 'POST', '/api/v1/mandate-tracking', { code: CODE }, 200, 'GetMandateByCode', { code: CODE }],
  ['endMandate', 'POST', '/api/v1/mandate-tracking/end', { code: CODE }, 200, 'RevokeMandateByCode', { code: CODE }],
];
