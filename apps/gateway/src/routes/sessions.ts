import { fromTimestamp } from '@cups/contracts/proto';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Sessions } from '../http/session.ts';
import type { Neighbours } from '../neighbours.ts';
import { full, list, whole } from './shapes.ts';

/** Signing in and out, asked of identity. */
export function sessionRoutes({ identity }: Neighbours, sessions: Sessions): Record<string, Handler> {
  return {
    async createSession({ body, context }) {
      const made = await identity.createSession(body as { provider: string; operator?: string }, context);
      const session = whole(made.session);
      const cookie = sessions.begin(session.id, made.assertion, whole(fromTimestamp(session.expireTime)));
      const headers = { 'Set-Cookie': cookie, Location: '/api/v1/sessions/current' };
      return { status: 201, headers, body: convert.sessionJson(session) };
    },
    async getCurrentSession({ context }) {
      return { body: convert.sessionJson((await identity.getSession({}, context)).session) };
    },
    async deleteCurrentSession({ context, session }) {
      await sessions.end(whole(session), context);
      return { status: 204, headers: { 'Set-Cookie': sessions.cleared } };
    },
    listOperators: list(identity.listOperators, 'operators', convert.operatorJson, ({ centre }) => ({
      centre: full('centres', centre),
    })),
  };
}
