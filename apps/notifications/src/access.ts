import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { AccessTable } from '@cups/rpc';

const desk = (): AccessTable<NotificationsServiceDefinition>['ListNotices'] => ({
  callers: ['gateway'],
  roles: ['specialist', 'centre-manager'],
  tenancy: 'centre',
  personalData: true,
});

/** Callers of each method; the service does not start when a method has no row. */
export const access: AccessTable<NotificationsServiceDefinition> = {
  ListNotices: desk(),
  GetSlip: desk(),
  // Part of the copy of a person's data, which intake has recorded with its reason.
  ExportNotices: {
    callers: ['gateway', 'ops'],
    withoutSession: ['ops'],
    roles: ['supervisor'],
    tenancy: 'platform',
    personalData: true,
  },
};
