import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { HoldReason__Output } from '@cups/contracts/gen/cups/documents/v1/HoldReason.ts';
import type { ErasureReason__Output } from '@cups/contracts/gen/cups/intake/v1/ErasureReason.ts';
import type { RestrictionReason__Output } from '@cups/contracts/gen/cups/intake/v1/RestrictionReason.ts';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { ServiceClients } from '../clients.ts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import { listHandler, requirePresent } from './handler-factories.ts';

interface ErasureBody {
  application: string;
  reason: DomainEnumValue<'ERASURE_REASON_', ErasureReason__Output>;
}

interface RestrictionBody {
  application: string;
  reason: DomainEnumValue<'RESTRICTION_REASON_', RestrictionReason__Output>;
}

interface HoldBody {
  application: string;
  reason: DomainEnumValue<'HOLD_REASON_', HoldReason__Output>;
}

const replayHeaders = (replayed: boolean): Record<string, string> =>
  replayed ? { 'Idempotent-Replayed': 'true' } : {};

/** The rights of a person about their data, and the report of erasures, for supervisors. */
export function dataRightsRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  const nameOf = (params: Record<string, string>) => resourceName('applications', params['application']!);
  return {
    listErasures: listHandler(intake.listErasures, 'erasures', convert.erasureJson, () => ({})),
    async eraseApplication({ body, requestId, context }) {
      const { application: name, reason } = body as ErasureBody;
      const request = { requestId, name, reason: toProtoEnum('ERASURE_REASON_', reason) };
      const { erasure, replayed } = await intake.eraseApplication(request, context);
      return { headers: replayHeaders(replayed), body: convert.erasureJson(requirePresent(erasure)) };
    },
    async restrictProcessing({ body, requestId, context }) {
      const { application: name, reason } = body as RestrictionBody;
      const request = { requestId, name, reason: toProtoEnum('RESTRICTION_REASON_', reason) };
      const { restriction, replayed } = await intake.restrictProcessing(request, context);
      return { headers: replayHeaders(replayed), body: convert.restrictionJson(requirePresent(restriction)) };
    },
    async endRestriction({ params, context }) {
      await intake.endRestriction({ name: nameOf(params) }, context);
      return { status: 204 };
    },
    async getDataState({ params, context }) {
      return { body: convert.dataStateJson(await intake.getDataState({ name: nameOf(params) }, context)) };
    },
  };
}

/** Applications of silent agencies, for supervisors. */
export function escalatedApplicationRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  return {
    listEscalatedApplications: listHandler(
      intake.listEscalatedApplications,
      'applications',
      convert.escalatedJson,
      ({ agency, step }) => ({ agency, step }),
    ),
  };
}

/** Applications that an agency passed on and that wait for a supervisor. */
export function undecidedAgencyRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  return {
    listUndecidedAgencies: listHandler(
      intake.listUndecidedAgencies,
      'applications',
      convert.undecidedAgencyJson,
      () => ({}),
    ),
    async assignAgency({ body, requestId, context }) {
      const { application: name, agency } = body as { application: string; agency: string };
      const assigned = await intake.assignAgency({ requestId, name, agency }, context);
      return { headers: replayHeaders(assigned.replayed), body: { agency: assigned.agency } };
    },
  };
}

/** Holds of documents, and results that nobody collects, for supervisors. */
export function oversightRoutes({ documents }: Pick<ServiceClients, 'documents'>): Record<string, Handler> {
  const noFilter = () => ({});
  return {
    listUncollectedResults: listHandler(
      documents.listUncollectedResults,
      'results',
      convert.uncollectedResultJson,
      noFilter,
    ),
    listDocumentHolds: listHandler(documents.listHolds, 'holds', convert.documentHoldJson, noFilter),
    async setDocumentHold({ body, requestId, context }) {
      const { application, reason } = body as HoldBody;
      const request = { requestId, application, reason: toProtoEnum('HOLD_REASON_', reason) };
      const { hold, replayed } = await documents.setHold(request, context);
      return { headers: replayHeaders(replayed), body: convert.documentHoldJson(requirePresent(hold)) };
    },
    async clearDocumentHold({ params, context }) {
      await documents.clearHold({ application: resourceName('applications', params['application']!) }, context);
      return { status: 204 };
    },
  };
}
