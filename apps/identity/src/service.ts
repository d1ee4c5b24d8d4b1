import { join } from 'node:path';
import { openServiceDataKeys } from '@cups/backend/data-keys';
import { parkedEventsSweep, rowsSweep, startRetention } from '@cups/backend/retention';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import { resourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { DataKeys } from '@cups/data-keys';
import type { RunningService } from '@cups/process';
import { watchAgencies, assertReadable } from '@cups/registry';
import type { AnyDocuments } from '@cups/store';
import { watchKeySet, watchPersonHasher, PERSON_HASH_KEY_SET, PERSON_KEY_SET } from '@cups/rpc';
import { access } from './access.ts';
import { createAccessLog, openAccessLogRows } from './access-log.ts';
import { openAgencyKeys } from './agency-tokens/keys.ts';
import { toCentreEvent } from './event-encoder.ts';
import { Devices } from './devices/devices.ts';
import { openDevices } from './devices/store.ts';
import { CentreLookup } from './centre-lookup.ts';
import type { Config } from './config.ts';
import type { Centre } from './domain/centres.ts';
import { CENTRE_LIFECYCLE } from './domain/centre-lifecycle.ts';
import type { Staff } from './domain/staff.ts';
import { createCentreParser } from './centre-parser.ts';
import { createPersonClaim } from './person-claim.ts';
import { validatePersonKeys, createPersonNumbers } from './person-numbers.ts';
import type { PersonNumbers } from './person-numbers.ts';
import { checkProviders, openProviders } from './providers.ts';
import { openRegistry } from './centre-registry.ts';
import type { Registry } from './centre-registry.ts';
import { PersonNumberResealer } from './person-number-resealer.ts';
import type { SealedSource } from './person-number-resealer.ts';
import { resealDetails } from './mandates/details.ts';
import { MANDATE_SCHEMA_VERSION, openMandates } from './mandates/store.ts';
import { createApplicationEventHandler } from './mandates/application-events.ts';
import { MandateErasure } from './mandates/erasure.ts';
import { CodeMailCounts } from './mandates/mail-limits.ts';
import { createMandateTimerHandler } from './mandates/timers.ts';
import { openMPower } from './mpower/client.ts';
import { identityRpcs } from './rpc.ts';
import { Sessions } from './sessions.ts';
import { Attempts, openAttempts } from './signin/attempts.ts';
import { createBrowserProviders } from './signin/browser-providers.ts';
import { createOperatorDirectory } from './signin/operator-directory.ts';
import type { OperatorDirectory } from './signin/operator-directory.ts';
import { StaffRepository } from './staff.ts';
import { expireStaff } from './staff-erasure.ts';
import { openCentres, openSessions, openStaff, openTeams } from './store.ts';
import { SyntheticStaffSeeder } from './synthetic-staff-seeder.ts';
import { migrations } from './migrations/all.ts';

/**
 * Creates the identity service: centres come from files, staff and sessions from the store.
 * It calls no other service and starts without Kafka.
 */
export async function createIdentity(config: Config, overrides: StoredTestOverrides = {}): Promise<Identity> {
  checkProviders(config.providers, config.environment);
  const dir = join(config.dataDir, 'centres');
  assertReadable(dir);
  const backend = openStoredBackend({ name: 'identity', config, overrides, migrations });
  if (config.providers.length === 0)
    backend.log.warn({ event: 'identity-provider-missing', reason: 'IDENTITY_PROVIDERS names no provider' });
  return backend.shutDownOnFailure(serve(backend, dir));
}

type Identity = RunningService & { registry: Registry };

async function serve(backend: StoredBackend<Config>, dir: string): Promise<Identity> {
  const currentCentres = (): Map<string, Centre> => registry.current();
  const { config, store, keys, versions, now, log, metrics } = backend;
  const { persons, ...personParts } = createPersonKeys(backend);
  const operators = openStaff(store);
  const isOpen = (code: string): boolean => CENTRE_LIFECYCLE[currentCentres().get(code)?.status ?? 'closed'].canSignIn;
  const accessLog = createAccessLog(openAccessLogRows(store), now);
  const { keys: dataKeys } = await openServiceDataKeys(backend, { cache: 'short' });
  const mandateParts = startMandates(backend, dataKeys, { persons, ...personParts });
  const { devices, documents } = startDevices(backend, dataKeys);
  startEnds(backend, { mandateErasure: mandateParts.mandateErasure, operators, accessLogRows: accessLog.rows });
  const resealing = startResealing(backend, sealedSources(persons, operators, mandateParts.mandates), persons);
  const production = config.environment === 'production';
  const canLead = ({ synthetic }: Staff): boolean => !(production && synthetic);
  const staff = new StaffRepository({ operators, teams: openTeams(store), persons, isOpen, canLead, now });
  const providers = openProviders(config.providers, staff);
  const { agencies, findAgencyKeys } = await openAgencies(backend);
  const centres = openCentres(store);
  const sessions = new Sessions({
    documents: openSessions(store),
    maxPerOperator: config.sessionsPerOperator,
    sweepMs: config.sessionSweepMs,
    now,
    log,
    metrics,
  });
  backend.onShutdown('work', () => sessions.stop());
  backend.publishOutboxes([centres, mandateParts.mandates, operators, accessLog.rows, documents]);
  const registry = await openRegistry({
    dir,
    parse: createCentreParser(),
    centres,
    announce: toCentreEvent,
    versions,
    now,
    syncMs: config.syncMs,
    log,
    metrics,
  });
  backend.onShutdown('sources', () => registry.close());
  const places = { centres: currentCentres, agencies };
  const centreLookup = new CentreLookup({
    centres: currentCentres,
    refreshFromStore: () => registry.refreshFromStore(),
    versions,
  });
  const seeder = providers.has('local')
    ? new SyntheticStaffSeeder({ places, operators, persons, now, log })
    : undefined;
  backend.onShutdown('work', async () => seeder?.close());
  backend.readyWhile(() => currentCentres().size > 0 && seeder?.isReady !== false);

  const signIn = createSignInParts(backend, createOperatorDirectory(staff, production));
  const sessionParts = { providers, sessions, devices, staff, resealing, keys, accessLog, now };
  const running = await backend.serve<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    rpcs: identityRpcs({
      ...places,
      findAgencyKeys,
      centreLookup,
      versions,
      ...sessionParts,
      ...signIn,
      ...mandateParts,
      sessionMs: config.sessionMs,
    }),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
  return { ...running, registry };
}

function startDevices(backend: StoredBackend<Config>, dataKeys: DataKeys) {
  const documents = openDevices(backend.store, dataKeys);
  const { now, log, metrics } = backend;
  const devices = new Devices({ documents, dataKeys, sweepMs: backend.config.sessionSweepMs, now, log, metrics });
  backend.onShutdown('work', () => devices.stop());
  return { devices, documents };
}

/** Opens the mandates, and ends those whose term is over, or whose application is erased. */
function startMandates(backend: StoredBackend<Config>, dataKeys: DataKeys, keys: ReturnType<typeof createPersonKeys>) {
  const mandates = openMandates(backend.store, dataKeys);
  backend.startTimers({
    documents: mandates,
    due: createMandateTimerHandler(mandates, backend),
    pollMs: backend.config.timerPollMs,
  });
  const mandateErasure = new MandateErasure({ mandates, dataKeys, now: backend.now });
  const handle = createApplicationEventHandler(mandateErasure);
  backend.consume({ groupId: 'identity', topics: ['cups.applications'], handle });
  const { mpower, environment, codeMails: limits } = backend.config;
  const codeMails = new CodeMailCounts(backend.store, limits);
  return { mandates, mandateErasure, codeMails, mpower: openMPower(mpower, environment), ...keys };
}

interface EndingParts {
  mandateErasure: MandateErasure;
  operators: ReturnType<typeof openStaff>;
  accessLogRows: AnyDocuments;
}

/** Ends data at the end of their terms. */
function startEnds(backend: StoredBackend<Config>, { mandateErasure, operators, accessLogRows }: EndingParts): void {
  const { isConfirmed, ...terms } = backend.config.retention;
  const endStaff = (before: Date, limit: number) => expireStaff(operators, { before, limit, now: backend.now() });
  startRetention(backend, {
    isConfirmed,
    sweeps: [
      { category: 'mandates', termMs: terms.mandatesMs, end: (before, limit) => mandateErasure.expire(before, limit) },
      { category: 'removed-staff', termMs: terms.removedStaffMs, end: endStaff },
      rowsSweep(accessLogRows, { category: 'identity-access-log', termMs: terms.accessLogMs, field: 'time' }),
      parkedEventsSweep(backend, terms.parkedEventsMs),
    ],
  });
}

function startResealing(backend: StoredBackend<Config>, sources: SealedSource[], persons: PersonNumbers) {
  const { now, log, metrics } = backend;
  const resealing = new PersonNumberResealer({ sources, persons, now, log, metrics });
  backend.onShutdown('work', () => resealing.close());
  return resealing;
}

/** Returns what a change of the person keys reseals. */
function sealedSources(persons: PersonNumbers, operators: AnyDocuments, mandates: AnyDocuments): SealedSource[] {
  return [
    { documents: operators, sealedFor: (id) => id, seal: (id, text) => persons.seal(text, id) },
    {
      documents: mandates,
      sealedFor: (id) => resourceName('mandates', id),
      seal: (id, text) => resealDetails(persons, id, text),
      schemaVersion: MANDATE_SCHEMA_VERSION,
    },
  ];
}

/** Watches the agencies and their public keys. */
async function openAgencies(backend: StoredBackend<Config>) {
  const { versions, log, metrics } = backend;
  const { dataDir, agencyKeysDir: keysDir } = backend.config;
  const registry = await watchAgencies({ dataDir, log, metrics, versions });
  backend.onShutdown('sources', () => registry.close());
  const keys = await openAgencyKeys({ agencies: registry, dir: keysDir, log, metrics });
  backend.onShutdown('sources', () => keys.close());
  return { agencies: () => registry.current(), findAgencyKeys: keys.find };
}

/** Creates the keys that seal and look up personal numbers, and the hasher of the person claim. */
function createPersonKeys({ config, log, metrics }: StoredBackend<Config>) {
  const { keysDir, personKeysFile, personHashKeysFile, environment } = config;
  const file = personKeysFile || join(keysDir, PERSON_KEY_SET);
  const persons = createPersonNumbers(watchKeySet({ file, name: 'persons', check: validatePersonKeys, log, metrics }));
  const personHashes = watchPersonHasher({
    file: personHashKeysFile || join(keysDir, PERSON_HASH_KEY_SET),
    required: environment === 'production',
    log,
    metrics,
  });
  return { persons, personHashes, personClaim: createPersonClaim(persons, personHashes, log) };
}

/** Creates the dependencies of browser sign-in. */
function createSignInParts(backend: StoredBackend<Config>, people: OperatorDirectory) {
  const { store, now, log, metrics } = backend;
  const { environment, providers, signIn, sessionSweepMs: sweepMs } = backend.config;
  const production = environment === 'production';
  const attempts = new Attempts({ documents: openAttempts(store), sweepMs, now, log });
  backend.onShutdown('work', () => attempts.stop());
  const browserProviders = createBrowserProviders(providers, signIn, { production, now, log, metrics });
  return { attempts, browserProviders, people, log, metrics };
}
