import type { StoredEvent } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { createPublisher } from '@cups/events';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import { connect, openKeys, serveGrpc } from '@cups/rpc';
import type { LogDestination, RunningService } from '@cups/process';
import { openParking, openRefusals, openStore, startRelay, startTimers } from '@cups/store';
import { access } from './access.ts';
import { Agencies } from './agencies.ts';
import type { Config } from './config.ts';
import { startConsumers } from './consumers.ts';
import { createEvents } from './events.ts';
import { bridgeRpcs } from './rpc.ts';
import { afterPublish, deliveriesOf } from './store.ts';
import { AgencyTopics } from './topics.ts';

export interface Overrides {
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
  /** Stands between the outbox and Kafka, to end a process between commit and publish. */
  publisher?: (real: ReturnType<typeof createPublisher<StoredEvent>>['publish']) => typeof real;
}

/** The bridge: hears of submissions, brings them to the agencies, and what those answer back to intake. */
export async function createAgencyBridge(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const { prefix, kafkaBrokers: brokers, concurrency, intakeTimeoutMs: timeoutMs } = config;
  const { now = () => new Date(), logTo, publisher: between = (real) => real } = overrides;
  const log = createLog({ service: 'agency-bridge', level: config.logLevel, ...(logTo && { destination: logTo }) });
  const metrics = createMetrics('agency-bridge');
  const reporting = { log, metrics };
  const agencies = new Agencies(config.dataDir);
  const keys = openKeys({ dir: config.keysDir, service: 'agency-bridge', log, metrics });
  const store = await openStore({ uri: config.mongoUri, database: `${prefix}cups-agency-bridge`, log, metrics });
  const deliveries = deliveriesOf(store);
  const refusals = openRefusals(store, { now, metrics });
  const neighbour = { address: config.intakeAddress, keys, log, metrics, service: 'intake', timeoutMs } as const;
  const intake = connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', neighbour);

  const publisher = createPublisher<StoredEvent>({ brokers, clientId: 'agency-bridge', prefix, ...reporting });
  const publish = between(publisher.publish);
  const relay = startRelay({ documents: [deliveries], now, publish, ...reporting, afterPublish: afterPublish(now) });
  const getSubmission = (name: string, requestId: string) =>
    intake.getSubmission({ name }, requestId === '' ? {} : { requestId });
  const events = createEvents({
    deliveries,
    isAgency: (code) => agencies.has(code),
    getSubmission,
    now,
    log,
    metrics,
  });
  const due = { due: events.fetchPending, pollMs: config.timerPollMs, now, log };
  const timers = startTimers({ documents: deliveries, ...due });
  const consumers = startConsumers({
    brokers,
    prefix,
    concurrency,
    ...reporting,
    handle: events.handle,
    keepRefused: refusals.keep,
    park: openParking(store),
  });

  const topics = new AgencyTopics({
    brokers,
    prefix,
    partitions: config.topicPartitions,
    create: config.createTopics,
    ...reporting,
  });
  await agencies.follow(reporting, {
    ensureTopics: (codes) => topics.ensure(codes),
    readReplies: consumers.add,
    sendWaiting: events.agencyCame,
  });

  const rpcs = bridgeRpcs(deliveries, refusals);
  const definition = loadService<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService');
  const { host, grpcPort: port, maxInFlight } = config;
  const served = { name: 'agency-bridge', definition, rpcs, access, keys };
  const grpc = await serveGrpc({ ...served, ...reporting, host, port, maxInFlight });
  const http = await serveHttp({
    host: config.host,
    port: config.httpPort,
    ready: store.ready,
    live: consumers.live,
    metrics,
  });
  grpc.serveWhile(store.ready);

  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    log,
    async stop() {
      grpc.setServing(false);
      agencies.close();
      await topics.stop();
      await consumers.stop();
      events.stop();
      await timers.stop();
      // The port stays open until here: callers wait for a successor for 5 s only.
      await grpc.drain();
      await relay.drain();
      await relay.stop();
      await publisher.stop();
      intake.close();
      await http.close();
      await store.close();
    },
  };
}
