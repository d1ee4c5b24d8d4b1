import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { HoldReason__Output } from '@cups/contracts/gen/cups/documents/v1/HoldReason.ts';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { ServiceClients } from '../clients.ts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import { listHandler, requirePresent } from './handler-factories.ts';

interface HoldBody {
  application: string;
  reason: DomainEnumValue<'HOLD_REASON_', HoldReason__Output>;
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
      const headers = replayed ? { 'Idempotent-Replayed': 'true' } : {};
      return { headers, body: convert.documentHoldJson(requirePresent(hold)) };
    },
    async clearDocumentHold({ params, context }) {
      await documents.clearHold({ application: resourceName('applications', params['application']!) }, context);
      return { status: 204 };
    },
  };
}
