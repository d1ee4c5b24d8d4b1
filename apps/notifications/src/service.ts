import { openServiceDataKeys } from '@cups/backend/data-keys';
import { parkedEventsSweep, startRetention } from '@cups/backend/retention';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import { resourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import { AgencyLetters, openAgencyLetters } from './agency-letters.ts';
import { startBackfill } from './backfill.ts';
import type { Config } from './config.ts';
import { toNoticeContext } from './convert.ts';
import { createEventHandlers } from './event-handlers.ts';
import { Erasure } from './erasure.ts';
import { createFileMailer, createSmtpMailer } from './mail.ts';
import type { Mailer } from './mail.ts';
import { createMandateCodeHandler } from './mandate-codes.ts';
import { notificationsRpcs } from './rpc.ts';
import { openThreads, schemaVersionFor } from './store.ts';
import { migrations } from './migrations/all.ts';

export interface NotificationsTestOverrides extends StoredTestOverrides {
  /** Wraps the mailer, for tests. */
  mailer?: (real: Mailer) => Mailer;
  backfillIntervalMs?: number;
}

/**
 * Events handled at once. A mail server that takes 200 ms for an email then limits a backlog to 120 notices a second;
 * each handler has at most one connection to it and one call to intake.
 */
const CONCURRENCY = 24;

/**
 * Starts notifications: consumes events, fetches contacts from intake, composes notices and sends them. It also sends the
 * one-time codes of mandates, which it fetches from identity.
 */
export async function createNotifications(
  config: Config,
  overrides: NotificationsTestOverrides = {},
): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'notifications', config, overrides, migrations });
  const { now, log, metrics } = backend;
  const mailer = (overrides.mailer ?? ((real) => real))(createMailer(config));
  const intake = backend.connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    service: 'intake',
    address: config.intakeAddress,
  });
  const fetchNoticeContext = async (id: string) =>
    toNoticeContext(await intake.getNoticeContext({ name: resourceName('applications', id) }));

  const { keys } = await backend.shutDownOnFailure(openServiceDataKeys(backend, { cache: 'short' }));
  const write = config.isSealing ? 'sealed' : 'plain';
  const threads = openThreads(backend.store, { keys, write });
  const schemaVersion = schemaVersionFor({ write });
  const intervalMs = overrides.backfillIntervalMs;
  backend.onShutdown('work', startBackfill({ threads, schemaVersion, log, metrics, now, intervalMs }));
  backend.publishOutboxes([threads]);
  const erasure = new Erasure({ threads, dataKeys: keys, log, metrics, now });
  startEnds(backend, erasure);
  const documents = openAgencyLetters(backend.store);
  const fetchContact = (agency: string) => intake.getAgencyContact({ name: resourceName('agencies', agency) });
  const letters = new AgencyLetters({ documents, mailer, fetchContact, now, log, metrics });
  const events = createEventHandlers({
    threads,
    erasure,
    letters,
    mailer,
    fetchNoticeContext,
    retryPolicy: config,
    now,
    log,
    metrics,
  });
  backend.onShutdown('outbox', () => events.stop());
  backend.startTimers({ documents: threads, due: events.processDue, pollMs: config.timerPollMs });
  const sendLetter = (agency: string) => letters.processDue(agency);
  backend.startTimers({ documents, due: sendLetter, pollMs: config.timerPollMs });
  const handleMandate = createMandateCodeHandler({ identity: connectIdentity(backend), mailer, now, log, metrics });
  backend.consume({
    groupId: 'notifications',
    topics: ['cups.applications', 'cups.mandates'],
    handle: (event) => (event.topic === 'cups.mandates' ? handleMandate(event) : events.handle(event)),
    // Events of mandates are not counted.
    skip: async (event) => (event.topic === 'cups.mandates' ? undefined : events.skip(event)),
    concurrency: CONCURRENCY,
  });

  return backend.serve<NotificationsServiceDefinition>('cups.notifications.v1.NotificationsService', {
    rpcs: notificationsRpcs(threads, now),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

const connectIdentity = (backend: StoredBackend<Config>) =>
  backend.connect<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    service: 'identity',
    address: backend.config.identityAddress,
  });

/** Ends notices and parked events at the end of their terms. */
function startEnds(backend: StoredBackend<Config>, erasure: Erasure): void {
  const { isConfirmed, strayNoticesMs, parkedEventsMs } = backend.config.retention;
  startRetention(backend, {
    isConfirmed,
    sweeps: [
      { category: 'stray-notices', termMs: strayNoticesMs, end: (before, limit) => erasure.expire(before, limit) },
      parkedEventsSweep(backend, parkedEventsMs),
    ],
  });
}

/** Uses SMTP when a server is configured, files otherwise. */
function createMailer({ smtpUrl, smtpCa, mailDir, mailFrom }: Config): Mailer {
  return smtpUrl ? createSmtpMailer(smtpUrl, mailFrom, smtpCa) : createFileMailer(mailDir, mailFrom);
}
