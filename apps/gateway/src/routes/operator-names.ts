import type { Handler } from '../http/handler.ts';
import type { OperatorNameResolver } from '../operator-name-resolver.ts';

/** The answers that speak of operators, by their operationIds: they bring the names for people along. */
const OPERATIONS_WITH_NAMES = [
  'listQueue',
  'listQueueChanges',
  'searchApplications',
  'lookUpPerson',
  'getApplicationFile',
  'listLooks',
  'listOperatorActions',
  'listStaffActions',
];

/** The handlers, of which those answers get `operators`; the file of an application says in `missing` that names are. */
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
    const body = response.body as { missing?: string[] };
    const { operators: resolved, isIncomplete } = await operators.resolveNames(body, request.context);
    if (isIncomplete) body.missing?.push('operators');
    return { ...response, body: { ...body, operators: resolved } };
  };
}
