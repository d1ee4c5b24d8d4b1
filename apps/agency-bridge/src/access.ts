import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { AccessTable } from '@cups/service';

/** Who may call what; a method without a row does not start (law 10 of the design). */
export const access: AccessTable<AgencyBridgeServiceDefinition> = {
  GetDelivery: {
    callers: ['gateway'],
    roles: ['specialist', 'centre-manager'],
    tenancy: 'centre',
    personalData: false,
  },
  ListDeliveries: {
    callers: ['gateway'],
    roles: ['support', 'supervisor', 'agency-clerk'],
    tenancy: 'platform',
    personalData: false,
  },
  ListRefusedMessages: {
    callers: ['gateway'],
    roles: ['support', 'supervisor'],
    tenancy: 'platform',
    personalData: false,
  },
};
