import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idnp } from '@cups/testing';
import { readConfig } from '../src/config.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';
import { application, ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/**
 * Every response with personal data of an applicant has an entry in intake's access log, written before the response.
 */

const APP = `/api/v1/applications/${ID}`;
const NOTICE = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z7';

/** Reads of personal data, and the intake call that writes the entry. Intake's tests check that each does. */
const RECORDED: Record<string, [method: string, path: string, by: string, body?: object]> = {
  listApplications: ['GET', '/api/v1/applications', 'ListApplications'],
  searchApplications: ['POST', '/api/v1/applications/search', 'SearchApplications', { query: idnp(1) }],
  lookUpPerson: ['POST', '/api/v1/persons/lookup', 'LookUpPerson', { idnp: idnp(1) }],
  listMandateApplications: ['GET', `/api/v1/mandates/${NOTICE}/applications`, 'ListMandateApplications'],
  listCollections: ['GET', '/api/v1/collections', 'ListCollections'],
  getCollection: ['GET', `/api/v1/collections/${ID}`, 'GetCollection'],
  listQueue: ['GET', '/api/v1/queue', 'ListQueue'],
  listQueueChanges: ['GET', '/api/v1/queue/changes?cursor=cTE', 'ListQueueChanges'],
  getApplication: ['GET', APP, 'GetApplication'],
  getApplicationDetails: ['GET', `${APP}/details`, 'GetApplicationDetails'],
  listApplicationActions: ['GET', `${APP}/history`, 'ListApplicationActions'],
  getSubmission: ['GET', `${APP}/submissions/1`, 'GetFiledSubmission'],
  listNotices: ['GET', `${APP}/notices`, 'RecordAccess'],
  getSlip: ['GET', `${APP}/notices/${NOTICE}/slip`, 'RecordAccess'],
  getDelivery: ['GET', `${APP}/delivery`, 'GetApplication'],
  updateOfflineCopy: ['POST', '/api/v1/offline-copies', 'UpdateOfflineCopy', { device: ID, held: [] }],
  recordOfflineReads: [
    'POST',
    '/api/v1/offline-reads',
    'RecordOfflineReads',
    { device: ID, reads: [{ application: NAME, readTime: '2026-11-29T08:42:00Z' }] },
  ],
  getQuarantinedAct: ['GET', `/api/v1/quarantined-acts/${ID}`, 'GetQuarantinedAct'],
  releaseQuarantinedAct: ['POST', `/api/v1/quarantined-acts/${ID}/release`, 'GetQuarantinedAct'],
  createPersonCopy: [
    'POST',
    '/api/v1/person-copies',
    'ExportPerson',
    { idnp: idnp(1), reason: 'court', evidence: '4-17/26' },
  ],
};

/** All other operations, and why they write no entry. */
const UNRECORDED: Record<string, string[]> = {
  'the write is in the history of the application, with who did it': [
    ...['createApplication', 'updateApplication', 'submitApplication', 'withdrawApplication', 'supplyDocuments'],
    ...[
      'handOverResult',
      'confirmArrival',
      'answerPassingOn',
      'assignAgency',
      ...[
        'chooseCollectionCentre',
        'changeContact',
        'correctApplication',
        'confirmCollectionArrival',
        'handOverCollection',
      ],
      'confirmOutcome',
      'renewApplication',
      'recordPayment',
      'addNote',
      'sendMessage',
      'prepareComplaint',
      'recordComplaint',
      'recordComplaintAnswer',
      'assignApplication',
    ],
    ...['markDeskAlertsSeen', 'recordNoticePersonNotification', 'recordPersonNotification'],
  ],
  'shows operators, of whom identity logs each read (personal-data-read), and support its reason in their history': [
    ...['listCentreOperators', 'getCentreOperator', 'listOperatorActions', 'listStaff', 'getStaff', 'listStaffActions'],
    ...[
      'inviteOperator',
      'updateOperatorRoles',
      'suspendOperator',
      'reinstateOperator',
      'removeOperator',
      'setAbsence',
      'endAbsence',
    ],
    ...['listDevices', 'revokeDevice'],
    ...['inviteStaff', 'updateStaffRoles', 'suspendStaff', 'reinstateStaff', 'removeStaff'],
    ...['listAccessLogEntries', 'getAccessLogPrintout', 'listJournalEntries'],
  ],
  'shows who is signed in to themselves, or the synthetic operators of the local provider': [
    ...['createSession', 'getCurrentSession', 'deleteCurrentSession', 'listSessions', 'endSession', 'switchCentre'],
    ...['listOperators', 'listSignInProviders'],
    ...['contactDevice', 'deleteDevice'],
  ],
  'reads what was filed with the agency, which intake records: see its agency-clerk.test.ts': [
    ...['listAgencyQueue', 'getAgencyDelivery'],
  ],
  'answers for an agency without showing content, and is in the history of the application': [
    ...['assignDelivery', 'createReply'],
  ],
  'shows state and dates only, to whoever holds the number': ['trackApplication'],
  'shows public services, states and dates, to whoever holds the code': ['trackMandateApplications'],
  'shows a mandate to whoever holds its code, of which identity logs each read': ['trackMandate', 'endMandate'],
  'shows people of mandates, of whom identity logs each read (personal-data-read)': [
    ...['listMandates', 'searchMandates', 'createMandate', 'getMandate', 'revokeMandate', 'recordMandatePrinted'],
    ...['printMandate', 'issueMandateCode', 'mailMandateCode', 'confirmMandateCode'],
  ],
  'shows names of resources, states, times and counts': [
    ...[
      'getStatistics',
      'getCentreStatistics',
      'getStatisticsCsv',
      'listDeliveries',
      'listRefusedMessages',
      'listRefusedReplies',
    ],
    ...[
      'getAgencyActivity',
      'listAgencyWorkload',
      'listUncollectedResults',
      'listDocumentHolds',
      'countMandates',
      'getMandateCode',
    ],
    ...[
      'listErasures',
      'listUndecidedAgencies',
      'listEscalatedApplications',
      'getDataState',
      'listOfflineCopies',
      'listQuarantinedActs',
      'rejectQuarantinedAct',
      'listChainBreaks',
    ],
  ],
  'changes what is erased, and is recorded in the hold with its operator': ['setDocumentHold', 'clearDocumentHold'],
  'uses a right of a person without showing content, and is in the history of the application': [
    'eraseApplication',
    'restrictProcessing',
    'endRestriction',
  ],
  'sends requests to their agency, of which the bridge has a journal entry each, as over Kafka': ['listAgencyRequests'],
  'shows what the caller sent': [
    ...['handInActs', 'handInOwnActs', 'handInSealedActs', 'receiveAgencyReply'],
    ...['createResultDocument', 'createDeliveryDocument'],
    'createUpload',
    'appendUpload',
    'deleteUpload',
    'deleteDocument',
  ],
  'is recorded after documents has named the application: see documents.test.ts and agency-api.test.ts': [
    ...['getDocumentContent', 'getDocumentPreview', 'getAgencyDocument', 'getDeliveryDocumentContent'],
    ...['listDocuments', 'getDocument', 'getUpload', 'getAgencyDocumentStatus', 'getDeliveryDocument'],
  ],
  'is public': [
    ...['getHealth', 'getReadiness', 'getOpenapi', 'getCatalog', 'listCentres', 'getCentre', 'listPublicServices'],
    ...['getPublicService', 'listWebhookKeys', 'listAgencies', 'getAgencyCatalog'],
  ],
};

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());
const recorded = () => gateway.calls.intake.filter(({ method }) => method === 'RecordAccess');

test('every operation writes an entry or has a reason not to', () => {
  const { operations } = readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile);
  const named = [...Object.keys(RECORDED), ...Object.values(UNRECORDED).flat()];
  expect(operations.map(({ id }) => id).sort()).toEqual(named.sort());
});

test.each(Object.entries(RECORDED))('%s is recorded by intake before any other upstream call', async (_id, asked) => {
  const [method, path, by, body] = asked;
  const before = gateway.calls.intake.length;
  const reply = await gateway.send(method, path, body && { body });
  expect(reply.status).toBe(200);
  expect(gateway.calls.intake.slice(before).map((call) => call.method)[0]).toBe(by);
});

test('data of other services is withheld when the entry cannot be written', async () => {
  const unresponsive = await startGateway({ intake: { RecordAccess: () => new Promise(() => {}) } }, { budgetMs: 500 });
  try {
    for (const path of [`${APP}/notices`, `${APP}/notices/${NOTICE}/slip`]) {
      const reply = await unresponsive.send('GET', path);
      expect([reply.status, reply.text]).toEqual([504, expect.not.stringContaining('Cererea')]);
    }
  } finally {
    await unresponsive.stop();
  }
});

test('notices and slips are recorded under their own kinds', async () => {
  const before = recorded().length;
  await gateway.send('GET', `${APP}/notices`);
  await gateway.send('GET', `${APP}/notices/${NOTICE}/slip`);
  const kinds = recorded()
    .slice(before)
    .map(({ request }) => request);
  expect(kinds).toMatchObject([
    { name: NAME, kind: 'ACCESS_KIND_NOTICES' },
    { name: NAME, kind: 'ACCESS_KIND_SLIP' },
  ]);
});

describe('a polling page', () => {
  const state = { accessCount: 1, revision: 1 };
  let polled: Gateway;
  const details = (headers: Record<string, string>) => polled.send('GET', `${APP}/details`, { headers });
  const entries = () => polled.calls.intake.filter(({ method }) => method === 'RecordAccess').length;
  beforeAll(async () => {
    polled = await startGateway({
      intake: {
        GetApplicationDetails: () =>
          Promise.resolve({
            application: application({ etag: `"${state.revision}"` }),
            accessCount: state.accessCount++,
          }),
      },
    });
  });
  afterAll(() => polled.stop());

  test.each(['cups-poll', 'cups-background'])('writes no entry by %s when the response is 304', async (header) => {
    const shown = await details({});
    const etag = shown.get('etag')!;
    expect(polled.calls.intake.at(-1)?.request).toMatchObject({ recordLater: false });
    const before = entries();
    expect((await details({ [header]: '?1', 'if-none-match': etag })).status).toBe(304);
    expect(polled.calls.intake.at(-1)?.request).toMatchObject({ recordLater: true });
    expect(entries()).toBe(before);
    state.revision++;
    const changed = await details({ [header]: '?1', 'if-none-match': etag });
    expect([changed.status, entries()]).toEqual([200, before + 1]);
    // An unconditional request shows everything.
    expect([(await details({ [header]: '?1' })).status, entries()]).toEqual([200, before + 2]);
  });

  test('a search for a person is recorded by intake, also for 304', async () => {
    const etag = (await details({})).get('etag')!;
    expect((await details({ 'if-none-match': etag })).status).toBe(304);
    expect(polled.calls.intake.at(-1)?.request).toMatchObject({ recordLater: false });
  });
});
