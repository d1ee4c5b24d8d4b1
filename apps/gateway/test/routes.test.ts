import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { person } from '@cups/testing';
import { createMetrics, createLog } from '@cups/process';
import request from 'supertest';
import { readConfig } from '../src/config.ts';
import { createApp } from '../src/http/app.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';
import { DOCUMENT_ID, ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { AGENCY_PAGE_ROWS } from './agency-page-fixtures.ts';
import { DEVICE_ROWS } from './device-fixtures.ts';
import { MANDATE_ROWS } from './mandate-fixtures.ts';
import { QUARANTINE_ROWS } from './quarantine-fixtures.ts';
import { STAFF_ROWS } from './staff-fixtures.ts';
import type { OperationRow } from './operation-row.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const APP = `/api/v1/applications/${ID}`;
const DOCUMENT = `/api/v1/documents/${DOCUMENT_ID}`;
const DOCUMENT_NAME = `documents/${DOCUMENT_ID}`;
/** Operations with headers of the tus protocol, and those of agencies: see uploads, agency-api and agency-pull.test.ts. */
const TESTED_ELSEWHERE = [
  ...['createUpload', 'getUpload', 'appendUpload', 'deleteUpload'],
  ...['getAgencyDocument', 'getAgencyDocumentStatus', 'createResultDocument'],
  ...['listAgencyRequests', 'receiveAgencyReply', 'listWebhookKeys'],
  // For sessions of agencies: see agency-page-documents.test.ts and agency-workload.test.ts.
  ...['getDeliveryDocument', 'getDeliveryDocumentContent', 'createDeliveryDocument', 'listAgencyWorkload'],
  // Needs a grant instead of a session: see quarantine.test.ts.
  'handInActs',
];
const rows: OperationRow[] = [
  ...STAFF_ROWS,
  ...MANDATE_ROWS,
  ...DEVICE_ROWS,
  ...QUARANTINE_ROWS,
  ...AGENCY_PAGE_ROWS,
  ['getHealth', 'GET', '/healthz', undefined, 200, '', {}],
  ['getReadiness', 'GET', '/readyz', undefined, 200, '', {}],
  ['getOpenapi', 'GET', '/api/v1/openapi.json', undefined, 200, '', {}],
  [
    'createSession',
    'POST',
    '/api/v1/sessions',
    { provider: 'local', operator: 'x' },
    201,
    'CreateSession',
    { provider: 'local', operator: 'x' },
  ],
  ['getCurrentSession', 'GET', '/api/v1/sessions/current', undefined, 200, 'GetSession', {}],
  [
    'switchCentre',
    'POST',
    '/api/v1/sessions/current/centre',
    { centre: 'CU-002' },
    200,
    'SwitchCentre',
    { centre: 'centres/CU-002' },
  ],
  ['listSessions', 'GET', '/api/v1/sessions', undefined, 200, 'ListSessions', {}],
  [
    'endSession',
    'DELETE',
    '/api/v1/sessions/01JDZ3V7Q8R9S0T1V2W3X4Y5Z9',
    undefined,
    204,
    'EndSession',
    { id: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z9' },
  ],
  ['listSignInProviders', 'GET', '/api/v1/sign-in-providers', undefined, 200, 'ListSignInProviders', {}],
  [
    'listOperators',
    'GET',
    '/api/v1/operators?centre=CU-001',
    undefined,
    200,
    'ListOperators',
    { centre: 'centres/CU-001', pageSize: 0 },
  ],
  [
    'listCentres',
    'GET',
    '/api/v1/centres?pageSize=200&pageToken=t',
    undefined,
    200,
    'ListCentres',
    { pageSize: 200, pageToken: 't' },
  ],
  ['listQueue', 'GET', '/api/v1/queue?bucket=ready', undefined, 200, 'ListQueue', { bucket: 'BUCKET_READY' }],
  [
    'listQueueChanges',
    'GET',
    '/api/v1/queue/changes?cursor=cTE',
    undefined,
    200,
    'ListQueueChanges',
    { cursor: 'cTE', pageSize: 0 },
  ],
  [
    'lookUpPerson',
    'POST',
    '/api/v1/persons/lookup',
    { idnp: '2900000000012' },
    200,
    'LookUpPerson',
    { idnp: '2900000000012' },
  ],
  ['getApplicationDetails', 'GET', `${APP}/details`, undefined, 200, 'GetApplicationDetails', { name: NAME }],
  [
    'getSubmission',
    'GET',
    `${APP}/submissions/1`,
    undefined,
    200,
    'GetFiledSubmission',
    { name: `${NAME}/submissions/1` },
  ],
  [
    'listAccessLogEntries',
    'GET',
    `${APP}/access-log?pageSize=10`,
    undefined,
    200,
    'ListAccessLogEntries',
    { name: NAME, pageSize: 10 },
  ],
  [
    'listJournalEntries',
    'GET',
    `${APP}/journal?pageSize=10`,
    undefined,
    200,
    'ListEntries',
    { resource: NAME, pageSize: 10 },
  ],
  [
    'getAccessLogPrintout',
    'GET',
    `${APP}/access-log/printout?language=ru`,
    undefined,
    200,
    'ListAccessLogEntries',
    { name: NAME, pageSize: 200 },
  ],
  [
    'getStatistics',
    'GET',
    '/api/v1/statistics?from=2026-01-01&to=2026-12-31&groupBy=agency',
    undefined,
    200,
    'GetStatistics',
    { fromDate: '2026-01-01', toDate: '2026-12-31', group: 'STATISTICS_GROUP_AGENCY' },
  ],
  [
    'getCentreStatistics',
    'GET',
    '/api/v1/centre-statistics?from=2026-01-01&to=2026-12-31',
    undefined,
    200,
    'GetCentreStatistics',
    { fromDate: '2026-01-01', toDate: '2026-12-31' },
  ],
  [
    'getStatisticsCsv',
    'GET',
    '/api/v1/statistics.csv?from=2026-01-01&to=2026-12-31',
    undefined,
    200,
    'GetStatistics',
    { fromDate: '2026-01-01', toDate: '2026-12-31' },
  ],
  ['getCentre', 'GET', '/api/v1/centres/CU-001', undefined, 200, 'GetCentre', { name: 'centres/CU-001' }],
  [
    'listPublicServices',
    'GET',
    '/api/v1/public-services?q=stare%20civil%C4%83&centreKind=town-hall&agency=asp&fileable=true&atDate=2026-11-24',
    undefined,
    200,
    'ListPublicServices',
    {
      query: 'stare civilă',
      centreKind: 'CENTRE_KIND_TOWN_HALL',
      agency: 'agencies/asp',
      fileableOnly: true,
      atDate: '2026-11-24',
    },
  ],
  [
    'getCatalog',
    'GET',
    '/api/v1/catalog?centre=CU-001',
    undefined,
    200,
    'GetCatalog',
    { centreKind: 'CENTRE_KIND_TOWN_HALL', country: 'MD', agencies: ['agencies/asp', 'agencies/cnas'] },
  ],
  ['listAgencies', 'GET', '/api/v1/agencies?pageSize=200', undefined, 200, 'ListAgencies', { pageSize: 200 }],
  [
    'getAgencyCatalog',
    'GET',
    '/api/v1/agencies/cnas/catalog',
    undefined,
    200,
    'GetAgencyCatalog',
    { name: 'agencies/cnas' },
  ],
  [
    'getPublicService',
    'GET',
    '/api/v1/public-services/civil-status-extract?centreKind=mission',
    undefined,
    200,
    'GetPublicService',
    { name: 'publicServices/civil-status-extract', centreKind: 'CENTRE_KIND_MISSION' },
  ],
  [
    'createApplication',
    'POST',
    '/api/v1/applications',
    { id: ID, publicService: 'civil-status-extract', applicant: person(3), corrects: NAME },
    201,
    'CreateApplication',
    { applicationId: ID, publicService: 'publicServices/civil-status-extract', corrects: NAME },
  ],
  [
    'listApplications',
    'GET',
    '/api/v1/applications?state=in-progress&pageSize=10',
    undefined,
    200,
    'ListApplications',
    { state: 'STATE_IN_PROGRESS', pageSize: 10 },
  ],
  [
    'searchApplications',
    'POST',
    '/api/v1/applications/search',
    { idnp: person(3).idnp },
    200,
    'SearchApplications',
    { idnp: person(3).idnp, trackingNumber: '' },
  ],
  ['getApplication', 'GET', APP, undefined, 200, 'GetApplication', { name: NAME }],
  [
    'updateApplication',
    'PATCH',
    APP,
    { costOption: 'urgent', represented: null },
    200,
    'UpdateApplication',
    { name: NAME, etag: '"3"', updateFields: ['cost_option', 'represented'] },
  ],
  [
    'submitApplication',
    'POST',
    `${APP}/submit`,
    { occurTime: '2026-11-24T08:00:00Z' },
    200,
    'SubmitApplication',
    { name: NAME, etag: '"3"', occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'withdrawApplication',
    'POST',
    `${APP}/withdraw`,
    { reason: 'r', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'WithdrawApplication',
    { name: NAME, reason: 'r', occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'supplyDocuments',
    'POST',
    `${APP}/supply-documents`,
    {
      evidence: [{ kind: 'birth-certificate' }],
      answers: { b: 1, a: 2 },
      unavailable: [{ kind: 'diploma', reason: 'Lost.' }],
      complete: true,
      occurTime: '2026-11-24T08:00:00Z',
    },
    200,
    'SupplyDocuments',
    {
      evidence: [{ kind: 'birth-certificate', number: '', issueDate: '', originalSeen: false, copy: '' }],
      answers: Buffer.from('{"a":2,"b":1}'),
      unavailable: [{ kind: 'diploma', reason: 'Lost.' }],
      complete: true,
      occurTime: { seconds: '1795507200', nanos: 0 },
    },
  ],
  [
    'handOverResult',
    'POST',
    `${APP}/hand-over`,
    {
      collectedBy: 'represented',
      idDocumentKind: 'identity-document',
      collectorName: 'Ana',
      ground: { kind: 'own' },
      occurTime: '2026-11-24T08:00:00Z',
    },
    200,
    'HandOverResult',
    {
      name: NAME,
      handOver: {
        collectedBy: 'represented',
        idDocumentKind: 'identity-document',
        idDocumentNumber: '',
        collectorName: 'Ana',
        ground: { kind: 'own', reference: '' },
      },
      occurTime: { seconds: '1795507200', nanos: 0 },
    },
  ],
  [
    'confirmArrival',
    'POST',
    `${APP}/confirm-arrival`,
    { occurTime: '2026-11-24T08:00:00Z' },
    200,
    'ConfirmArrival',
    { occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'answerPassingOn',
    'POST',
    `${APP}/passing-on`,
    { consents: true, occurTime: '2026-11-24T08:00:00Z' },
    200,
    'AnswerPassingOn',
    { consents: true, occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'chooseCollectionCentre',
    'POST',
    `${APP}/collection-centre`,
    { centre: 'centres/CU-002', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'ChooseCollectionCentre',
    { name: NAME, centre: 'centres/CU-002', occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'correctApplication',
    'POST',
    `${APP}/correct`,
    { answers: { eventPlace: 'Vorniceni' }, occurTime: '2026-11-24T08:00:00Z' },
    200,
    'CorrectApplication',
    {
      name: NAME,
      updateFields: ['answers'],
      content: { answers: Buffer.from('{"eventPlace":"Vorniceni"}') },
      occurTime: { seconds: '1795507200', nanos: 0 },
    },
  ],
  [
    'changeContact',
    'POST',
    `${APP}/contact`,
    { contact: { phone: '+37369000001' }, occurTime: '2026-11-24T08:00:00Z' },
    200,
    'ChangeContact',
    {
      name: NAME,
      contact: { email: '', phone: '+37369000001', none: false },
      occurTime: { seconds: '1795507200', nanos: 0 },
    },
  ],
  ['listCollections', 'GET', '/api/v1/collections?pageSize=5', undefined, 200, 'ListCollections', { pageSize: 5 }],
  ['getCollection', 'GET', `/api/v1/collections/${ID}`, undefined, 200, 'GetCollection', { name: NAME }],
  [
    'confirmCollectionArrival',
    'POST',
    `/api/v1/collections/${ID}/confirm-arrival`,
    { occurTime: '2026-11-24T08:00:00Z' },
    200,
    'ConfirmCollectionArrival',
    { name: NAME, occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'handOverCollection',
    'POST',
    `/api/v1/collections/${ID}/hand-over`,
    { collectedBy: 'applicant', idDocumentKind: 'identity-document', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'HandOverCollection',
    {
      name: NAME,
      handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document' },
      occurTime: { seconds: '1795507200', nanos: 0 },
    },
  ],
  [
    'confirmOutcome',
    'POST',
    `${APP}/confirm-outcome`,
    { needMet: false, missing: 'm', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'ConfirmOutcome',
    { outcome: { needMet: false, missing: 'm' }, occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'renewApplication',
    'POST',
    `${APP}/renew`,
    { occurTime: '2026-11-24T08:00:00Z' },
    200,
    'RenewApplication',
    { name: NAME, occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'recordPayment',
    'POST',
    `${APP}/payment`,
    { receiptNumber: 'CH-1', amount: { amountMinor: 11000, currency: 'MDL' }, payTime: '2026-11-24T08:00:00Z' },
    200,
    'RecordPayment',
    {
      name: NAME,
      payment: {
        receiptNumber: 'CH-1',
        amount: { amountMinor: '11000', currencyCode: 'MDL' },
        payTime: { seconds: '1795507200', nanos: 0 },
      },
    },
  ],
  [
    'sendMessage',
    'POST',
    `${APP}/messages`,
    { text: 'Este destulă copia?', language: 'ro', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'SendMessage',
    { name: NAME, text: 'Este destulă copia?', language: 'ro', occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'prepareComplaint',
    'POST',
    `${APP}/complaints`,
    { occurTime: '2026-11-24T08:00:00Z' },
    200,
    'PrepareComplaint',
    { name: NAME, occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'recordComplaint',
    'POST',
    `${APP}/complaints/file`,
    { number: 1, date: '2026-11-24', way: 'at-agency', registrationNumber: 'P-7' },
    200,
    'RecordComplaint',
    { name: NAME, number: 1, date: '2026-11-24', way: 'at-agency', registrationNumber: 'P-7' },
  ],
  [
    'recordComplaintAnswer',
    'POST',
    `${APP}/complaints/answer`,
    { number: 1, date: '2026-11-24', outcome: 'partly-upheld', text: 'Decizia vine.' },
    200,
    'RecordComplaintAnswer',
    { name: NAME, number: 1, date: '2026-11-24', outcome: 'partly-upheld', text: 'Decizia vine.' },
  ],
  [
    'addNote',
    'POST',
    `${APP}/notes`,
    { text: 't', occurTime: '2026-11-24T08:00:00Z' },
    200,
    'AddNote',
    { name: NAME, text: 't', occurTime: { seconds: '1795507200', nanos: 0 } },
  ],
  [
    'assignApplication',
    'POST',
    `${APP}/assign`,
    { operator: 'operators/x' },
    200,
    'AssignApplication',
    { name: NAME, operator: 'operators/x' },
  ],
  [
    'markDeskAlertsSeen',
    'POST',
    `${APP}/desk-alerts/mark-seen`,
    undefined,
    200,
    'MarkDeskAlertsSeen',
    { name: NAME, etag: '"3"' },
  ],
  [
    'recordPersonNotification',
    'POST',
    `${APP}/person-notifications`,
    { method: 'phone' },
    200,
    'RecordPersonNotification',
    { name: NAME, method: 'NOTIFICATION_METHOD_PHONE', notice: '' },
  ],
  [
    'recordNoticePersonNotification',
    'POST',
    `${APP}/notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7/person-notifications`,
    { method: 'in-person' },
    200,
    'RecordPersonNotification',
    { method: 'NOTIFICATION_METHOD_IN_PERSON', notice: 'notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7' },
  ],
  [
    'listApplicationActions',
    'GET',
    `${APP}/history?pageSize=5&before=40`,
    undefined,
    200,
    'ListApplicationActions',
    { name: NAME, pageSize: 5, before: 40 },
  ],
  ['listNotices', 'GET', `${APP}/notices`, undefined, 200, '', {}],
  ['getSlip', 'GET', `${APP}/notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7/slip`, undefined, 200, '', {}],
  ['getDelivery', 'GET', `${APP}/delivery`, undefined, 200, 'GetDelivery', { name: `deliveries/${ID}-asp` }],
  [
    'trackApplication',
    'POST',
    '/api/v1/tracking',
    { trackingNumber: '7K2M-4QXN-8RTA-3V' },
    200,
    'TrackApplication',
    { trackingNumber: '7K2M-4QXN-8RTA-3V' },
  ],
  [
    'listDeliveries',
    'GET',
    '/api/v1/deliveries?state=acknowledged&agency=asp',
    undefined,
    200,
    'ListDeliveries',
    { state: 'DELIVERY_STATE_ACKNOWLEDGED', agency: 'agencies/asp' },
  ],
  [
    'listRefusedMessages',
    'GET',
    '/api/v1/refused-messages?topic=agency.asp.replies',
    undefined,
    200,
    'ListRefusedMessages',
    { topic: 'agency.asp.replies' },
  ],
  [
    'getAgencyActivity',
    'GET',
    '/api/v1/agencies/asp/activity',
    undefined,
    200,
    'GetAgencyActivity',
    { name: 'agencies/asp' },
  ],
  [
    'listRefusedReplies',
    'GET',
    '/api/v1/agencies/asp/refused-replies?pageSize=5',
    undefined,
    200,
    'ListRefusedReplies',
    { agency: 'agencies/asp', pageSize: 5 },
  ],
  [
    'listUncollectedResults',
    'GET',
    '/api/v1/uncollected-results?pageSize=5',
    undefined,
    200,
    'ListUncollectedResults',
    { pageSize: 5 },
  ],
  ['listDocumentHolds', 'GET', '/api/v1/document-holds', undefined, 200, 'ListHolds', {}],
  [
    'setDocumentHold',
    'POST',
    '/api/v1/document-holds',
    { application: NAME, reason: 'court' },
    200,
    'SetHold',
    { application: NAME, reason: 'HOLD_REASON_COURT' },
  ],
  ['clearDocumentHold', 'DELETE', `/api/v1/document-holds/${ID}`, undefined, 204, 'ClearHold', { application: NAME }],
  [
    'createPersonCopy',
    'POST',
    '/api/v1/person-copies',
    { idnp: '2900000000012', reason: 'person-request', evidence: 'CD-12/2026' },
    200,
    'ExportPerson',
    { idnp: '2900000000012', reason: 'COPY_REASON_PERSON_REQUEST', evidence: 'CD-12/2026', pageSize: 5 },
  ],
  [
    'updateOfflineCopy',
    'POST',
    '/api/v1/offline-copies',
    { device: ID, held: [{ application: NAME, etag: '"7"' }], pageSize: 5 },
    200,
    'UpdateOfflineCopy',
    { device: ID, held: [{ application: NAME, etag: '"7"' }], pageSize: 5 },
  ],
  [
    'recordOfflineReads',
    'POST',
    '/api/v1/offline-reads',
    { device: ID, reads: [{ application: NAME, readTime: '2026-11-29T08:42:00Z' }] },
    200,
    'RecordOfflineReads',
    { device: ID, reads: [{ application: NAME, readTime: { seconds: '1795941720', nanos: 0 } }] },
  ],
  ['listOfflineCopies', 'GET', '/api/v1/offline-copies', undefined, 200, 'ListOfflineCopies', {}],
  [
    'listEscalatedApplications',
    'GET',
    '/api/v1/escalated-applications?agency=agencies/asp&step=term-150',
    undefined,
    200,
    'ListEscalatedApplications',
    { agency: 'agencies/asp', step: 'term-150' },
  ],
  ['listUndecidedAgencies', 'GET', '/api/v1/undecided-agencies', undefined, 200, 'ListUndecidedAgencies', {}],
  [
    'assignAgency',
    'POST',
    '/api/v1/undecided-agencies',
    { application: NAME, agency: 'agencies/cnas' },
    200,
    'AssignAgency',
    { name: NAME, agency: 'agencies/cnas' },
  ],
  ['listErasures', 'GET', '/api/v1/erasures', undefined, 200, 'ListErasures', {}],
  [
    'eraseApplication',
    'POST',
    '/api/v1/erasures',
    { application: NAME, reason: 'objection' },
    200,
    'EraseApplication',
    { name: NAME, reason: 'ERASURE_REASON_OBJECTION' },
  ],
  [
    'restrictProcessing',
    'POST',
    '/api/v1/restrictions',
    { application: NAME, reason: 'legal-claim' },
    200,
    'RestrictProcessing',
    { name: NAME, reason: 'RESTRICTION_REASON_LEGAL_CLAIM' },
  ],
  ['endRestriction', 'DELETE', `/api/v1/restrictions/${ID}`, undefined, 204, 'EndRestriction', { name: NAME }],
  ['getDataState', 'GET', `/api/v1/data-states/${ID}`, undefined, 200, 'GetDataState', { name: NAME }],
  ['listDocuments', 'GET', `${APP}/documents`, undefined, 200, 'ListDocuments', { application: NAME }],
  ['getDocument', 'GET', DOCUMENT, undefined, 200, 'GetDocument', { name: DOCUMENT_NAME }],
  [
    'getDocumentContent',
    'GET',
    `${DOCUMENT}/content`,
    undefined,
    200,
    'ReadContent',
    { name: DOCUMENT_NAME, offset: '0' },
  ],
  [
    'getDocumentPreview',
    'GET',
    `${DOCUMENT}/preview`,
    undefined,
    200,
    'ReadContent',
    { name: DOCUMENT_NAME, preview: true },
  ],
  ['deleteDocument', 'DELETE', DOCUMENT, undefined, 204, 'DeleteDocument', { name: DOCUMENT_NAME }],
  ['deleteCurrentSession', 'DELETE', '/api/v1/sessions/current', undefined, 204, 'DeleteSession', {}],
];

describe('each operation calls its upstream service and responds as documented', () => {
  test.each(rows)('%s', async (_operation, method, path, body, status, call, request) => {
    const headers = { 'if-match': '"3"' };
    const { status: got, text } = await gateway.send(method, path, { headers, ...(body !== undefined && { body }) });
    expect({ status: got, text: status === got ? '' : text }).toEqual({ status, text: '' });
    if (!call) return;
    const calls = Object.values(gateway.calls)
      .flat()
      .filter((made) => made.method === call);
    expect(calls.at(-1)?.request).toMatchObject(request);
  });

  test('the table covers every operation', () => {
    const { operations } = readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile);
    expect([...rows.map(([operation]) => operation), ...TESTED_ELSEWHERE].sort()).toEqual(
      operations.map(({ id }) => id).sort(),
    );
  });

  test('a missing handler or operation prevents the start', () => {
    const { operations } = readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile);
    const parts = {
      ...readConfig({ CUPS_ENV: 'development' }),
      operations,
      log: createLog({ service: 'x', level: 'silent' }),
      metrics: createMetrics('x'),
    };
    const none = {
      sessions: undefined as never,
      agencyTokens: undefined as never,
      grants: undefined as never,
      page: undefined as never,
      contract: undefined as never,
      journalSite: undefined as never,
      identity: undefined as never,
      attempts: undefined as never,
      formOrigins: [],
      limits: undefined as never,
      admission: undefined as never,
      bodies: undefined as never,
      misses: undefined as never,
      isDraining: () => false,
    };
    const all = Object.fromEntries(operations.map(({ id }) => [id, () => ({})]));
    const { getDelivery: _one, ...fewer } = all;
    expect(() => createApp({ ...parts, ...none, handlers: fewer })).toThrow(
      /handlers without an operation: getDelivery\.$/,
    );
    expect(() => createApp({ ...parts, ...none, handlers: { ...all, dance: () => ({}) } })).toThrow(/: dance\.$/);
  });
});

describe('content of responses', () => {
  test('an Idempotency-Key in upper case is normalized', async () => {
    const key = '3F2504E0-4F89-41D3-9A0C-0305E82C3301';
    await gateway2.send('POST', `${APP}/submit`, { headers: { 'idempotency-key': key } });
    const calls = gateway2.calls.intake.filter(({ method }) => method === 'SubmitApplication');
    expect(calls.at(-1)?.request).toMatchObject({ requestId: key.toLowerCase() });
  });

  test('a created draft: 201, its location and ETag, no caching', async () => {
    const reply = await gateway2.send('POST', '/api/v1/applications', {
      body: { publicService: 'publicServices/x' },
    });
    expect(reply.status).toBe(201);
    expect(reply.get('location')).toBe(`/api/v1/applications/${ID}`);
    expect(reply.get('etag')).toBe('"3"');
    expect(reply.get('cache-control')).toBe('no-store');
    expect(reply.get('idempotent-replayed')).toBeUndefined();
  });

  test('a collection shows people by name only', async () => {
    const { body } = await gateway2.send('GET', `/api/v1/collections/${ID}`);
    const { givenName, familyName } = person(1);
    expect(body).toMatchObject({ id: ID, applicant: { givenName, familyName }, allowedActions: ['hand-over'] });
    expect(Object.keys((body as { represented: object }).represented).sort()).toEqual(['familyName', 'givenName']);
    expect(JSON.stringify(body)).not.toContain(person(1).idnp);
  });

  test('a slip is a page without scripts', async () => {
    const reply = await gateway2.send('GET', `${APP}/notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7/slip`);
    expect(reply.get('content-type')).toBe('text/html; charset=utf-8');
    expect(reply.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
    expect(reply.text).toContain('Fișă');
  });

  test('data has only the security headers that concern data', async () => {
    const answers = [await gateway2.send('GET', `/api/v1/collections/${ID}`), await gateway2.send('GET', '/api/v1/no')];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    for (const answer of answers) {
      expect(answer.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(answer.get('x-content-type-options')).toBe('nosniff');
      expect(answer.get('cross-origin-resource-policy')).toBe('same-origin');
      for (const name of ['referrer-policy', 'cross-origin-opener-policy', 'x-xss-protection', 'x-frame-options'])
        expect(answer.get(name)).toBeUndefined();
    }
  });

  test('a notice of another application is not marked as notified', async () => {
    const path = `${APP}/notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z8/person-notifications`;
    expect((await gateway2.send('POST', path, { body: { method: 'phone' } })).status).toBe(404);
    expect(gateway2.calls.intake.filter(({ method }) => method === 'RecordPersonNotification')).toEqual([]);
  });

  test('the reason for reading staff data is percent-encoded in a header', async () => {
    const path = '/api/v1/centres/CU-001/operators/ana';
    const readStaff = (reason: string) => gateway2.send('GET', path, { headers: { 'cups-reason': reason } });
    expect((await readStaff(encodeURIComponent('Tichet 12: ușă'))).status).toBe(200);
    const calls = gateway2.calls.identity.filter(({ method }) => method === 'GetOperator');
    expect(calls.at(-1)?.request).toMatchObject({ name: 'operators/ana', reason: 'Tichet 12: ușă' });
    const bad = await readStaff('%E0%A4');
    expect([bad.status, bad.body]).toMatchObject([400, { violations: [{ field: '/Cups-Reason', in: 'header' }] }]);
  });

  test('a slip of another application is not found', async () => {
    expect((await gateway2.send('GET', `${APP}/notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z8/slip`)).status).toBe(404);
  });

  test('the security headers are set, and none names the software', async () => {
    const reply = await gateway2.send('GET', '/');
    expect(reply.get('x-content-type-options')).toBe('nosniff');
    expect(reply.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(reply.get('referrer-policy')).toBe('no-referrer');
    expect(reply.get('x-powered-by')).toBeUndefined();
  });

  test('64-bit offsets are exact', async () => {
    const { body } = await gateway2.send('GET', '/api/v1/refused-messages');
    expect(body).toMatchObject({ totalSize: 1, refusedMessages: [{ offset: '9007199254740993' }] });
  });

  test('the internal port alone serves metrics', async () => {
    for (const path of ['/healthz', '/readyz']) await request(gateway2.operationsUrl).get(path).expect(200);
    await request(gateway2.operationsUrl)
      .get('/metrics')
      .expect(200, /http_requests_total\{operation="getSlip"/);
    expect((await gateway2.send('GET', '/metrics')).status).toBe(404);
  });

  let gateway2: Gateway;
  beforeAll(async () => {
    gateway2 = await startGateway();
  });
  afterAll(() => gateway2.stop());
});
