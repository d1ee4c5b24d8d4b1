import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@cups/contracts';
import { eventCodec, messageType, toTimestamp } from '@cups/contracts/proto';
import type { AnyEvent } from '@cups/contracts/gen/cups/intake/v1/AnyEvent.ts';
import type { ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { GetNoticeContextResponse } from '@cups/contracts/gen/cups/intake/v1/GetNoticeContextResponse.ts';
import type { GetMandateCodeMailResponse } from '@cups/contracts/gen/cups/identity/v1/GetMandateCodeMailResponse.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { createDataKeys, openDataKeyRecords, openDestroyedKeys, openKeyEncryption } from '@cups/data-keys';
import { ensureTopics } from '@cups/events';
import { Problem } from '@cups/problem';
import type { ServiceName } from '@cups/rpc';
import { openStore } from '@cups/store';
import {
  clientFor,
  createEvent,
  eventually,
  fakeService,
  captureLog,
  captureMetrics,
  createTestKeys,
  testInfrastructure,
  publishEvents,
  shareInGroup,
} from '@cups/testing';
import { ulid } from 'ulid';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createNotifications } from '../src/service.ts';
import { openThreads } from '../src/store.ts';
import type { Thread } from '../src/store.ts';

/** A one-time code of a fake identity: the email until it is reported, then the report. */
export interface FakeCode {
  mail?: GetMandateCodeMailResponse | 'unavailable' | undefined;
  delivery?: string;
}

export type FakeIntakeReply = GetNoticeContextResponse | 'unavailable' | 'unknown';

/** Returns intake's response for an applicant with this address; '' has none. */
export function noticeContextResponse(email: string, more: GetNoticeContextResponse = {}): GetNoticeContextResponse {
  return {
    language: 'ro',
    contact: { email, phone: '', none: email === '' },
    personName: 'Ana Exemplu',
    serviceTitle: { ro: 'Extras de naștere', ru: 'Выписка о рождении', en: 'Birth extract' },
    centreName: 'Lozova',
    trackingNumber: 'ABCD-EFGH-JKMN-PX',
    dueDate: '2026-12-20',
    state: 'STATE_SUBMITTED',
    ...more,
  };
}

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
const identityEvents = eventCodec<IdentityEvents>('cups.identity.v1');

/** The data of an intake event, by its name without the package. */
type EventData<Name extends string> = Extract<IntakeEvent, { type: `cups.intake.v1.${Name}` }>['data'];
type EventName = IntakeEvent['type'] extends infer Type
  ? Type extends `cups.intake.v1.${infer Name}`
    ? Name
    : never
  : never;

const applicationRef = (application: string): ApplicationRef => ({
  application: `applications/${application}`,
  centre: 'centres/CU-001',
});

function eventEnvelope(application: string, sequence: number, type: string, data: Buffer): Event {
  return createEvent({
    topic: 'cups.applications',
    key: application,
    subject: `applications/${application}`,
    type: `cups.intake.v1.${type}`,
    sequence,
    source: '/cups/intake',
    data,
  });
}

/** Returns an intake event about an application. Sequences start at 1. */
export function intakeEvent<Name extends EventName>(
  application: string,
  sequence: number,
  name: Name,
  fields: EventData<Name> = {},
  more: Partial<Event> = {},
): Event {
  const data = { ...fields, ref: { ...applicationRef(application), ...fields.ref } };
  const event = { type: `cups.intake.v1.${name}`, data } as IntakeEvent;
  return { ...eventEnvelope(application, sequence, name, intakeEvents.encode(event)), ...more };
}

/** Returns identity's request to send a code. */
export function codeRequested(mandate: string, codeId: string, expireTime: Date): Event {
  const name = `mandates/${mandate}`;
  const ref = { mandate: name, centre: 'centres/CU-001' };
  const type = 'cups.identity.v1.MandateCodeRequested' as const;
  const data = identityEvents.encode({ type, data: { ref, codeId, expireTime: toTimestamp(expireTime) } });
  return createEvent({
    ...{ topic: 'cups.mandates', key: mandate, subject: name, type, sequence: 2, source: '/cups/identity', data },
  });
}

/** Returns an event of a later intake release: only its first field is known here. */
export function newerEvent(application: string, sequence: number): Event {
  const known = messageType<AnyEvent>('cups.intake.v1.AnyEvent').encode({ ref: applicationRef(application) });
  const fieldNine = Buffer.from([(9 << 3) | 2, 3, 0x61, 0x62, 0x63]);
  return eventEnvelope(application, sequence, 'ApplicationOfLaterRelease', Buffer.concat([known, fieldNine]));
}

/** Starts the service with a fake intake, its own topics and database, and access to its store. */
export async function startNotifications(
  more: Partial<Config> = {},
  overrides: Parameters<typeof createNotifications>[1] = {},
) {
  const { mongoUri, brokers, prefix } = testInfrastructure();
  const keys = createTestKeys();
  const root = mkdtempSync(join(tmpdir(), 'cups-notices-'));
  const answers = new Map<string, FakeIntakeReply>();
  const contacts = new Map<string, { email: string; languages: string[] }>();
  const log = captureLog('notifications');
  const intake = await fakeService<IntakeServiceDefinition>(
    'cups.intake.v1.IntakeService',
    {
      GetNoticeContext: ({ name }) => {
        const answer = answers.get(name.slice('applications/'.length)) ?? 'unknown';
        if (answer === 'unknown') throw new Problem({ reason: 'NOT_FOUND', message: 'Application not found.' });
        if (answer === 'unavailable') throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Not now.' });
        return Promise.resolve(answer);
      },
      GetAgencyContact: ({ name }) =>
        Promise.resolve(contacts.get(name.slice('agencies/'.length)) ?? { email: '', languages: [] }),
    },
    { service: 'intake', keys },
  );
  const codes = new Map<string, FakeCode>();
  const identity = await fakeService<IdentityServiceDefinition>(
    'cups.identity.v1.IdentityService',
    {
      GetMandateCodeMail: ({ codeId }) => {
        const { mail } = codes.get(codeId) ?? {};
        if (mail === 'unavailable') throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Not now.' });
        if (!mail) throw new Problem({ reason: 'NOT_FOUND', message: 'Mandate not found.' });
        return Promise.resolve(mail);
      },
      RecordMandateCodeDelivery: ({ codeId, delivery }) => {
        codes.set(codeId, { delivery });
        return Promise.resolve({});
      },
    },
    { service: 'identity', keys },
  );
  await ensureTopics({ brokers, prefix, partitions: 3, agencies: [] });
  const config: Config = {
    ...readConfig({ CUPS_ENV: 'development' }),
    mongoUri,
    kafkaBrokers: brokers,
    prefix,
    grpcPort: 0,
    httpPort: 0,
    keysDir: keys.dir,
    intakeAddress: intake.address,
    identityAddress: identity.address,
    mailDir: join(root, 'mail'),
    timerPollMs: 50,
    retryMs: 100,
    claimMs: 60_000,
    ...more,
  };
  const service = await createNotifications(config, {
    logTo: { write: (line) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) },
    ...overrides,
  });
  await eventually(async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).ok);
  const store = openStore({ uri: mongoUri, database: `${prefix}cups-notifications`, log: log.log });
  const keyStore = openStore({ uri: mongoUri, database: `${prefix}cups-notifications-keys`, log: log.log });
  const dataKeyRecords = openDataKeyRecords(keyStore);
  const keyFile = join(keys.dir, 'notifications.jwks');
  const around = { log: log.log, metrics: captureMetrics('notifications').metrics };
  const wrapper = await openKeyEncryption(keyFile, config.keyEncryption, {
    ...{ name: 'notifications', ...around, config },
    onShutdown: () => {},
  });
  const destroyed = openDestroyedKeys(keyStore);
  const dataKeys = createDataKeys({ records: dataKeyRecords, destroyed, wrapper, ...around, now: () => new Date() });
  const threads = openThreads(store, { keys: dataKeys });
  await eventually(() => store.ready() && keyStore.ready());
  const clients: { close(): void }[] = [];

  return {
    ...{ service, config, answers, contacts, codes, intake, identity, log, keys, root, store, threads, dataKeys },
    /** Adds an application with this response of intake. */
    application(answer: FakeIntakeReply): string {
      const id = ulid();
      answers.set(id, answer);
      return id;
    },
    publish: (...events: Event[]) => publishEvents({ brokers, prefix }, events),
    thread: (id: string, fits: (thread: Thread) => boolean = () => true) =>
      eventually(
        async () => {
          const thread = await threads.get(id, { scope: 'service' });
          return thread && fits(thread) ? thread : undefined;
        },
        { timeoutMs: 20_000 },
      ),
    /** Returns the header fields and the decoded text of a notice's email. */
    readMail(id: string) {
      const raw = readFileSync(join(config.mailDir, `${id}.eml`), 'utf8');
      const end = raw.indexOf('\r\n\r\n');
      const [head, body] = [raw.slice(0, end), raw.slice(end + 4)];
      const encoding = /^Content-Transfer-Encoding: (.*)$/im.exec(head)?.[1];
      const quoted = body
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      const text =
        encoding === 'base64' ? Buffer.from(body, 'base64').toString() : Buffer.from(quoted, 'latin1').toString();
      const subject = /^Subject: ([^]*?)\r\n(?! )/im.exec(head)?.[1] ?? '';
      return { head, text, subject };
    },
    deskClient(
      centre = 'centres/CU-001',
      role: 'specialist' | 'supervisor' | 'support' = 'specialist',
      from?: ServiceName,
      inheritedCentres: string[] = [],
    ) {
      const client = clientFor<NotificationsServiceDefinition>('cups.notifications.v1.NotificationsService', {
        address: `127.0.0.1:${service.grpcPort}`,
        keys,
        from: from ?? 'gateway',
        to: 'notifications',
        sessionToken: keys.session({ role, centre, inheritedCentres }).token,
      });
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await service.stop();
      await intake.close();
      await identity.close();
      await store.close();
      await keyStore.close();
      keys.remove();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Starts one service for all files of a group. */
export const shareNotifications = shareInGroup(() => startNotifications());
