import type { DeliveryState__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryState.ts';
import type { State__Output } from '@cups/contracts/gen/cups/intake/v1/State.ts';
import type { CentreKind__Output } from '@cups/contracts/gen/cups/type/v1/CentreKind.ts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { EnumValue } from '@cups/contracts/proto';
import type { Client } from '@cups/rpc';

/** The services behind the gateway. */
export interface Neighbours {
  catalog: Client<CatalogServiceDefinition>;
  identity: Client<IdentityServiceDefinition>;
  intake: Client<IntakeServiceDefinition>;
  bridge: Client<AgencyBridgeServiceDefinition>;
  notifications: Client<NotificationsServiceDefinition>;
}

export type State = EnumValue<'STATE_', State__Output>;
export type DeliveryState = EnumValue<'DELIVERY_STATE_', DeliveryState__Output>;
type CentreKind = EnumValue<'CENTRE_KIND_', CentreKind__Output>;
/** What the document lets through as a query, over all operations. */
export interface Query {
  pageSize?: number;
  pageToken?: string;
  q?: string;
  centre?: string;
  centreKind?: CentreKind;
  agency?: string;
  atDate?: string;
  fileable?: boolean;
  state?: State | DeliveryState;
  topic?: string;
}
