import { nameOf } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { createConsumer, WRITERS } from '@cups/events';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import { connect, openKeys, serveGrpc } from '@cups/rpc';
import type { LogDestination, RunningService } from '@cups/process';
import { openParking, openRefusals, openStore, startTimers } from '@cups/store';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { toContact } from './intake.ts';
import { fileMailer, smtpMailer } from './mail.ts';
import type { Mailer } from './mail.ts';
import { notificationsRpcs } from './rpc.ts';
import { threadsOf } from './store.ts';

export interface Overrides {
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
  /** Stands between us and the mail channel. */
  mailer?: (real: Mailer) => Mailer;
}

/** Notifications: hears of applications, asks intake for the contact, writes notices and brings them out. */
export async function createNotifications(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const { now = () => new Date(), logTo, mailer: around = (real: Mailer) => real } = overrides;
  const { prefix, kafkaBrokers: brokers, smtpUrl, mailFrom } = config;
  const log = createLog({ service: 'notifications', level: config.logLevel, ...(logTo && { destination: logTo }) });
  const metrics = createMetrics('notifications');
  const keys = openKeys({ dir: config.keysDir, service: 'notifications', log, metrics });
  const store = await openStore({ uri: config.mongoUri, database: `${prefix}cups-notifications`, log, metrics });
  const threads = threadsOf(store);
  const address = config.intakeAddress;
  const neighbour = { address, keys, log, metrics, service: 'intake' } as const;
  const intake = connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', neighbour);
  const contactOf = async (id: string) => toContact(await intake.getContact({ name: nameOf('applications', id) }));
  const mailer = around(smtpUrl ? smtpMailer(smtpUrl, mailFrom) : fileMailer(config.mailDir, mailFrom));
  const events = createEvents({ threads, mailer, contactOf, patience: config, now, log, metrics });
  const timers = startTimers({ documents: threads, pollMs: config.timerPollMs, due: events.workDue, now, log });
  const consumer = createConsumer({
    ...{ brokers, prefix, log, metrics, groupId: 'notifications', topics: ['cups.applications'] },
    expects: WRITERS,
    handle: events.handle,
    keepRefused: openRefusals(store, { now, metrics }).keep,
    park: openParking(store),
  });
  const grpc = await serveGrpc({
    name: 'notifications',
    definition: loadService<NotificationsServiceDefinition>('cups.notifications.v1.NotificationsService'),
    rpcs: notificationsRpcs(threads),
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
      // The port stays open until the rest has come to its end: callers wait for a successor for 5 s only.
      await consumer.stop();
      await Promise.all([timers.stop(), grpc.drain()]);
      await events.stop();
      intake.close();
      await http.close();
      await store.close();
    },
  };
}
