import { topicsOf } from '@cups/agency-contract';
import { loadService } from '@cups/contracts/proto';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { createConsumer, createPublisher } from '@cups/events';
import type { CloudEvent } from '@cups/events';
import { connect, createLog, createMetrics, openKeys, serveGrpc, serveHttp } from '@cups/service';
import type { LogDestination, RunningService } from '@cups/service';
import { openParking, openStore, startRelay, startTimers } from '@cups/store';
import type { OutboxEntry } from '@cups/store';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { bridgeRpcs } from './rpc.ts';
import { afterPublish, deliveriesOf, refusalsOf } from './store.ts';

export interface Overrides {
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
  /** Stands between the outbox and Kafka, to end a process between commit and publish. */
  publisher?: (real: ReturnType<typeof createPublisher<OutboxEntry>>['publish']) => typeof real;
}

/** The bridge: hears of submissions, brings them to the agencies, and what those answer back to intake. */
export async function createAgencyBridge(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const { prefix, kafkaBrokers: brokers, agencies } = config;
  const now = overrides.now ?? (() => new Date());
  const { logTo } = overrides;
  const log = createLog({ service: 'agency-bridge', level: config.logLevel, ...(logTo && { destination: logTo }) });
  const metrics = createMetrics('agency-bridge');
  const keys = openKeys({ dir: config.keysDir, service: 'agency-bridge' });
  const store = await openStore({ uri: config.mongoUri, database: `${prefix}cups-agency-bridge`, log });
  const deliveries = deliveriesOf(store);
  const refusals = refusalsOf(store, now, metrics);

  const intake = connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    address: config.intakeAddress,
    keys,
    service: 'intake',
    timeoutMs: config.intakeTimeoutMs,
  });
  const publisher = createPublisher<OutboxEntry>({ brokers, clientId: 'agency-bridge', prefix, log, metrics });
  const publish = overrides.publisher ? overrides.publisher(publisher.publish) : publisher.publish;
  const relay = startRelay({
    documents: [deliveries],
    publish,
    log,
    metrics,
    afterPublish: (_id, entries) => afterPublish(entries, now()),
  });
  const events = createEvents({
    deliveries,
    agencies,
    getSubmission: (name, requestId) => intake.getSubmission({ name }, requestId === '' ? {} : { requestId }),
    now,
    log,
  });
  const timers = startTimers({
    documents: deliveries,
    pollMs: config.timerPollMs,
    due: events.fetchPending,
    now,
    log,
  });

  const agencyOf = new Map(agencies.map((code) => [topicsOf(code).replies, code]));
  const handle = async (event: CloudEvent) => {
    const agency = agencyOf.get(event.topic);
    const handled = await (agency === undefined ? events.onApplication(event) : events.onReply(event, agency));
    if (handled === 'done' || handled === 'wait') return handled;
    const { topic, partition = 0, offset = '' } = event;
    await refusals.keep({ topic, partition, offset }, handled);
    return { refused: handled.cause };
  };
  const consumer = createConsumer({
    brokers,
    prefix,
    groupId: 'agency-bridge',
    topics: ['cups.applications', ...agencyOf.keys()],
    log,
    metrics,
    concurrency: config.concurrency,
    handle,
    refuse: ({ cause, ...at }) =>
      refusals.keep(at, { cause: cause === 'NOT_A_CLOUDEVENT' ? 'NOT_CLOUDEVENTS' : cause, fields: [] }),
    park: openParking(store),
  });

  const grpc = await serveGrpc({
    name: 'agency-bridge',
    definition: loadService<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService'),
    rpcs: bridgeRpcs(deliveries, refusals),
    access,
    keys,
    port: config.grpcPort,
    log,
    metrics,
    maxInFlight: config.maxInFlight,
  });
  const ready = () => store.ready();
  const http = await serveHttp({ port: config.httpPort, ready, live: consumer.live, metrics });
  const serving = setInterval(() => grpc.setServing(ready()), 500);

  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    log,
    async stop() {
      clearInterval(serving);
      grpc.setServing(false);
      await consumer.stop();
      events.stop();
      await timers.stop();
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
