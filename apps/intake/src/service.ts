import type { StoredEvent } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { createConsumer, createPublisher, WRITERS } from '@cups/events';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import { openKeys, serveGrpc } from '@cups/rpc';
import type { LogDestination, RunningService } from '@cups/process';
import { openParking, openRefusals, openStore, startRelay, startTimers } from '@cups/store';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { onDelivery, onTimer } from './events.ts';
import { openNeighbours } from './neighbours.ts';
import { rpcs } from './rpc.ts';
import { applicationsOf, openCounter, versionsOf } from './store.ts';
import { followWorkingTimes } from './working-times.ts';

/** How long a stop waits for Kafka to take what the last calls left to be sent. */
const DRAIN_MS = 2000;

export interface Overrides {
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
}

/** The truth about applications. Takes work as soon as its store answers: neither Kafka nor neighbours are needed. */
export async function createIntake(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const { now = () => new Date(), logTo } = overrides;
  const { kafkaBrokers: brokers, prefix } = config;
  const log = createLog({ service: 'intake', level: config.logLevel, ...(logTo && { destination: logTo }) });
  const metrics = createMetrics('intake');
  const keys = openKeys({ dir: config.keysDir, service: 'intake', log, metrics });
  const workingTimes = await followWorkingTimes({ dataDir: config.dataDir, log, metrics });
  const store = await openStore({ uri: config.mongoUri, database: `${prefix}cups-intake`, log, metrics });
  const applications = applicationsOf(store);
  const neighbours = openNeighbours(config, { keys, log, metrics });
  const publisher = createPublisher<StoredEvent>({ brokers, clientId: 'intake', prefix, log, metrics });
  const relay = startRelay({ documents: [applications], now, publish: publisher.publish, log, metrics });
  const due = onTimer(applications, now);
  const timers = startTimers({ documents: applications, pollMs: config.timerPollMs, now, log, due });
  const consumer = createConsumer({
    ...{ brokers, prefix, log, metrics, groupId: 'intake', topics: ['cups.deliveries'] },
    expects: WRITERS,
    handle: onDelivery(applications, workingTimes, now),
    keepRefused: openRefusals(store, { now, metrics }).keep,
    park: openParking(store),
  });
  const grpc = await serveGrpc({
    name: 'intake',
    definition: loadService<IntakeServiceDefinition>('cups.intake.v1.IntakeService'),
    rpcs: rpcs({
      ...{ applications, neighbours, workingTimes, now, versions: versionsOf(store), secret: config.requestSecret },
      openApplications: openCounter(applications, now),
    }),
    ...{ access, keys, log, metrics, host: config.host, port: config.grpcPort, maxInFlight: config.maxInFlight },
  });
  const http = await serveHttp({
    host: config.host,
    port: config.httpPort,
    ready: store.ready,
    live: consumer.live,
    metrics,
  });
  grpc.serveWhile(store.ready);

  return {
    ...{ grpcPort: grpc.port, httpPort: http.port, log },
    async stop() {
      grpc.setServing(false);
      workingTimes.close();
      // The port stays open until the rest has come to its end: callers wait for a successor for 5 s only.
      await consumer.stop();
      await Promise.all([timers.stop(), grpc.drain()]);
      // What Kafka does not take now, the successor sends.
      await relay.drain(DRAIN_MS);
      await relay.stop();
      await publisher.stop();
      neighbours.close();
      await store.close();
      await http.close();
    },
  };
}
