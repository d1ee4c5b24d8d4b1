import type { Backend } from '@cups/backend';
import type { AgencyStage__Output } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyStage.ts';
import type { DeliveryState__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryState.ts';
import type { State__Output } from '@cups/contracts/gen/cups/intake/v1/State.ts';
import type { Bucket, Language } from '@cups/application';
import type { EscalationStep } from '@cups/application/escalation';
import type { CentreKind__Output } from '@cups/contracts/gen/cups/type/v1/CentreKind.ts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { Client } from '@cups/rpc';
import type { Config } from './config.ts';

export interface ServiceClients {
  catalog: Client<CatalogServiceDefinition>;
  identity: Client<IdentityServiceDefinition>;
  intake: Client<IntakeServiceDefinition>;
  documents: Client<DocumentsServiceDefinition>;
  bridge: Client<AgencyBridgeServiceDefinition>;
  notifications: Client<NotificationsServiceDefinition>;
  journal: Client<JournalServiceDefinition>;
}

/**
 * Returns a client for each service behind the gateway. Each connects at its first call; a call may take the whole
 * request budget.
 */
export function openClients(backend: Backend<Config>): ServiceClients {
  const { addresses, budgetMs: timeoutMs } = backend.config;
  return {
    catalog: backend.connect('cups.catalog.v1.CatalogService', {
      service: 'catalog',
      address: addresses.catalog,
      timeoutMs,
    }),
    identity: backend.connect('cups.identity.v1.IdentityService', {
      service: 'identity',
      address: addresses.identity,
      timeoutMs,
    }),
    intake: backend.connect('cups.intake.v1.IntakeService', {
      service: 'intake',
      address: addresses.intake,
      timeoutMs,
    }),
    documents: backend.connect('cups.documents.v1.DocumentsService', {
      service: 'documents',
      address: addresses.documents,
      timeoutMs,
    }),
    bridge: backend.connect('cups.agencybridge.v1.AgencyBridgeService', {
      service: 'agency-bridge',
      address: addresses.bridge,
      timeoutMs,
    }),
    notifications: backend.connect('cups.notifications.v1.NotificationsService', {
      service: 'notifications',
      address: addresses.notifications,
      timeoutMs,
    }),
    journal: backend.connect('cups.journal.v1.JournalService', {
      service: 'journal',
      address: addresses.journal,
      timeoutMs,
    }),
  };
}

export type State = DomainEnumValue<'STATE_', State__Output>;
export type DeliveryState = DomainEnumValue<'DELIVERY_STATE_', DeliveryState__Output>;
type AgencyStage = DomainEnumValue<'AGENCY_STAGE_', AgencyStage__Output>;
type CentreKind = DomainEnumValue<'CENTRE_KIND_', CentreKind__Output>;
/** Query parameters of all operations, as validated by openapi.yaml. */
export interface QueryParams {
  pageSize?: number;
  pageToken?: string;
  before?: number;
  q?: string;
  centre?: string;
  centreKind?: CentreKind;
  country?: string;
  agency?: string;
  atDate?: string;
  fileable?: boolean;
  former?: boolean;
  state?: State | DeliveryState;
  /** Of the queue of an agency. */
  stage?: AgencyStage;
  /** Of the clock of an agency. */
  step?: EscalationStep;
  assignedToMe?: boolean;
  bucket?: Bucket;
  cursor?: string;
  /** Seconds. */
  wait?: number;
  language?: Language;
  from?: string;
  to?: string;
  groupBy?: 'centre' | 'public-service' | 'agency';
  topic?: string;
}
