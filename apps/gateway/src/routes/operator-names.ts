import type { Handler } from '../http/handler.ts';
import type { OperatorNameResolver } from '../operator-name-resolver.ts';

/** Operations whose responses refer to operators. */
const OPERATIONS_WITH_NAMES = [
  'listQueue',
  'listQueueChanges',
  'searchApplications',
  'lookUpPerson',
  'getApplicationDetails',
  'listApplicationActions',
  'listAccessLogEntries',
  'listJournalEntries',
  'listOperatorActions',
  'listStaffActions',
  'listDocumentHolds',
  'getMandate',
  'createPersonCopy',
  'updateOfflineCopy',
  'listQuarantinedActs',
  'getQuarantinedAct',
  'listChainBreaks',
  'listAgencyQueue',
  'getAgencyDelivery',
  'listAgencyWorkload',
];

/** Adds `operators` to the responses of these operations. Application details list missing names in `unavailableParts`. */
export function withOperatorNames(
  operators: OperatorNameResolver,
  handlers: Record<string, Handler>,
): Record<string, Handler> {
  const wrapped = OPERATIONS_WITH_NAMES.map((id): [string, Handler] => [
    id,
    addOperatorNames(operators, handlers[id]!),
  ]);
  return { ...handlers, ...Object.fromEntries(wrapped) };
}

function addOperatorNames(operators: OperatorNameResolver, handler: Handler): Handler {
  return async (request) => {
    const response = await handler(request);
    const body = response.body as { unavailableParts?: string[] };
    const { operators: resolved, isIncomplete } = await operators.resolveNames(body, request.context);
    if (isIncomplete) body.unavailableParts?.push('operators');
    return { ...response, body: { ...body, operators: resolved } };
  };
}
