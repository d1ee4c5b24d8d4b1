import { openStoredBackend } from '@cups/backend/stored';
import type { StoredOverrides } from '@cups/backend/stored';
import { nameOf } from '@cups/contracts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { toContact } from './intake.ts';
import { fileMailer, smtpMailer } from './mail.ts';
import type { Mailer } from './mail.ts';
import { notificationsRpcs } from './rpc.ts';
import { threadsOf } from './store.ts';

export interface Overrides extends StoredOverrides {
  /** Stands between us and the mail channel. */
  mailer?: (real: Mailer) => Mailer;
}

/** Notifications: hears of applications, asks intake for the contact, writes notices and brings them out. */
export async function createNotifications(config: Config, overrides: Overrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'notifications', config, overrides });
  const { now, log, metrics } = backend;
  const mailer = (overrides.mailer ?? ((real) => real))(mailerOf(config));
  const intake = backend.connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    service: 'intake',
    address: config.intakeAddress,
  });
  const contactOf = async (id: string) => toContact(await intake.getContact({ name: nameOf('applications', id) }));

  const threads = threadsOf(backend.store);
  const events = createEvents({ threads, mailer, contactOf, patience: config, now, log, metrics });
  backend.atStop('outbox', () => events.stop());
  backend.startTimers({ documents: threads, due: events.workDue, pollMs: config.timerPollMs });
  const { handle, skip } = events;
  backend.consume({ groupId: 'notifications', topics: ['cups.applications'], handle, skip });

  return backend.serve<NotificationsServiceDefinition>('cups.notifications.v1.NotificationsService', {
    rpcs: notificationsRpcs(threads, now),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

/** By SMTP where a server is named, into files where none is. */
function mailerOf({ smtpUrl, smtpCa, mailDir, mailFrom }: Config): Mailer {
  return smtpUrl ? smtpMailer(smtpUrl, mailFrom, smtpCa) : fileMailer(mailDir, mailFrom);
}
