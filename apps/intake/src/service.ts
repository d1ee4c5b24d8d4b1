import { join } from 'node:path';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredOverrides } from '@cups/backend/stored';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { RunningService } from '@cups/process';
import { followPersonHashes, PERSON_HASH_KEYS } from '@cups/rpc';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { nameHashes } from './domain/names.ts';
import { onDelivery, onDroppedDelivery, onTimer } from './events.ts';
import { openNeighbours } from './neighbours.ts';
import { rpcs } from './rpc.ts';
import { applicationsOf } from './store.ts';
import { looksOf } from './store/looks.ts';
import { renewOlder } from './store/older.ts';
import { openCounter } from './store/open-counter.ts';
import { versionsOf } from './store/versions.ts';
import { followWorkingTimes } from './working-times.ts';

/** The truth about applications. Takes work as soon as its store answers: neither Kafka nor neighbours are needed. */
export async function createIntake(config: Config, overrides: StoredOverrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'intake', config, overrides });
  return backend.orStop(serve(backend));
}

async function serve(backend: StoredBackend<Config>): Promise<RunningService> {
  const { config, store, log, metrics, now } = backend;
  const persons = followPersonHashes({
    file: config.personHashKeysFile || join(config.keysDir, PERSON_HASH_KEYS),
    required: config.environment === 'production',
    log,
    metrics,
  });
  const workingTimes = await followWorkingTimes({ dataDir: config.dataDir, log, metrics, versions: backend.versions });
  backend.atStop('sources', () => workingTimes.close());

  const applications = applicationsOf(store);
  const hashes = nameHashes(config.requestSecret);
  backend.publishOutboxes([applications]);
  const older = renewOlder({ applications, hashes, log, now });
  backend.atStop('work', () => older.stop());
  backend.startTimers({
    documents: applications,
    due: onTimer({ applications, hashes, now }),
    pollMs: config.timerPollMs,
  });
  backend.consume({
    groupId: 'intake',
    topics: ['cups.deliveries'],
    handle: onDelivery({ applications, workingTimes, hashes, now }),
    skip: onDroppedDelivery({ applications, workingTimes, hashes, now }),
  });

  return backend.serve<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    rpcs: rpcs({
      applications,
      versions: versionsOf(store),
      looks: looksOf(store),
      hashes,
      persons,
      openApplications: openCounter(applications, now),
      neighbours: openNeighbours(backend),
      workingTimes,
      secret: config.requestSecret,
      now,
    }),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}
