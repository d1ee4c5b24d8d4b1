import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { Application } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { Collection as CollectionMessage } from '@cups/contracts/gen/cups/intake/v1/Collection.ts';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import type { RunningService } from '@cups/process';
import type { Rpcs } from '@cups/rpc';
import { fakeService, createTestKeys, person } from '@cups/testing';
import type { TestKeys } from '@cups/testing';
import { COOKIE_KEY_SET, watchKeySet, openKeys } from '@cups/rpc';
import request from 'supertest';
import type { Response } from 'supertest';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createSessionCookie } from '../src/http/session-cookie.ts';
import { createGateway } from '../src/service.ts';
import { createFakeDocuments } from './fake-documents.ts';
import { DEVICE_RESPONSES } from './device-fixtures.ts';
import { MANDATE_RESPONSES } from './mandate-fixtures.ts';
import { AGENCY_PAGE_BRIDGE, AGENCY_PAGE_INTAKE } from './agency-page-fixtures.ts';
import { QUARANTINE_RESPONSES } from './quarantine-fixtures.ts';
import { STAFF_RESPONSES } from './staff-fixtures.ts';

/** Runs a gateway over HTTP with fake upstream services, generated from their protos. */

export const ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6';
export const NAME = `applications/${ID}`;
export const DOCUMENT_ID = '01JDZ3V7Q8R9S0T1V2W3X00001';
const timestamp = (iso: string) => ({ seconds: String(Date.parse(iso) / 1000), nanos: 0 });
export const MORNING = timestamp('2026-11-24T08:00:00Z');

/** Returns an application as intake does, with synthetic people. */
export function application(given: Partial<Application> = {}): Application {
  return {
    name: NAME,
    centre: 'centres/CU-001',
    publicService: 'publicServices/civil-status-extract',
    serviceVersion: '2025-11-01',
    serviceTitle: { ro: 'Extras de pe actul de stare civilă', ru: '', en: 'Civil-status extract' },
    agency: 'agencies/asp',
    state: 'STATE_DRAFT',
    etag: '"3"',
    createTime: MORNING,
    updateTime: MORNING,
    trackingNumber: '7K2M-4QXN-8RTA-3V',
    content: {
      applicant: person(1),
      contact: { none: true },
      mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' },
      answers: Buffer.from('{"copies":2}'),
      evidence: [{ kind: 'identity-document', number: 'A00000001', originalSeen: true }],
      delivery: { kind: 'DELIVERY_CHOICE_KIND_AT_CENTRE' },
    },
    allowedActions: ['ACTION_EDIT', 'ACTION_SUBMIT', 'ACTION_WITHDRAW', 'ACTION_RENEW'],
    openedBy: 'operators/test',
    ...given,
  };
}

const operator = {
  name: 'operators/cu-001-specialist',
  displayName: 'Ana Exemplu',
  roles: ['ROLE_SPECIALIST' as const],
  centre: 'centres/CU-001',
};

/** With everything that intake could send by mistake. */
const collection: CollectionMessage = {
  name: NAME,
  centre: 'centres/CU-002',
  serviceTitle: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
  state: 'STATE_READY',
  etag: '"4"',
  applicant: person(1),
  represented: person(2),
  decision: {
    approved: true,
    resultKind: 'electronic',
    decideTime: MORNING,
    documents: [
      {
        document: `documents/${ID}`,
        mediaType: 'application/pdf',
        size: '1000',
        sha256: 'a'.repeat(64),
        pages: 1,
      },
    ],
  },
  allowedActions: ['ACTION_HAND_OVER'],
};

export interface FakeServices {
  intake?: Partial<Rpcs<IntakeServiceDefinition>>;
  identity?: Partial<Rpcs<IdentityServiceDefinition>>;
  catalog?: Partial<Rpcs<CatalogServiceDefinition>>;
  documents?: Partial<Rpcs<DocumentsServiceDefinition>>;
  bridge?: Partial<Rpcs<AgencyBridgeServiceDefinition>>;
  notifications?: Partial<Rpcs<NotificationsServiceDefinition>>;
  journal?: Partial<Rpcs<JournalServiceDefinition>>;
}

/** A response; its body is parsed if it is JSON. */
export type TestResponse = Response;

/** Returns the session cookie as a browser sends it. */
async function sealSessionCookie(
  keys: TestKeys,
  assertion: string,
  { publicOrigin = '' }: { publicOrigin?: string },
  now = () => new Date(),
  seen = Math.floor(now().getTime() / 1000),
): Promise<string> {
  const cookieKeys = watchKeySet({ file: join(keys.dir, COOKIE_KEY_SET), name: 'cookie' });
  const cookie = createSessionCookie({ secure: publicOrigin.startsWith('https:'), keys: cookieKeys });
  const [pair = ''] = (await cookie.set({ assertion, seen }, new Date(0))).split(';');
  return pair;
}

/** Returns an empty response for each method of a service, for methods without a fake of their own. */
const emptyResponses = (service: string): Record<string, () => Promise<object>> =>
  Object.fromEntries(Object.keys(loadService<object>(service)).map((method) => [method, () => Promise.resolve({})]));

/** Starts the gateway. It checks responses against openapi.yaml, and has no limits unless a test sets them. */
export async function startGateway(
  fakes: FakeServices = {},
  settings: Partial<Omit<Config, 'addresses'>> & { intakeAddress?: string; documentsAddress?: string } = {},
  now?: () => Date,
) {
  const keys = createTestKeys();
  const writeResponse = () => Promise.resolve({ application: application(), replayed: false });
  const specialist = keys.session({ role: 'specialist', centre: 'centres/CU-001', operator: operator.name });
  const session = {
    id: specialist.session.sid,
    operator,
    createTime: MORNING,
    expireTime: timestamp('2026-11-24T16:00:00Z'),
  };
  const sealed = await sealSessionCookie(keys, specialist.token, settings, now);
  const intake = await fakeService<IntakeServiceDefinition>(
    'cups.intake.v1.IntakeService',
    {
      ...emptyResponses('cups.intake.v1.IntakeService'),
      CreateApplication: writeResponse,
      GetApplication: writeResponse,
      UpdateApplication: writeResponse,
      SubmitApplication: writeResponse,
      WithdrawApplication: writeResponse,
      SupplyDocuments: writeResponse,
      HandOverResult: writeResponse,
      ConfirmArrival: writeResponse,
      AnswerPassingOn: writeResponse,
      ChooseCollectionCentre: writeResponse,
      ChangeContact: writeResponse,
      CorrectApplication: writeResponse,
      ListCollections: () => Promise.resolve({ collections: [collection], nextPageToken: 'next' }),
      GetCollection: () => Promise.resolve({ collection }),
      ConfirmCollectionArrival: () => Promise.resolve({ collection, replayed: false }),
      HandOverCollection: () => Promise.resolve({ collection, replayed: false }),
      ConfirmOutcome: writeResponse,
      RenewApplication: writeResponse,
      RecordPayment: writeResponse,
      AddNote: writeResponse,
      SendMessage: writeResponse,
      PrepareComplaint: writeResponse,
      RecordComplaint: writeResponse,
      RecordComplaintAnswer: writeResponse,
      AssignApplication: writeResponse,
      MarkDeskAlertsSeen: writeResponse,
      RecordPersonNotification: writeResponse,
      ListApplications: () =>
        Promise.resolve({ applications: [application({ content: null })], nextPageToken: 'next' }),
      ListMandateApplications: () =>
        Promise.resolve({ applications: [application({ content: null })], nextPageToken: 'next' }),
      TrackMandateApplications: () =>
        Promise.resolve({
          applications: [
            { serviceTitle: { ro: 'Cazier' }, tracked: { state: 'STATE_IN_PROGRESS', updateTime: MORNING } },
          ],
          more: false,
        }),
      SearchApplications: () => Promise.resolve({ applications: [application({ content: null })] }),
      ListApplicationActions: () => Promise.resolve({ actions: [action] }),
      ListQueue: () => Promise.resolve(queue),
      ListQueueChanges: () => Promise.resolve(queue),
      LookUpPerson: () =>
        Promise.resolve({ applications: [], person: person(1), contact: { none: true }, personTime: MORNING }),
      GetApplicationDetails: () =>
        Promise.resolve({
          application: application(),
          actions: [action],
          lastAccess: accessLogEntry,
          accessCount: 3,
          operatorCount: 2,
        }),
      GetFiledSubmission: () => Promise.resolve(submission),
      ExportPerson: () =>
        Promise.resolve({
          copy: ID,
          applications: [
            {
              roles: ['applicant'],
              application: application(),
              actions: [action],
              submissions: [submission],
              accesses: [accessLogEntry],
            },
          ],
          unreadable: [NAME],
        }),
      RecordAccess: () => Promise.resolve({}),
      UpdateOfflineCopy: () =>
        Promise.resolve({
          files: [{ application: application(), actions: [action], olderActions: 1 }],
          removed: [NAME],
          remaining: 2,
          copyTime: MORNING,
        }),
      RecordOfflineReads: () => Promise.resolve({ recorded: 1 }),
      ListOfflineCopies: () =>
        Promise.resolve({
          copies: [
            { device: ID, operator: 'operators/x', fileCount: 3, firstCopyTime: MORNING, lastCopyTime: MORNING },
          ],
        }),
      ListAccessLogEntries: () => Promise.resolve({ entries: [accessLogEntry], nextPageToken: 'next' }),
      ...dataRights,
      ...QUARANTINE_RESPONSES,
      ...AGENCY_PAGE_INTAKE,
      GetCentreStatistics: () => Promise.resolve({ statistics }),
      GetStatistics: () => Promise.resolve({ rows: [statistics], total: { ...statistics, name: '' } }),
      TrackApplication: () =>
        Promise.resolve({
          state: 'STATE_IN_PROGRESS',
          updateTime: MORNING,
          dueDate: '2026-12-01',
          passOnTime: MORNING,
          expectedDecisionDate: '2026-12-18',
        }),
      ...fakes.intake,
    },
    { service: 'intake', keys },
  );
  const identity = await fakeService<IdentityServiceDefinition>(
    'cups.identity.v1.IdentityService',
    {
      CreateSession: () => Promise.resolve({ session, assertion: specialist.token }),
      GetSession: () => Promise.resolve({ session }),
      SwitchCentre: ({ centre: name }) =>
        Promise.resolve({ session: { ...session, centre: name }, assertion: specialist.token }),
      ListSignInProviders: () =>
        Promise.resolve({
          providers: [{ name: 'local', displayName: { ro: 'Probă', ru: 'Проба', en: 'Test' }, listsOperators: true }],
        }),
      DeleteSession: () => Promise.resolve({}),
      ListSessions: () => Promise.resolve({ sessions: [ownSession] }),
      EndSession: () => Promise.resolve({}),
      ...STAFF_RESPONSES,
      ...MANDATE_RESPONSES,
      ...DEVICE_RESPONSES,
      ListOperators: () => Promise.resolve({ operators: [operator] }),
      BatchGetOperators: ({ names }) =>
        Promise.resolve({ operators: names.map((name) => ({ name, displayName: `Test ${name}` })) }),
      GetCentre: () => Promise.resolve({ centre }),
      ListCentres: () => Promise.resolve({ centres: [centre] }),
      ...fakes.identity,
    },
    { service: 'identity', keys },
  );
  const catalog = await fakeService<CatalogServiceDefinition>(
    'cups.catalog.v1.CatalogService',
    {
      GetPublicService: () => Promise.resolve({ publicService }),
      ListPublicServices: () => Promise.resolve({ publicServices: [publicService] }),
      GetCatalog: () => Promise.resolve(catalogResponse),
      ListAgencies: () => Promise.resolve({ agencies: [catalogAgency] }),
      GetAgencyCatalog: () => Promise.resolve(agencyCatalog),
      ...fakes.catalog,
    },
    { service: 'catalog', keys },
  );
  const stored = createFakeDocuments();
  stored.add(Buffer.from('%PDF-1.7 synthetic'), { application: NAME });
  const documents = await fakeService<DocumentsServiceDefinition>(
    'cups.documents.v1.DocumentsService',
    { ...stored.rpcs, ...oversight, ...fakes.documents },
    { service: 'documents', keys },
  );
  const delivery = {
    name: `deliveries/${ID}-asp`,
    application: NAME,
    agency: 'agencies/asp',
    centre: 'centres/CU-001',
    state: 'DELIVERY_STATE_SENT' as const,
    submission: 1,
    queueTime: MORNING,
    sendTime: MORNING,
  };
  const bridge = await fakeService<AgencyBridgeServiceDefinition>(
    'cups.agencybridge.v1.AgencyBridgeService',
    {
      GetDelivery: () => Promise.resolve({ delivery }),
      ListDeliveries: () => Promise.resolve({ deliveries: [delivery] }),
      GetAgencyActivity: () =>
        Promise.resolve({
          activity: {
            agency: 'agencies/asp',
            deliveries: [{ state: 'DELIVERY_STATE_SENT', count: 2, oldestQueueTime: MORNING }],
            lastReplyTime: MORNING,
            unreadReplies: '3',
            stuckTime: MORNING,
            channel: 'pull',
            feed: {
              readTime: MORNING,
              unreadCount: 2,
              oldestUnreadTime: MORNING,
              webhook: { callTime: MORNING, failures: 3, cause: 'TIMEOUT' },
            },
          },
        }),
      ListRefusedReplies: () =>
        Promise.resolve({
          replies: [
            {
              handling: 'refused',
              cause: 'CONTENT_INVALID',
              violations: [{ field: '', rule: 'type' }],
              messageId: 'asp-1',
              type: 'md.cups.reply.decided.v1',
              application: NAME,
              topic: 'agency.asp.replies',
              partition: 0,
              offset: '7',
              lastOffset: '7',
              time: MORNING,
            },
          ],
        }),
      ListRefusedMessages: () =>
        Promise.resolve({
          messages: [
            {
              topic: 'agency.asp.replies',
              partition: 2,
              offset: '9007199254740993',
              cause: 'UNKNOWN_TYPE',
              refuseTime: MORNING,
            },
          ],
          totalSize: 1,
        }),
      ...AGENCY_PAGE_BRIDGE,
      ...fakes.bridge,
    },
    { service: 'agency-bridge', keys },
  );
  const notifications = await fakeService<NotificationsServiceDefinition>(
    'cups.notifications.v1.NotificationsService',
    {
      ListNotices: () => Promise.resolve({ notices: [notice] }),
      ExportNotices: () => Promise.resolve({ notices: [{ notice, emailAddress: 'ana@example.md' }] }),
      GetSlip: () => Promise.resolve({ html: '<!doctype html><title>Fișă</title>' }),
      ...fakes.notifications,
    },
    { service: 'notifications', keys },
  );
  const journal = await fakeService<JournalServiceDefinition>(
    'cups.journal.v1.JournalService',
    {
      ListEntries: () =>
        Promise.resolve({ entries: [loggedEntry], checkpoint: 'cups.md/journal\n42\n', nextPageToken: 'next' }),
      ...fakes.journal,
    },
    { service: 'journal', keys },
  );

  const lines: string[] = [];
  const gateway: RunningService = await createGateway(
    {
      ...readConfig({
        CUPS_ENV: 'development',
        GATEWAY_PORT: '0',
        HTTP_PORT: '0',
        KEYS_DIR: keys.dir,
        VALIDATE_RESPONSES: 'true',
      }),
      addresses: {
        intake: settings.intakeAddress ?? intake.address,
        identity: identity.address,
        catalog: catalog.address,
        documents: settings.documentsAddress ?? documents.address,
        bridge: bridge.address,
        notifications: notifications.address,
        journal: journal.address,
      },
      limits: { address: 1e6, page: 1e6, session: 1e6, agency: 1e6, tracking: 1e6, trackingTotal: 1e6, signIn: 1e6 },
      ...settings,
    },
    {
      logTo: { write: (line) => void lines.push(line) },
      // Tokens age by the clock of the test too.
      ...(now && { now, keys: openKeys({ dir: keys.dir, service: 'gateway', now }) }),
    },
  );
  const url = `http://127.0.0.1:${String(gateway['port'])}`;

  /**
   * Sends as the specialist of CU-001 unless `cookie` is given. A write gets an Idempotency-Key unless it has one.
   */
  async function send(
    method: string,
    path: string,
    given: { body?: unknown; raw?: string; headers?: Record<string, string>; cookie?: string | null } = {},
  ): Promise<TestResponse> {
    const { body, raw, cookie = sealed } = given;
    const call = request(url)[method.toLowerCase() as 'get'](path);
    if (cookie) void call.set('Cookie', cookie);
    if (method !== 'GET') void call.set('Idempotency-Key', randomUUID());
    if (body !== undefined || raw !== undefined) void call.set('Content-Type', 'application/json');
    for (const [name, value] of Object.entries(given.headers ?? {})) {
      if (value) void call.set(name, value);
      else void call.unset(name);
    }
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return content === undefined ? call : call.send(content);
  }

  return {
    url,
    operationsUrl: `http://127.0.0.1:${gateway.httpPort!}`,
    send,
    keys,
    specialist,
    session,
    /** Cookie of the specialist, as a browser sends it. */
    cookie: sealed,
    /** Returns the cookie of another assertion, last active now or at `seen` (seconds since 1970). */
    cookieOf: (assertion: string, seen?: number) => sealSessionCookie(keys, assertion, settings, now, seen),
    calls: {
      intake: intake.calls,
      identity: identity.calls,
      catalog: catalog.calls,
      documents: documents.calls,
      bridge: bridge.calls,
      journal: journal.calls,
    },
    /** What the documents service stores; at first one document, {@link DOCUMENT_ID}. */
    stored,
    log: () => lines.join(''),
    stopGateway: () => gateway.stop(),
    /** Settings of a gateway process before the same upstream services. */
    environment: {
      CUPS_ENV: 'development',
      KEYS_DIR: keys.dir,
      CATALOG_ADDRESS: catalog.address,
      IDENTITY_ADDRESS: identity.address,
      INTAKE_ADDRESS: intake.address,
      DOCUMENTS_ADDRESS: documents.address,
      AGENCY_BRIDGE_ADDRESS: bridge.address,
      NOTIFICATIONS_ADDRESS: notifications.address,
      JOURNAL_ADDRESS: journal.address,
    },
    closeIdentity: () => identity.close(),
    async stop() {
      await gateway.stop();
      await Promise.all(
        [intake, identity, catalog, documents, bridge, notifications, journal].map((fake) => fake.close()),
      );
      keys.remove();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

const centre = {
  name: 'centres/CU-001',
  displayName: 'Lozova',
  kind: 'CENTRE_KIND_TOWN_HALL' as const,
  wave: 'pilot',
  status: 'CENTRE_STATUS_ACTIVE' as const,
  district: 'Strășeni',
  country: 'MD',
  timeZone: 'Europe/Chisinau',
  languages: ['ro', 'ru', 'en'],
  agencies: ['agencies/asp', 'agencies/cnas'],
  openApplicationLimit: 0,
  etag: 'e1',
};

/** A synthetic session, as in the list of own sessions. */
const ownSession = {
  id: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z9',
  provider: 'local',
  createTime: MORNING,
  expireTime: MORNING,
  centre: 'centres/CU-001',
  current: true,
};

const action = {
  kind: 'submit',
  actor: operator.name,
  occurTime: MORNING,
  recordTime: MORNING,
  cause: randomUUID(),
  fromState: 'STATE_DRAFT' as const,
  toState: 'STATE_SUBMITTED' as const,
  submission: 1,
};

const loggedEntry = {
  index: '41',
  text: '{"action":"read-details"}',
  salt: Buffer.alloc(16, 1),
  proof: [Buffer.alloc(32, 2)],
  entry: { resource: NAME, action: 'read-details', actor: operator.name, centre: 'centres/CU-001', ground: 'session' },
  source: 'intake',
  time: MORNING,
};

const accessLogEntry = {
  operator: operator.name,
  accessTime: MORNING,
  kind: 'ACCESS_KIND_DETAILS' as const,
  centre: 'centres/CU-001',
};

const queue = {
  applications: [application({ content: null, buckets: ['BUCKET_TODAY', 'BUCKET_READY'], sinceTime: MORNING })],
  counts: [{ bucket: 'BUCKET_TODAY' as const, count: 1 }],
  cursor: 'cTE',
  nextPageToken: 'next',
};

const submission = {
  name: `${NAME}/submissions/1`,
  submitTime: MORNING,
  content: { applicant: person(1), answers: Buffer.from('{"copies":1}') },
  publicService: 'publicServices/civil-status-extract',
  serviceVersion: '2025-11-01',
  serviceTitle: { ro: 'Extras' },
  agency: 'agencies/asp',
  centre: 'centres/CU-001',
  centreName: 'Lozova',
  trackingNumber: '0000-0000-0000-00',
  formSchema: Buffer.from('{"type":"object"}'),
};

const hold = {
  application: NAME,
  reason: 'HOLD_REASON_COURT' as const,
  operator: 'operators/supervisor',
  holdTime: MORNING,
};
const uncollected = {
  application: NAME,
  centre: 'centres/CU-001',
  agency: 'agencies/asp',
  resultTime: MORNING,
  reportTime: MORNING,
};
const undecided = {
  application: NAME,
  centre: 'centres/CU-001',
  publicService: 'publicServices/civil-status-extract',
  agency: 'agencies/asp',
  competentAgency: 'agencies/cnas',
  cause: 'circle',
  passTime: MORNING,
  formerAgencies: [{ agency: 'agencies/asp', passTime: MORNING }],
  etag: '"3"',
};
const escalated = {
  application: NAME,
  centre: 'centres/CU-001',
  publicService: 'publicServices/civil-status-extract',
  agency: 'agencies/asp',
  step: 'term-150',
  time: MORNING,
  dueDate: '2026-11-20',
  reminders: 3,
  complaintDate: '2026-11-24',
  agencyEmail: 'office@asp.example',
};
const erasure = {
  application: NAME,
  centre: 'centres/CU-001',
  rule: 'closed-applications',
  cause: 'requested',
  startTime: MORNING,
  eraseTime: MORNING,
  topicEnds: [{ topic: 'cups.deliveries', day: '2026-12-31' }],
};
const restriction = {
  reason: 'RESTRICTION_REASON_LEGAL_CLAIM' as const,
  operator: 'operators/supervisor',
  restrictTime: MORNING,
};
const refusal = {
  cause: 'open',
  rule: 'closed-applications',
  source: 'Law 234/2021',
  sentence: { ro: 'Nu', ru: 'Нет', en: 'No' },
};
/** Answers of intake to supervisors about the rights of a person. */
const dataRights: Partial<Rpcs<IntakeServiceDefinition>> = {
  ListEscalatedApplications: () => Promise.resolve({ applications: [escalated], nextPageToken: '' }),
  ListUndecidedAgencies: () => Promise.resolve({ applications: [undecided], nextPageToken: '' }),
  AssignAgency: ({ agency }: { agency: string }) => Promise.resolve({ agency, replayed: false }),
  ListErasures: () => Promise.resolve({ erasures: [erasure], nextPageToken: '' }),
  EraseApplication: () => Promise.resolve({ erasure, replayed: false }),
  RestrictProcessing: () => Promise.resolve({ restriction, replayed: false }),
  EndRestriction: () => Promise.resolve({}),
  GetDataState: () => Promise.resolve({ state: 'STATE_SUBMITTED', rule: 'closed-applications', restriction, refusal }),
};
/** Answers of documents to supervisors. */
const oversight: Partial<Rpcs<DocumentsServiceDefinition>> = {
  SetHold: () => Promise.resolve({ hold, replayed: false }),
  ClearHold: () => Promise.resolve({}),
  ListHolds: () => Promise.resolve({ holds: [hold], nextPageToken: '' }),
  ListUncollectedResults: () => Promise.resolve({ results: [uncollected], nextPageToken: 'next' }),
};
const statistics = { name: 'centres/CU-001', filed: 4, open: 1, approved: 2, deskSeconds: '600' };

const notice = {
  name: 'notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7',
  application: NAME,
  kind: 'application-submitted',
  channel: 'CHANNEL_SLIP' as const,
  language: 'ro',
  subject: 'Cererea a fost depusă',
  text: 'Cererea a fost depusă.',
  state: 'NOTICE_STATE_SENT' as const,
  createTime: MORNING,
  sendTime: MORNING,
};

const publicService = {
  name: 'publicServices/civil-status-extract',
  stateCode: '',
  fileable: true,
  versions: [{ version: '2025-11-01', validFrom: '2025-11-01', validTo: '' }],
  version: {
    publicService: 'publicServices/civil-status-extract',
    version: '2025-11-01',
    validFrom: '2025-11-01',
    title: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
    provider: 'agencies/asp',
    centreKinds: ['CENTRE_KIND_TOWN_HALL' as const, 'CENTRE_KIND_MISSION' as const],
    evidence: [
      { kind: 'identity-document', title: { ro: 'Act de identitate' }, required: true },
      {
        kind: 'power-of-attorney',
        title: { ro: 'Procură' },
        required: true,
        accepts: ['EVIDENCE_PROOF_VERIFICATION_CODE' as const],
        when: { mandates: ['notarial'] },
      },
      {
        kind: 'marriage-certificate',
        title: { ro: 'Certificat' },
        required: true,
        when: { answer: { field: 'recordKind', values: ['marriage'] } },
      },
    ],
    costOptions: [
      {
        code: 'ordinary',
        title: { ro: 'Ordinar' },
        fee: { amountMinor: '4700', currencyCode: 'USD' },
        plusStateFee: false,
        term: { amount: 0, unit: 'TERM_UNIT_WORKING_DAYS' as const, from: 'TERM_START_SUBMISSION' as const },
        centreKinds: ['CENTRE_KIND_MISSION' as const],
        countries: ['US'],
      },
      {
        code: 'urgent',
        title: { ro: 'Urgent' },
        feeNote: { ro: 'fără tarif indicat' },
        termNote: { ro: 'termen necunoscut' },
      },
    ],
    reductions: [{ code: 'veteran', title: { ro: 'Veteran' }, legalReason: 'HG 966/2020' }],
    outputs: [{ kind: 'OUTPUT_KIND_ELECTRONIC' as const, title: { ro: 'Extras electronic' } }],
    formSchema: Buffer.from('{"type":"object"}'),
    example: Buffer.from('{"copies":1}'),
    unsourcedFields: ['title.ru'],
  },
};
const catalogAgency = {
  name: 'agencies/asp',
  displayName: { ro: 'Agenția Servicii Publice', ru: 'АГУ', en: 'Public Services Agency' },
  timeZone: 'Europe/Chisinau',
  workingDays: ['mon', 'fri'],
  opens: '08:00',
  closes: '17:00',
  calendar: 'holidays-md',
  acceptsForeignDocuments: true,
  channel: 'page',
};
const evidenceKinds = [{ kind: 'identity-document', title: { ro: 'Act de identitate' } }];
const agencyCatalog = {
  agency: catalogAgency,
  evidenceKinds,
  ownEvidenceKinds: ['identity-document'],
  rejectionTemplates: [
    {
      code: 'no-record',
      title: { ro: 'Nu există', ru: 'Нет', en: 'No record' },
      text: { ro: 'Nu există: {data}.', ru: 'Нет: {data}.', en: 'No record: {data}.' },
      placeholders: [{ code: 'data', title: { ro: 'ce', ru: 'что', en: 'what' } }],
    },
  ],
  appealTemplates: [],
};
const catalogResponse = {
  agencies: [catalogAgency],
  evidenceKinds,
  publicServices: [publicService],
  calendars: [
    { code: 'holidays-md', firstYear: 2026, lastYear: 2026, days: [{ date: '2026-01-01', title: 'Anul Nou' }] },
  ],
};
