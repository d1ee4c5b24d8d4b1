import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredOverrides } from '@cups/backend/stored';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import { Agencies } from './agencies.ts';
import type { Config } from './config.ts';
import { repliesOf, startConsumers } from './consumers.ts';
import { createEvents } from './events.ts';
import { bridgeRpcs } from './rpc.ts';
import { RefusedReplies } from './refused-replies.ts';
import { repairsOf } from './repairs.ts';
import { afterPublish, deliveriesOf, tellingsOf } from './store.ts';
import { AgencyTellings } from './tellings.ts';
import { requestTimes } from './times.ts';
import { AgencyTopics } from './topics.ts';

/** The bridge: hears of submissions, brings them to the agencies, and what those answer back to intake. */
export async function createAgencyBridge(config: Config, overrides: StoredOverrides = {}): Promise<RunningService> {
  const agencies = new Agencies(config.dataDir);
  const backend = openStoredBackend({ name: 'agency-bridge', config, overrides });
  const { log, metrics, versions, now } = backend;
  const deliveries = deliveriesOf(backend.store);
  const isAgency = (code: string) => agencies.has(code);
  const unread = (agency: string) => backend.unread(repliesOf(agency));
  const stuckSince = (agency: string) => {
    const { groupId } = repliesOf(agency);
    return backend.stuck().find((partition) => partition.groupId === groupId)?.since;
  };
  const tellings = tellingsOf(backend.store);
  const told = new AgencyTellings(tellings, now);
  const refused = new RefusedReplies(backend.store, now);
  backend.publishOutboxes([deliveries, tellings], {
    afterPublish: afterPublish(now),
    acknowledged: requestTimes(metrics, now),
  });

  const intake = backend.connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    service: 'intake',
    address: config.intakeAddress,
    timeoutMs: config.intakeTimeoutMs,
  });
  const events = createEvents({
    deliveries,
    refused,
    tellings: told,
    isAgency,
    getSubmission: (name, training, requestId) =>
      intake.getSubmission({ name, training }, requestId === '' ? {} : { requestId }),
    now,
    log,
    metrics,
  });
  backend.atStop('work', () => events.stop());
  backend.startTimers({ documents: deliveries, due: events.fetchPending, pollMs: config.timerPollMs });
  backend.startTimers({ documents: tellings, due: (id) => told.tellDue(id), pollMs: config.timerPollMs });

  backend.repairBy(repairsOf(deliveries, events.sendSoon, now));

  const readReplies = startConsumers(backend, events);
  const topics = topicsFor(backend);
  const ensureTopics = (codes: string[]) => topics.ensure(codes);
  await agencies.follow({ log, metrics, versions }, { ensureTopics, readReplies, sendWaiting: events.agencyCame });
  backend.atStop('sources', () => {
    agencies.close();
    return topics.stop();
  });

  return backend.serve<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService', {
    rpcs: bridgeRpcs({ deliveries, refusals: backend.refusals, refused, isAgency, versions, unread, stuckSince }),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

function topicsFor({ config, log, metrics }: StoredBackend<Config>): AgencyTopics {
  const { kafkaBrokers: brokers, kafkaAccess, prefix, topicPartitions: partitions, createTopics: create } = config;
  return new AgencyTopics({ brokers, access: kafkaAccess, prefix, partitions, create, log, metrics });
}
