import type { Handler } from '../http/handler.ts';
import type { Operators } from '../operators.ts';

/** The answers that speak of operators, by their operationIds: they bring the names for people along. */
const NAMED = [
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
export function withNames(operators: Operators, handlers: Record<string, Handler>): Record<string, Handler> {
  const named = NAMED.map((id): [string, Handler] => [id, naming(operators, handlers[id]!)]);
  return { ...handlers, ...Object.fromEntries(named) };
}

function naming(operators: Operators, handler: Handler): Handler {
  return async (call) => {
    const answer = await handler(call);
    const body = answer.body as { missing?: string[] };
    const { operators: named, away } = await operators.namesIn(body, call.context);
    if (away) body.missing?.push('operators');
    return { ...answer, body: { ...body, operators: named } };
  };
}
