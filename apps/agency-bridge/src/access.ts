import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { AccessTable } from '@cups/rpc';

const gateway = { callers: ['gateway'], personalData: false } as const;

/** The clerks of an agency. The content of applications is in intake. */
const agencyClerk = { ...gateway, roles: ['agency-clerk'], tenancy: 'agency' } as const;

/** The system of an agency. */
const agencySystem = { ...gateway, roles: ['agency-system'], tenancy: 'agency' } as const;

/** Access table. The service does not start if a method has no row. Agency clerks see their own agency only. */
export const access: AccessTable<AgencyBridgeServiceDefinition> = {
  GetDelivery: { ...gateway, roles: ['specialist', 'centre-manager'], tenancy: 'centre' },
  ListDeliveries: { ...gateway, roles: ['support', 'supervisor', 'agency-clerk'], tenancy: 'platform' },
  ListRefusedReplies: { ...gateway, roles: ['support', 'supervisor', 'agency-clerk'], tenancy: 'platform' },
  GetAgencyActivity: { ...gateway, roles: ['support', 'supervisor', 'agency-clerk'], tenancy: 'platform' },
  ListAgencyQueue: agencyClerk,
  GetAgencyDelivery: agencyClerk,
  AssignDelivery: agencyClerk,
  CreateReply: agencyClerk,
  ListAgencyWorkload: { ...agencyClerk, roles: ['agency-manager'] },
  ListAgencyRequests: { ...agencySystem, personalData: true },
  ReceiveAgencyReply: agencySystem,
  ListWebhookKeys: agencySystem,
  ListRefusedMessages: { ...gateway, roles: ['support', 'supervisor'], tenancy: 'platform' },
};
