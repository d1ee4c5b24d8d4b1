import { join } from 'node:path';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredOverrides } from '@cups/backend/stored';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { RunningService } from '@cups/process';
import { followAgencies, mustBeReadable } from '@cups/registry';
import { followKeySet, followPersonHashes, PERSON_HASH_KEYS, PERSON_KEYS } from '@cups/rpc';
import { access } from './access.ts';
import { centreChanged } from './announce.ts';
import { CentresHere } from './centres-here.ts';
import type { Config } from './config.ts';
import type { Centre } from './domain/centres.ts';
import { LIFE } from './domain/life.ts';
import type { Staff } from './domain/staff.ts';
import { centreParser } from './files.ts';
import { personClaimBy } from './person-claim.ts';
import { checkPersonKeys, openPersons } from './persons.ts';
import { checkProviders, openProviders } from './providers.ts';
import { openRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { Resealing } from './resealing.ts';
import { identityRpcs } from './rpc.ts';
import { Sessions } from './sessions.ts';
import { Attempts, attemptsOf } from './signin/attempts.ts';
import { openBrowserProviders } from './signin/open.ts';
import { peopleOf } from './signin/people.ts';
import type { People } from './signin/people.ts';
import { StaffBook } from './staff.ts';
import { centresOf, sessionsOf, staffOf, teamsOf } from './store.ts';
import { SyntheticStaff } from './synthetic-staff.ts';

/** Identity: centres from files, staff and sessions in its store. It calls nobody and starts without Kafka. */
export async function createIdentity(config: Config, overrides: StoredOverrides = {}): Promise<Identity> {
  checkProviders(config.providers, config.environment);
  const dir = join(config.dataDir, 'centres');
  mustBeReadable(dir);
  const backend = openStoredBackend({ name: 'identity', config, overrides });
  return backend.orStop(serve(backend, dir));
}

type Identity = RunningService & { registry: Registry };

async function serve(backend: StoredBackend<Config>, dir: string): Promise<Identity> {
  const centresNow = (): Map<string, Centre> => registry.current();
  const { config, store, keys, versions, now, log, metrics } = backend;
  const { persons, personHashes } = openPersonKeys(backend);
  const operators = staffOf(store);
  const isOpen = (code: string): boolean => LIFE[centresNow().get(code)?.status ?? 'closed'].signsIn;
  const resealing = new Resealing({ operators, persons, now, log, metrics });
  backend.atStop('work', () => resealing.close());
  const production = config.environment === 'production';
  const mayLead = ({ synthetic }: Staff): boolean => !(production && synthetic);
  const staff = new StaffBook({ operators, teams: teamsOf(store), persons, isOpen, mayLead, now });
  const providers = openProviders(config.providers, staff);
  if (config.providers.length === 0)
    log.warn({ event: 'nobody-signs-in', reason: 'CUPS_IDENTITY_PROVIDERS names no provider' });
  const agencies = await followAgencies({ dataDir: config.dataDir, log, metrics, versions });
  backend.atStop('sources', () => agencies.close());

  const centres = centresOf(store);
  const sessions = new Sessions({
    documents: sessionsOf(store),
    perOperator: config.sessionsPerOperator,
    sweepMs: config.sessionSweepMs,
    now,
    log,
    metrics,
  });
  backend.atStop('work', () => sessions.stop());
  backend.publishOutboxes([centres]);
  const registry = await openRegistry({
    dir,
    parse: centreParser(),
    centres,
    announce: centreChanged,
    versions,
    now,
    syncMs: config.syncMs,
    log,
    metrics,
  });
  backend.atStop('sources', () => registry.close());
  const places = { centres: centresNow, agencies: () => agencies.current() };
  const here = new CentresHere({ centres: centresNow, askStore: () => registry.askStore(), versions });
  const made = providers.has('local') ? new SyntheticStaff({ places, operators, persons, now, log }) : undefined;
  backend.atStop('work', async () => made?.close());
  backend.readyWhile(() => centresNow().size > 0 && made?.isThere !== false);

  const { sessionMs } = config;
  const personClaim = personClaimBy(persons, personHashes, log);
  const signIn = openSignIn(backend, peopleOf(staff, production));
  const own = { providers, sessions, staff, resealing, keys, sessionMs, personClaim, now };
  const running = await backend.serve<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    rpcs: identityRpcs({ ...places, here, versions, ...own, ...signIn }),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
  return { ...running, registry };
}

/** What knows the personal numbers of the staff: to seal and find them, and to say to intake who somebody is. */
function openPersonKeys({ config, log, metrics }: StoredBackend<Config>) {
  const { keysDir, personKeysFile, personHashKeysFile, environment } = config;
  const file = personKeysFile || join(keysDir, PERSON_KEYS);
  return {
    persons: openPersons(followKeySet({ file, name: 'persons', check: checkPersonKeys, log, metrics })),
    personHashes: followPersonHashes({
      file: personHashKeysFile || join(keysDir, PERSON_HASH_KEYS),
      required: environment === 'production',
      log,
      metrics,
    }),
  };
}

/** What signing in at a provider with pages of its own needs. */
function openSignIn(backend: StoredBackend<Config>, people: People) {
  const { store, now, log, metrics } = backend;
  const { environment, providers, signIn, sessionSweepMs: sweepMs } = backend.config;
  const production = environment === 'production';
  const attempts = new Attempts({ documents: attemptsOf(store), sweepMs, now, log });
  backend.atStop('work', () => attempts.stop());
  const browserProviders = openBrowserProviders(providers, signIn, { production, now, log, metrics });
  return { attempts, browserProviders, people, log, metrics };
}
