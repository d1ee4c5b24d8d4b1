import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { isUlid } from '@cups/contracts';
import type { Event } from '@cups/contracts';
import type { AgencyBridgeEvent } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { GetPublicServiceVersionResponse } from '@cups/contracts/gen/cups/catalog/v1/GetPublicServiceVersionResponse.ts';
import type { Pause } from '@cups/contracts/gen/cups/catalog/v1/Pause.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { CentreStatus } from '@cups/contracts/gen/cups/identity/v1/CentreStatus.ts';
import type { Document } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IdentityEvent } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import type { DocumentsEvent } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { ApplicationContent } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { CreateApplicationRequest } from '@cups/contracts/gen/cups/intake/v1/CreateApplicationRequest.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { messageType, toTimestamp } from '@cups/contracts/proto';
import { ensureTopics } from '@cups/events';
import { Problem } from '@cups/problem';
import type { RunningService } from '@cups/process';
import {
  clientFor,
  createEvent,
  createFakeMandates,
  eventually,
  fakeService,
  createTestKeys,
  person,
  testInfrastructure,
  publishEvents,
} from '@cups/testing';
import type { Config } from '../src/config.ts';
import { readConfig } from '../src/config.ts';
import { createIntake } from '../src/service.ts';

/** The environment of intake tests: store, topics, fake upstream services and clients. */

export const SERVICE = 'publicServices/civil-status-extract';
export const DAY = 86_400_000;

/** Overrides of a centre's response; `responseDelay` holds it back. */
interface CentreResponse {
  status?: CentreStatus;
  limit?: number;
  agencies?: string[];
  country?: string;
  responseDelay?: Promise<void>;
  /** The response to requests for the newest files. */
  newest?: CentreResponse | Problem;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld() {
  const place = testInfrastructure();
  const keys = createTestKeys();
  const centres: Record<string, CentreResponse> = {};
  const lines: Record<string, unknown>[] = [];
  const clock: { now: Date | undefined } = { now: undefined };
  const state: { validTo: string; pause: Pause | null } = { validTo: '', pause: null };
  const closing: (() => Promise<unknown> | void)[] = [];

  const catalog = await fakeService<CatalogServiceDefinition>(
    'cups.catalog.v1.CatalogService',
    {
      async GetPublicServiceVersion({ name }) {
        if (name !== SERVICE) throw new Problem({ reason: 'NOT_FOUND', message: 'none' });
        return { version: version(state.validTo), inForce: true, paused: state.pause };
      },
    },
    { service: 'catalog', keys },
  );
  const mandates = createFakeMandates({
    keysDir: keys.dir,
    publicServices: [SERVICE],
    now: () => clock.now ?? new Date(),
  });
  const personMandates = new Map<string, string[]>();
  const erasedMandates = new Set<string>();
  const activeDevices = new Set<string>();
  const identityDown: { problem: Problem | undefined } = { problem: undefined };
  const identity = await fakeService<IdentityServiceDefinition>(
    'cups.identity.v1.IdentityService',
    {
      BatchGetMandates: mandates.batchGetMandates,
      ListPersonMandates: ({ idnp }) => Promise.resolve({ names: personMandates.get(idnp) ?? [] }),
      EraseMandates({ names, validateOnly }) {
        const left = names.filter((name) => !erasedMandates.has(name));
        if (!validateOnly) for (const name of left) erasedMandates.add(name);
        return Promise.resolve({ names: left });
      },
      // The code of a fake mandate is its ID.
      async ResolveMandateCode({ code }) {
        if (!isUlid(code)) throw new Problem({ reason: 'NOT_FOUND', message: 'none' });
        return { mandate: `mandates/${code}` };
      },
      async CheckContacts({ contacts }) {
        if (identityDown.problem) throw identityDown.problem;
        return { ended: contacts.map(({ device }) => !activeDevices.has(device)) };
      },
      async GetCentre({ name, newest: onlyNewest }) {
        const configured = centres[name.slice(8)] ?? {};
        const newest = onlyNewest ? (configured.newest ?? configured) : configured;
        if (newest instanceof Problem) throw newest;
        const {
          status = 'CENTRE_STATUS_ACTIVE',
          limit = 0,
          agencies = ['agencies/asp'],
          country = 'MD',
          responseDelay,
        } = newest;
        await responseDelay;
        const displayName = name.slice(8);
        return {
          centre: {
            name,
            displayName,
            kind: 'CENTRE_KIND_TOWN_HALL',
            status,
            agencies,
            country,
            openApplicationLimit: limit,
          },
        };
      },
    },
    { service: 'identity', keys },
  );

  const stored = new Map<string, Document[]>();
  const held = new Set<string>();
  const documentsDown: { problem: Problem | undefined; calls: number } = { problem: undefined, calls: 0 };
  const documents = await fakeService<DocumentsServiceDefinition>(
    'cups.documents.v1.DocumentsService',
    {
      async ListDocuments({ application }, { session }) {
        documentsDown.calls += 1;
        if (documentsDown.problem) throw documentsDown.problem;
        if (!session?.centre) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'no session' });
        return { documents: stored.get(application) ?? [] };
      },
      async ExportDocuments({ application }, { session }) {
        documentsDown.calls += 1;
        if (documentsDown.problem) throw documentsDown.problem;
        if (!session?.roles.includes('supervisor'))
          throw new Problem({ reason: 'PERMISSION_DENIED', message: 'no supervisor' });
        return { documents: stored.get(application) ?? [] };
      },
      async GetHold({ application }) {
        if (documentsDown.problem) throw documentsDown.problem;
        return { hold: held.has(application) ? { application, reason: 'HOLD_REASON_COURT' } : null };
      },
    },
    { service: 'documents', keys },
  );

  /** Settings of an intake; writes its request secret beside the keys. */
  function configOf(given: Partial<Config> = {}): Config {
    mkdirSync(keys.dir, { recursive: true });
    const secret = join(keys.dir, 'intake.secret');
    writeFileSync(secret, 'a secret of the tests', { mode: 0o600 });
    return {
      ...readConfig({ CUPS_ENV: 'development', REQUEST_SECRET_FILE: secret }),
      mongoUri: place.mongoUri,
      kafkaBrokers: place.brokers,
      prefix: place.prefix,
      grpcPort: 0,
      httpPort: 0,
      keysDir: keys.dir,
      dataDir: join(import.meta.dirname, '../../../data'),
      catalogAddress: catalog.address,
      identityAddress: identity.address,
      documentsAddress: documents.address,
      logLevel: 'info',
      timerPollMs: 200,
      // Most tests file without a mandate; those of mandates name one.
      mandatesRequired: false,
      ...given,
    };
  }

  /** A client of a port, as a service, or as the gateway with a session. */
  function clientAt(
    port: number,
    from: 'gateway' | 'documents' | 'agency-bridge' | 'notifications' | 'ops',
    sessionToken?: string,
  ) {
    const address = `127.0.0.1:${port}`;
    const session = sessionToken === undefined ? {} : { sessionToken };
    const client = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      address,
      keys,
      from,
      to: 'intake',
      ...session,
    });
    closing.push(() => client.close());
    return client;
  }

  /** A desk at a centre, as a client of intake. */
  function deskAt(
    port: number,
    centre = 'CU-001',
    who: {
      role?: 'specialist' | 'centre-manager' | 'supervisor';
      operator?: string;
      inheritedCentres?: string[];
      person?: string;
    } = {},
  ) {
    const { role = 'specialist', operator = `operators/${centre.toLowerCase()}-${role}` } = who;
    const inheritedCentres = (who.inheritedCentres ?? []).map((code) => `centres/${code}`);
    const { token } = keys.session(
      Object.assign(
        { role, centre: `centres/${centre}`, operator, inheritedCentres },
        who.person && { person: who.person },
      ),
    );
    const calls = clientAt(port, 'gateway', token);
    const open = async (n = 1, more: Partial<ApplicationContent> = {}, given: CreateApplicationRequest = {}) => {
      const request = { requestId: randomUUID(), publicService: SERVICE, content: content(n, more), ...given };
      return (await calls.createApplication(request)).application!;
    };
    const submit = async (name: string) =>
      (await calls.submitApplication({ requestId: randomUUID(), name })).application!;
    return {
      ...calls,
      /** Opens a draft of the n-th person. */
      open,
      submit,
      /** Opens and submits a draft. */
      file: async (n = 1) => submit((await open(n)).name),
      read: async (name: string) => (await calls.getApplication({ name })).application!,
      history: async (name: string) => (await calls.listApplicationActions({ name, pageSize: 200 })).actions,
    };
  }

  /** A supervisor, who works for no centre. */
  function supervisorAt(port: number, language: 'ro' | 'ru' | 'en' = 'ro') {
    const { token } = keys.session({ role: 'supervisor', operator: 'operators/sv', language });
    return clientAt(port, 'gateway', token);
  }

  /** The system of an agency, as a client of intake. */
  function agencySystem(port: number, code: string) {
    const operator = `operators/agency.${code}`;
    const expires = new Date(Date.now() + 240_000);
    const { token } = keys.session({ role: 'agency-system', agency: `agencies/${code}`, operator, expires });
    return clientAt(port, 'gateway', token);
  }

  /** A clerk of an agency, through the gateway or the bridge. */
  function agencyClerk(
    port: number,
    code: string,
    { person, from = 'gateway' }: { person?: string; from?: 'gateway' | 'agency-bridge' } = {},
  ) {
    const claims = { role: 'agency-clerk' as const, agency: `agencies/${code}`, operator: `operators/${code}-clerk` };
    const { token } = keys.session(Object.assign(claims, person && { person }));
    return clientAt(port, from, token);
  }

  return {
    place,
    keys,
    catalog,
    identity,
    mandates,
    /** What identity answers about the mandates of a person, by IDNP, and those whose people were erased. */
    personMandates,
    erasedMandates,
    /** What the service documents has of each application, and whether it responds. */
    stored,
    /** Names of applications that documents holds. */
    held,
    documentsDown,
    /** devices/{id} whose key share exists, and whether identity responds about them. */
    activeDevices,
    identityDown,
    /** Responses of identity by centre code. */
    centres,
    /** Log lines of all intakes. */
    lines,
    /** The time of all intakes; undefined for the real time. */
    clock,
    configOf,
    clientAt,
    deskAt,
    supervisorAt,
    agencySystem,
    agencyClerk,
    /** Sets the last day of the version in force; '' for none. */
    endVersion: (date: string) => void (state.validTo = date),
    /** Pauses the public service; null resumes it. */
    pauseService: (pause: Pause | null) => void (state.pause = pause),
    /** Starts an intake that stops with this world. Resolves once it is ready. */
    async start(given: Partial<Config> = {}): Promise<RunningService & { grpcPort: number; httpPort: number }> {
      const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
      const service = await createIntake(configOf(given), {
        now: () => clock.now ?? new Date(),
        logTo: { write },
      });
      let stopped: Promise<void> | undefined;
      const stop = () => (stopped ??= service.stop());
      closing.push(stop);
      const { grpcPort = 0, httpPort = 0 } = service;
      await eventually(async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).ok);
      return { ...service, grpcPort, httpPort, stop };
    },
    /** Creates the topics, for tests with events. */
    createTopics: () =>
      ensureTopics({ brokers: place.brokers, prefix: place.prefix, partitions: 3, agencies: ['asp'] }),
    keysDir: keys.dir,
    /** Publishes events in this order. */
    publish: (...events: Event[]) => publishEvents(place, events),
    async close() {
      for (const close of closing.splice(0).reverse()) await close();
      await Promise.all([catalog.close(), identity.close(), documents.close()]);
      keys.remove();
    },
  };
}

type Scene = ReturnType<typeof startScene>;

const scenes = new Map<boolean, Scene>();

/**
 * Runs one intake for all tests of a file, or of a group of files.
 * @param topics whether to create topics
 */
export function useIntake({ topics = false } = {}): Scene {
  const running = scenes.get(true) ?? scenes.get(topics);
  if (running) return running;
  const scene = startScene(topics);
  scenes.set(topics, scene);
  return scene;
}

function startScene(topics: boolean) {
  let world: World;
  let port: number;
  beforeAll(async () => {
    world = await openWorld();
    if (topics) await world.createTopics();
    port = (await world.start()).grpcPort;
  });
  afterAll(() => world.close());
  return {
    get world(): World {
      return world;
    },
    get port(): number {
      return port;
    },
    /** A desk at a centre. */
    at: (centre = 'CU-001') => world.deskAt(port, centre),
  };
}

function version(validTo: string): GetPublicServiceVersionResponse['version'] {
  return {
    publicService: SERVICE,
    version: '2025-11-01',
    validFrom: '2025-11-01',
    validTo,
    title: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
    provider: 'agencies/asp',
    centreKinds: ['CENTRE_KIND_TOWN_HALL'],
    evidence: [
      { kind: 'identity-document', required: true },
      {
        kind: 'power',
        required: true,
        accepts: ['EVIDENCE_PROOF_VERIFICATION_CODE'],
        when: { mandates: ['notarial'] },
      },
    ],
    outputs: [{ kind: 'OUTPUT_KIND_PAPER' }, { kind: 'OUTPUT_KIND_ELECTRONIC' }],
    costOptions: [
      {
        code: 'normal',
        term: { amount: 10, unit: 'TERM_UNIT_WORKING_DAYS', from: 'TERM_START_SUBMISSION' },
        fee: { amountMinor: '11000', currencyCode: 'MDL' },
      },
      { code: 'consular', fee: { amountMinor: '4700', currencyCode: 'USD' }, countries: ['US'] },
    ],
    formSchema: Buffer.from(
      JSON.stringify({
        type: 'object',
        additionalProperties: false,
        required: ['act'],
        properties: {
          act: { type: 'string', enum: ['birth', 'death'] },
          note: { type: 'string', maxLength: 60_000 },
          day: { type: 'string', format: 'date' },
          grave: { type: 'string' },
        },
        if: { properties: { act: { const: 'death' } }, required: ['act'] },
        else: { properties: { grave: false } },
        'x-dates': [{ field: 'day', notAfter: 'today' }],
      }),
    ),
  };
}

/** Complete content of the n-th person. */
export function content(n: number, more: Partial<ApplicationContent> = {}) {
  return {
    applicant: person(n),
    contact: { none: true },
    mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' },
    answers: Buffer.from('{"act":"birth"}'),
    evidence: [{ kind: 'identity-document', number: `B${n}`, originalSeen: true }],
    costOption: 'normal',
    delivery: { kind: 'DELIVERY_CHOICE_KIND_AT_CENTRE' },
    ...more,
  } satisfies ApplicationContent;
}

type ShortName<Type> = Type extends `cups.agencybridge.v1.${infer Name}` ? Name : never;
/** Short name of a bridge event. */
export type BridgeEventName = ShortName<AgencyBridgeEvent['type']>;
export type BridgeEventFields<Name extends BridgeEventName> = Omit<
  Extract<AgencyBridgeEvent, { type: `cups.agencybridge.v1.${Name}` }>['data'],
  'ref'
>;

/** Builds a bridge event about an application's delivery. */
export function bridgeEvent<Name extends BridgeEventName>(
  application: string,
  name: Name,
  sequence: number,
  fields?: BridgeEventFields<Name>,
  training = false,
  agency = 'asp',
): Event {
  const id = idOf(application);
  const delivery = `deliveries/${id}-${agency}`;
  const type = `cups.agencybridge.v1.${name}`;
  const names = { delivery, application, agency: `agencies/${agency}`, messageId: 'm' };
  const ref = { ...names, occurTime: toTimestamp(new Date()), training };
  return createEvent({
    topic: 'cups.deliveries',
    key: id,
    type,
    subject: delivery,
    sequence,
    source: '/cups/agency-bridge',
    data: messageType(type).encode({ ref, ...fields }),
  });
}

/** A stored document of an application, in the state of a complete upload. */
export const storedDocument = (
  application: string,
  n: number,
  more: Omit<Document, 'name' | 'application' | 'kind'> & { name?: string; kind?: string } = {},
): Document & { name: string; application: string; kind: string } => ({
  name: `documents/01J000000000000000000000${String(n).padStart(2, '0')}`,
  application,
  purpose: 'PURPOSE_EVIDENCE',
  kind: 'identity-document',
  state: 'STATE_CHECKING',
  uploadSize: '1000',
  uploadSha256: String(n % 10).repeat(64),
  ...more,
});

type DocumentEventName = DocumentsEvent['type'] extends `cups.documents.v1.${infer Name}` ? Name : never;

/** Builds an event of a document. */
export function documentEvent(
  document: { name: string; application: string; kind: string },
  name: DocumentEventName,
  sequence: number,
  fields: object = {},
): Event {
  const type = `cups.documents.v1.${name}`;
  const ref = {
    document: document.name,
    application: document.application,
    centre: 'centres/CU-001',
    purpose: 'PURPOSE_EVIDENCE',
    kind: document.kind,
  };
  return createEvent({
    topic: 'cups.documents',
    key: idOf(document.application),
    type,
    subject: document.name,
    sequence,
    source: '/cups/documents',
    data: messageType(type).encode({ ref, ...fields }),
  });
}

type MandateEventName = IdentityEvent['type'] extends `cups.identity.v1.${infer Name}` ? Name : never;

/** Builds an event of a mandate. */
export function mandateEvent(mandate: string, name: MandateEventName, sequence: number, fields: object = {}): Event {
  const type = `cups.identity.v1.${name}`;
  const ref = { mandate, centre: 'centres/CU-001' };
  return createEvent({
    topic: 'cups.mandates',
    key: mandate.slice('mandates/'.length),
    type,
    subject: mandate,
    sequence,
    source: '/cups/identity',
    data: messageType(type).encode({ ref, ...fields }),
  });
}

/** Returns the ID in an application name. */
export const idOf = (application: string) => application.slice('applications/'.length);
