import type { Event, ReceivedEvent } from '@cups/contracts';
import { toMessage } from '@cups/agency-contract';
import type { ReplyData, ReplyEvent, ReplyType } from '@cups/agency-contract';
import { eventCodec, messageType, toTimestamp } from '@cups/contracts/proto';
import type { AnyEvent } from '@cups/contracts/gen/cups/intake/v1/AnyEvent.ts';
import type { ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { State } from '@cups/contracts/gen/cups/intake/v1/State.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { Delivery__Output } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import type { GetSubmissionResponse } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { ensureTopics } from '@cups/events';
import { Problem } from '@cups/problem';
import type { RunningService } from '@cups/process';
import {
  clientFor,
  createEvent,
  fakeService,
  captureLog,
  createTestKeys,
  person,
  testInfrastructure,
  produceRaw,
} from '@cups/testing';
import { ulid } from 'ulid';
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

/** Everything around the bridge: fresh topics and store, an intake made from its proto, agencies that are this test. */
export async function openWorld(own: { brokers?: string[] } = {}) {
  const place = { ...testInfrastructure(), ...own };
  const keys = createTestKeys();
  const data = mkdtempSync(join(tmpdir(), 'cups-bridge-'));
  const folderOf = (codes: string[]) => join(data, codes.join('+'));
  const log = captureLog('agency-bridge');
  await ensureTopics({ brokers: place.brokers, prefix: place.prefix, partitions: 3, agencies: AGENCIES });

  const submissions = new Map<string, GetSubmissionResponse>();
  const served = new Set<string>();
  const state = { away: false };
  const intake = await fakeService<IntakeServiceDefinition>(
    'cups.intake.v1.IntakeService',
    {
      async GetSubmission({ name, training }) {
        if (state.away) throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The fake is away.' });
        const found = submissions.get(name);
        if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'There is no such submission.' });
        if ((found.training ?? false) !== training)
          throw new Problem({ reason: 'TRAINING_MISMATCH', message: 'Other.' });
        served.add(name);
        return found;
      },
    },
    { service: 'intake', keys },
  );

  const running = new Set<RunningService>();
  const clients: { close(): void }[] = [];

  return {
    place,
    keys,
    log,
    submissions,
    /** Names of the submissions that intake gave out. */
    served,
    /** Intake answers that it can not, or answers again. */
    setUnavailable(away: boolean): void {
      state.away = away;
    },

    /** A folder of data with files of these agencies. */
    dataFor(codes: string[]): string {
      mkdirSync(join(folderOf(codes), 'agencies'), { recursive: true });
      for (const code of codes) this.addAgency(folderOf(codes), code);
      return folderOf(codes);
    },
    addAgency(dataDir: string, code: string): void {
      const text = readFileSync(join(DATA, 'agencies', 'asp.yaml'), 'utf8').replace('code: asp', `code: ${code}`);
      writeFileSync(join(dataDir, 'agencies', `${code}.yaml`), text);
    },

    async start(changes: Partial<Config> = {}, overrides: Overrides = {}): Promise<RunningService> {
      const config: Config = {
        ...readConfig({ CUPS_ENV: 'development', CUPS_PREFIX: place.prefix, CUPS_KEYS: keys.dir }),
        dataDir: this.dataFor(AGENCIES),
        mongoUri: place.mongoUri,
        kafkaBrokers: place.brokers,
        grpcPort: 0,
        httpPort: 0,
        intakeAddress: intake.address,
        intakeTimeoutMs: 1_000,
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

    /** A client as the gateway, for somebody of this role. */
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
    /** A client as the tool of operators. */
    operator(bridge: RunningService) {
      const client = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
        address: `127.0.0.1:${bridge.grpcPort}`,
        keys,
        from: 'operator',
        to: 'agency-bridge',
      });
      clients.push(client);
      return client;
    },
    /** The delivery as the desk of its centre sees it. */
    async delivery(bridge: RunningService, name: string): Promise<Delivery__Output> {
      const { delivery } = await this.client(bridge, { role: 'specialist', centre: CENTRE }).getDelivery({ name });
      if (!delivery) throw new Error('an answer without a delivery');
      return delivery;
    },

    /** A message of an agency, as its Kafka client would send it. */
    async reply(agency: string, ...messages: ReturnType<typeof toMessage>[]): Promise<void> {
      await produceRaw(place, `agency.${agency}.replies`, messages);
    },
    /** A message of whoever stands in for agencies in trainings. */
    async replyInTraining(...messages: ReturnType<typeof toMessage>[]): Promise<void> {
      await produceRaw(place, 'training.replies', messages);
    },

    async close(): Promise<void> {
      for (const client of clients) client.close();
      for (const bridge of running) await bridge.stop();
      await intake.close();
      keys.remove();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof openWorld>>;

let people = 0;

/** A frozen submission of a synthetic person. */
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
      mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' },
      answers: Buffer.from('{"copies":1,"recordKind":"birth"}'),
      evidence: [
        { kind: 'identity-document', number: 'B00000001', originalSeen: true },
        { kind: 'birth-certificate', verificationCode: 'K7Q2-XM4P' },
      ],
      costOption: 'standard',
      delivery: { kind: 'DELIVERY_KIND_AT_CENTRE' },
    },
    submitTime: toTimestamp(new Date('2026-03-02T08:00:00Z')),
    dueDate: '2026-03-09',
    fee: { amountMinor: '4500', currencyCode: 'MDL' },
    ...more,
  };
}

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** The names of intake's events, without their package, and the message of each. */
export type EventName = IntakeEvent['type'] extends infer Type
  ? Type extends `cups.intake.v1.${infer Name}`
    ? Name
    : never
  : never;
export type Fields<Name extends string> = Extract<IntakeEvent, { type: `cups.intake.v1.${Name}` }>['data'];

/** An application whose events intake tells, counted from 1. */
export function newApplication(agency = 'asp', training = false) {
  const id = ulid();
  const name = `applications/${id}`;
  let sequence = 0;
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
    inProgress: () => intakeEvent('ApplicationInProgress', {}, 'STATE_IN_PROGRESS'),
    documentsRequested: (moved: Partial<Fields<'DocumentsRequested'>> = {}) =>
      intakeEvent('DocumentsRequested', { answerBy: '2026-12-05', ...moved }, 'STATE_DOCUMENTS_REQUESTED'),
    decided: () => intakeEvent('ApplicationDecided', {}, 'STATE_READY'),
    resultChanged: () => intakeEvent('ResultChanged', { revoked: true }, 'STATE_READY'),
    handedOver: () => intakeEvent('ResultHandedOver', {}, 'STATE_HANDED_OVER'),
    closed: () => intakeEvent('ApplicationClosed', { needMet: true }, 'STATE_CLOSED'),
    noted: () => intakeEvent('DeskNoted', { kind: 'second-decision' }, 'STATE_READY'),
    /** As a later release of intake would tell it: its first field is that of all events, and what follows is unknown here. */
    praised(): Event {
      const known = messageType<AnyEvent>('cups.intake.v1.AnyEvent').encode({ ref: refIn('STATE_CLOSED') });
      const fieldNine = Buffer.from([(9 << 3) | 2, 3, 0x61, 0x62, 0x63]);
      return toEvent('ApplicationPraised', Buffer.concat([known, fieldNine]));
    },
  };
}

/** A reply of an agency about an application; `over` changes what a wrong sender would get wrong. */
export function replyOf<T extends ReplyType>(
  type: T,
  application: string,
  data: Omit<ReplyData[T], 'application'>,
  over: { id?: string; agency?: string; source?: string } = {},
): ReturnType<typeof toMessage> {
  const { agency = 'asp', source = `/agencies/${agency}`, id = crypto.randomUUID() } = over;
  return toMessage({
    id,
    source,
    type,
    subject: `deliveries/${application.slice('applications/'.length)}-${agency}`,
    time: new Date().toISOString(),
    data: { application, ...data },
  } as unknown as ReplyEvent);
}

/** Types of events about a delivery, without their package. */
export const typesOf = (events: ReceivedEvent[], subject: string): string[] =>
  events.filter((event) => event.subject === subject).map(({ type }) => type.replace('cups.agencybridge.v1.', ''));
