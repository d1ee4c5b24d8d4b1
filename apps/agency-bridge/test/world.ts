import type { Event, ReceivedEvent } from '@cups/contracts';
import { toMessage } from '@cups/agency-contract';
import type { ReplyData, ReplyEvent, ReplyType } from '@cups/agency-contract';
import { newUlid } from '@cups/contracts/node';
import { eventCodec, messageType, toTimestamp } from '@cups/contracts/proto';
import type { AnyEvent } from '@cups/contracts/gen/cups/intake/v1/AnyEvent.ts';
import type { ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { State } from '@cups/contracts/gen/cups/intake/v1/State.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { Delivery__Output } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import type { Document } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { ReleaseDocumentsRequest } from '@cups/contracts/gen/cups/documents/v1/ReleaseDocumentsRequest.ts';
import type { DocumentsEvents } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import type { GetAgencyMessageResponse } from '@cups/contracts/gen/cups/intake/v1/GetAgencyMessageResponse.ts';
import type { GetSubmissionResponse } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { ensureTopics } from '@cups/events';
import { Problem } from '@cups/problem';
import type { RunningService } from '@cups/process';
import { openStore } from '@cups/store';
import {
  clientFor,
  createEvent,
  fakeService,
  captureLog,
  createTestKeys,
  eventually,
  person,
  testInfrastructure,
  produceRaw,
  syntheticMandate,
} from '@cups/testing';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createAgencyBridge } from '../src/service.ts';
import type { StoredTestOverrides as Overrides } from '@cups/backend/stored';

export const AGENCIES = ['asp', 'cnas'];
const DATA = join(import.meta.dirname, '../../../data');
const CENTRE = 'centres/CU-001';

/** Opens the environment of a bridge: fresh topics and store, a fake intake, and agencies played by the test. */
export async function openWorld(own: { brokers?: string[] } = {}) {
  const infrastructure = { ...testInfrastructure(), ...own };
  const keys = createTestKeys();
  const data = mkdtempSync(join(tmpdir(), 'cups-bridge-'));
  const folderOf = (codes: string[]) => join(data, codes.join('+'));
  const log = captureLog('agency-bridge');
  await ensureTopics({
    brokers: infrastructure.brokers,
    prefix: infrastructure.prefix,
    partitions: 3,
    agencies: AGENCIES,
  });

  const submissions = new Map<string, GetSubmissionResponse>();
  const messages = new Map<string, GetAgencyMessageResponse>();
  const served = new Set<string>();
  const ownApplications = new Set<string>();
  const broken = new Set<string>();
  const state = { isUnavailable: false };
  const intake = await fakeService<IntakeServiceDefinition>(
    'cups.intake.v1.IntakeService',
    {
      async GetSubmission({ name, training }) {
        if (state.isUnavailable)
          throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The fake is unavailable.' });
        if (broken.has(name)) throw new Error('The fake cannot read it.');
        const found = submissions.get(name);
        if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Submission not found.' });
        if ((found.training ?? false) !== training)
          throw new Problem({ reason: 'TRAINING_MISMATCH', message: 'Other.' });
        served.add(name);
        return found;
      },
      async GetAgencyMessage({ name, training }) {
        if (state.isUnavailable)
          throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The fake is unavailable.' });
        const found = messages.get(name);
        if (!found || training) throw new Problem({ reason: 'NOT_FOUND', message: 'Message not found.' });
        return found;
      },
      async CheckAgencyAct({ name }) {
        if (ownApplications.has(name)) throw new Problem({ reason: 'OWN_APPLICATION', message: 'The fake says so.' });
        return {};
      },
    },
    { service: 'intake', keys },
  );

  const documents = await fakeDocuments(keys);
  const running = new Set<RunningService>();
  const clients: { close(): void }[] = [];

  return {
    infrastructure,
    keys,
    log,
    submissions,
    /** Messages of desks that intake returns, by name. */
    messages,
    /** Names of the submissions that intake returned. */
    served,
    /** Names of the applications that are the caller's own. */
    ownApplications,
    /** Names of the submissions that intake cannot read, while it reads the others. */
    broken,
    /** The documents that the fake service has, and its calls. */
    documents,
    /** Opens the store of the bridge beside it. The test closes it. */
    async openStore() {
      const { mongoUri: uri, prefix } = infrastructure;
      const store = openStore({ uri, database: `${prefix}cups-agency-bridge`, log: captureLog('test').log });
      await eventually(() => store.ready());
      return store;
    },
    /** Makes intake unavailable, or available again. */
    setUnavailable(isUnavailable: boolean): void {
      state.isUnavailable = isUnavailable;
    },

    /** Creates a data folder with files of these agencies. */
    dataFor(codes: string[]): string {
      mkdirSync(join(folderOf(codes), 'agencies'), { recursive: true });
      for (const code of codes) this.addAgency(folderOf(codes), code);
      return folderOf(codes);
    },
    addAgency(dataDir: string, code: string): void {
      const text = readFileSync(join(DATA, 'agencies', 'asp.yaml'), 'utf8').replace('code: asp', `code: ${code}`);
      // The system of cnas reads no messages of desks.
      const own = code === 'cnas' ? text.replace('acceptsMessages: true', '') : text;
      writeFileSync(join(dataDir, 'agencies', `${code}.yaml`), own);
    },
    /** Sets members of an agency's file, which running bridges read again. Undefined removes one. */
    changeAgency(dataDir: string, code: string, members: Readonly<Record<string, unknown>>): void {
      const file = join(dataDir, 'agencies', `${code}.yaml`);
      const changed = new RegExp(`^(${Object.keys(members).join('|')}): .*\\n`, 'gm');
      const lines = Object.entries(members)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
      writeFileSync(file, `${readFileSync(file, 'utf8').replace(changed, '')}\n${lines.join('')}`);
    },
    /** Creates an application of this agency whose submission intake returns, before the bridge receives its event. */
    fileable(agency: string, more: Partial<GetSubmissionResponse> = {}) {
      const application = newApplication(agency, more.training ?? false);
      const submission = submissionOf(application.name, 1, { agency: `agencies/${agency}`, ...more });
      submissions.set(`${application.name}/submissions/1`, submission);
      return application;
    },

    async start(changes: Partial<Config> = {}, overrides: Overrides = {}): Promise<RunningService> {
      const config: Config = {
        ...readConfig({ CUPS_ENV: 'development', CUPS_PREFIX: infrastructure.prefix, KEYS_DIR: keys.dir }),
        dataDir: this.dataFor(AGENCIES),
        mongoUri: infrastructure.mongoUri,
        kafkaBrokers: infrastructure.brokers,
        grpcPort: 0,
        httpPort: 0,
        intakeAddress: intake.address,
        intakeTimeoutMs: 1_000,
        documentsAddress: documents.address,
        documentsTimeoutMs: 1_000,
        timerPollMs: 100,
        ...changes,
      };
      const write = (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>);
      const bridge = await createAgencyBridge(config, { logTo: { write }, ...overrides });
      running.add(bridge);
      return bridge;
    },
    async stop(bridge: RunningService): Promise<void> {
      running.delete(bridge);
      await bridge.stop();
    },

    /** Returns a gateway client with a session of this role. */
    client(bridge: RunningService, claims: Parameters<typeof keys.session>[0]) {
      const client = clientFor<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService', {
        address: `127.0.0.1:${bridge.grpcPort}`,
        keys,
        from: 'gateway',
        to: 'agency-bridge',
        sessionToken: keys.session(claims).token,
      });
      clients.push(client);
      return client;
    },
    /** Returns a client of the ops CLI. */
    operator(bridge: RunningService) {
      const client = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
        address: `127.0.0.1:${bridge.grpcPort}`,
        keys,
        from: 'ops',
        to: 'agency-bridge',
      });
      clients.push(client);
      return client;
    },
    /** Returns the delivery as its centre's desk sees it. */
    async delivery(bridge: RunningService, name: string): Promise<Delivery__Output> {
      const { delivery } = await this.client(bridge, { role: 'specialist', centre: CENTRE }).getDelivery({ name });
      if (!delivery) throw new Error('the response has no delivery');
      return delivery;
    },

    /** Sends messages of an agency. */
    async reply(agency: string, ...messages: ReturnType<typeof toMessage>[]): Promise<void> {
      await produceRaw(infrastructure, `agency.${agency}.replies`, messages);
    },
    /** Sends messages of a simulator in trainings. */
    async replyInTraining(...messages: ReturnType<typeof toMessage>[]): Promise<void> {
      await produceRaw(infrastructure, 'training.replies', messages);
    },

    async close(): Promise<void> {
      for (const client of clients) client.close();
      for (const bridge of running) await bridge.stop();
      await intake.close();
      await documents.close();
      keys.remove();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Serves documents whose state the test sets. */
async function fakeDocuments(keys: ReturnType<typeof createTestKeys>) {
  const known = new Map<string, Document>();
  const released: ReleaseDocumentsRequest[] = [];
  const asked: string[] = [];
  const state = { isUnavailable: false };
  const findAvailable = (name: string) => {
    if (state.isUnavailable) throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The fake is unavailable.' });
    return known.get(name) ?? { name, state: 'STATE_REFUSED' as const, refusal: 'DOCUMENT_UNKNOWN' };
  };
  const service = await fakeService<DocumentsServiceDefinition>(
    'cups.documents.v1.DocumentsService',
    {
      async ReleaseDocuments(request) {
        const found = request.documents.map(({ name }) => findAvailable(name));
        released.push(request);
        return { documents: found };
      },
      async AcceptResultDocuments({ documents }) {
        const found = documents.map(findAvailable);
        asked.push(...documents);
        for (const { state: now } of found) {
          const message = 'The fake refuses the document.';
          if (now === 'STATE_CHECKING') throw new Problem({ reason: 'DOCUMENT_NOT_READY', message });
          if (now !== 'STATE_READY') throw new Problem({ reason: 'RESULT_DOCUMENT_INVALID', message });
        }
        return { documents: found };
      },
    },
    { service: 'documents', keys },
  );
  return {
    address: service.address,
    known,
    /** Requests to release documents that were answered. */
    released,
    /** Documents that results named, while the service was available. */
    asked,
    setUnavailable(isUnavailable: boolean): void {
      state.isUnavailable = isUnavailable;
    },
    close: () => service.close(),
  };
}

const documentsEvents = eventCodec<DocumentsEvents>('cups.documents.v1');

/** Creates an event of cups.documents about a document of an application. */
export function documentEvent(
  type: 'DocumentChecked' | 'DocumentRefused' | 'DocumentErased',
  document: string,
  application: string,
): Event {
  const ref = {
    document,
    application,
    centre: CENTRE,
    purpose: 'PURPOSE_EVIDENCE' as const,
    kind: 'identity-document',
  };
  return createEvent({
    topic: 'cups.documents',
    key: application.slice('applications/'.length),
    type: `cups.documents.v1.${type}`,
    subject: document,
    sequence: 1,
    source: '/cups/documents',
    correlationId: crypto.randomUUID(),
    data: documentsEvents.encode({ type: `cups.documents.v1.${type}`, data: { ref } }),
  });
}

/** Returns a checked document, or one in another state. */
export function documentOf(application: string, more: Omit<Document, 'name'> = {}) {
  return {
    name: `documents/${newUlid(new Date())}`,
    application,
    kind: 'identity-document',
    state: 'STATE_READY' as Document['state'],
    uploadSha256: 'a'.repeat(64),
    mediaType: 'application/pdf',
    size: '1234',
    sha256: 'b'.repeat(64),
    pages: 2,
    scan: 'SCAN_CLEAN' as const,
    ...more,
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

let people = 0;

const MANDATE = syntheticMandate({ person: 1 });

/** Creates an immutable submission of a synthetic person. */
export function submissionOf(
  application: string,
  number = 1,
  more: Partial<GetSubmissionResponse> = {},
): GetSubmissionResponse {
  people += 1;
  return {
    name: `${application}/submissions/${number}`,
    withdrawn: false,
    centre: CENTRE,
    centreName: 'Primăria Exemplu',
    centreKind: 'town-hall',
    publicService: 'publicServices/civil-status-extract',
    serviceVersion: '2026-01-01',
    serviceTitle: { ro: 'Extras de stare civilă', ru: 'Выписка', en: 'Civil-status extract' },
    agency: 'agencies/asp',
    content: {
      applicant: person(people),
      mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE', name: MANDATE },
      answers: Buffer.from('{"copies":1,"recordKind":"birth"}'),
      evidence: [
        { kind: 'identity-document', number: 'B00000001', originalSeen: true },
        { kind: 'birth-certificate', verificationCode: 'K7Q2-XM4P' },
      ],
      costOption: 'standard',
      delivery: { kind: 'DELIVERY_CHOICE_KIND_AT_CENTRE' },
    },
    submitTime: toTimestamp(new Date('2026-03-02T08:00:00Z')),
    dueDate: '2026-03-09',
    fee: { amountMinor: '4500', currencyCode: 'MDL' },
    frozenMandate: {
      name: MANDATE,
      grantTime: toTimestamp(new Date('2026-03-02T07:55:00Z')),
      expireTime: toTimestamp(new Date('2027-03-02T07:55:00Z')),
      textVersion: '1',
      textSha256: 'a'.repeat(64),
    },
    ...more,
  };
}

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** Names of intake's events without their package. */
export type EventName = IntakeEvent['type'] extends infer Type
  ? Type extends `cups.intake.v1.${infer Name}`
    ? Name
    : never
  : never;
export type Fields<Name extends string> = Extract<IntakeEvent, { type: `cups.intake.v1.${Name}` }>['data'];

/**
 * Creates an application and generates its intake events, sequenced from 1.
 * @param from an application that went to this agency, and the sequence of its last event
 */
export function newApplication(agency = 'asp', training = false, from?: { id: string; sequence: number }) {
  const id = from?.id ?? newUlid(new Date());
  const name = `applications/${id}`;
  let sequence = from?.sequence ?? 0;
  const refIn = (state: ApplicationRef['state']): ApplicationRef => ({
    application: name,
    centre: CENTRE,
    agency: `agencies/${agency}`,
    publicService: 'publicServices/civil-status-extract',
    state,
    training,
  });
  const toEvent = (type: string, data: Buffer): Event => {
    sequence += 1;
    return createEvent({
      topic: 'cups.applications',
      key: id,
      type: `cups.intake.v1.${type}`,
      subject: name,
      sequence,
      source: '/cups/intake',
      correlationId: crypto.randomUUID(),
      data,
    });
  };
  function intakeEvent<Name extends EventName>(
    type: Name,
    fields: Fields<Name>,
    state: ApplicationRef['state'],
  ): Event {
    const event = { type: `cups.intake.v1.${type}`, data: { ref: refIn(state), ...fields } } as IntakeEvent;
    return toEvent(type, intakeEvents.encode(event));
  }
  const now = () => toTimestamp(new Date());
  return {
    id,
    name,
    delivery: `deliveries/${id}-${agency}`,
    submitted: () =>
      intakeEvent(
        'ApplicationSubmitted',
        { submission: `${name}/submissions/1`, submitTime: now() },
        'STATE_SUBMITTED',
      ),
    supplied: (number: number, answersRequest: string) =>
      intakeEvent(
        'DocumentsSupplied',
        { submission: `${name}/submissions/${number}`, answersRequest },
        'STATE_IN_PROGRESS',
      ),
    withdrawn: (fromState: State = 'STATE_SUBMITTED') =>
      intakeEvent('ApplicationWithdrawn', { fromState, withdrawTime: now() }, 'STATE_WITHDRAWN'),
    expired: (fromState: State = 'STATE_DOCUMENTS_REQUESTED') =>
      intakeEvent('ApplicationExpired', { fromState, expireTime: now() }, 'STATE_EXPIRED'),
    corrected: (number: number) =>
      intakeEvent('ApplicationCorrected', { submission: `${name}/submissions/${number}` }, 'STATE_IN_PROGRESS'),
    /** The application went to this agency, which another one or this one passed on. */
    passedOn: (number: number, formerAgency: string) =>
      intakeEvent(
        'ApplicationPassedOn',
        { formerAgency: `agencies/${formerAgency}`, submission: `${name}/submissions/${number}` },
        'STATE_SUBMITTED',
      ),
    messageSent: (number: number) =>
      intakeEvent('ApplicationMessageSent', { message: `${name}/messages/${number}` }, 'STATE_IN_PROGRESS'),
    contactChanged: () => intakeEvent('ContactChanged', {}, 'STATE_SUBMITTED'),
    inProgress: () => intakeEvent('ApplicationInProgress', {}, 'STATE_IN_PROGRESS'),
    documentsRequested: (moved: Partial<Fields<'DocumentsRequested'>> = {}) =>
      intakeEvent('DocumentsRequested', { answerBy: '2026-12-05', ...moved }, 'STATE_DOCUMENTS_REQUESTED'),
    decided: () => intakeEvent('ApplicationDecided', {}, 'STATE_READY'),
    resultChanged: () => intakeEvent('ResultChanged', { revoked: true }, 'STATE_READY'),
    handedOver: () => intakeEvent('ResultHandedOver', {}, 'STATE_HANDED_OVER'),
    closed: () => intakeEvent('ApplicationClosed', { needMet: true }, 'STATE_CLOSED'),
    escalated: (fields: Partial<Fields<'ApplicationEscalated'>> = {}) =>
      intakeEvent(
        'ApplicationEscalated',
        { step: 'term-75', dueDate: '2026-12-20', actions: ['remind-agency', 'mail-agency'], ...fields },
        'STATE_SUBMITTED',
      ),
    erased: () => intakeEvent('ApplicationErased', { cause: 'requested', eraseTime: now() }, 'STATE_CLOSED'),
    noted: () => intakeEvent('DeskAlertRaised', { kind: 'second-decision' }, 'STATE_READY'),
    /** An event of a later release of intake: its first field is common to all events, the others are unknown. */
    praised(): Event {
      const known = messageType<AnyEvent>('cups.intake.v1.AnyEvent').encode({ ref: refIn('STATE_CLOSED') });
      const fieldNine = Buffer.from([(9 << 3) | 2, 3, 0x61, 0x62, 0x63]);
      return toEvent('ApplicationPraised', Buffer.concat([known, fieldNine]));
    },
  };
}

/**
 * Creates a reply of an agency about an application.
 * @param overrides deviations of an invalid sender
 */
export function replyOf<T extends ReplyType>(
  type: T,
  application: string,
  data: Omit<ReplyData[T], 'application'>,
  overrides: { id?: string; agency?: string; source?: string } = {},
): ReturnType<typeof toMessage> {
  const { agency = 'asp', source = `/agencies/${agency}`, id = crypto.randomUUID() } = overrides;
  return toMessage({
    id,
    source,
    type,
    subject: `deliveries/${application.slice('applications/'.length)}-${agency}`,
    time: new Date().toISOString(),
    data: { application, ...data },
  } as unknown as ReplyEvent);
}

/** The content of replies of an agency that takes an application and approves it, without the name of the application. */
export const ACKNOWLEDGEMENT = { submission: 1, agencyReference: 'AR-12/2026' };
export const approval = () => ({
  outcome: 'approved',
  decideTime: new Date().toISOString(),
  result: { kind: 'paper', number: 'AR 4217' },
});

/** Returns the types of events about a delivery, without their package. */
export const typesOf = (events: ReceivedEvent[], subject: string): string[] =>
  events.filter((event) => event.subject === subject).map(({ type }) => type.replace('cups.agencybridge.v1.', ''));
