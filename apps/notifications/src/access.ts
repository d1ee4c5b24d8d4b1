import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { AccessTable } from '@cups/rpc';

const desk = (): AccessTable<NotificationsServiceDefinition>['ListNotices'] => ({
  callers: ['gateway'],
  roles: ['specialist', 'centre-manager'],
  tenancy: 'centre',
  personalData: true,
});

/** Who may call what; a method without a row does not start. */
export const access: AccessTable<NotificationsServiceDefinition> = { ListNotices: desk(), GetSlip: desk() };
