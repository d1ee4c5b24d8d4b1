import { fromTimestamp } from '@cups/contracts/proto';
import type { Session__Output } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { AttemptCookie } from '../http/attempt-cookie.ts';
import type { HandlerResponse, Handler } from '../http/handler.ts';
import type { Sessions } from '../http/session.ts';
import type { ServiceClients } from '../clients.ts';
import { resolveName, listHandler, requirePresent } from './handler-factories.ts';

/** Maximum wait for identity's response about sign-out at the provider. */
const SIGN_OUT_TIMEOUT_MS = 1000;

/** The cookies of a session and of a sign-in attempt. */
export interface SessionCookies {
  sessions: Sessions;
  attempts: AttemptCookie;
}

export function sessionRoutes(
  { identity }: ServiceClients,
  { sessions, attempts }: SessionCookies,
): Record<string, Handler> {
  return {
    async createSession({ body, context, sessionKey }) {
      const { provider, operator, centre } = body as { provider: string; operator?: string; centre?: string };
      const request = { provider, operator, centre: resolveName('centres', centre) };
      const response = await sessionResponse(await identity.createSession(request, context), sessionKey);
      return { ...response, status: 201, headers: { ...response.headers, Location: '/api/v1/sessions/current' } };
    },
    async getCurrentSession({ context, sessionKey }) {
      const found = await identity.getSession({}, context);
      // Renew the cookie, so that the next requests may do what the page now shows.
      return found.assertion ? sessionResponse(found, sessionKey) : { body: convert.sessionJson(found.session) };
    },
    async switchCentre({ body, context, sessionKey }) {
      const centre = resolveName('centres', (body as { centre: string }).centre);
      return sessionResponse(await identity.switchCentre({ centre }, context), sessionKey);
    },
    async listSignInProviders({ context }) {
      const { providers } = await identity.listSignInProviders({}, context);
      return { body: { providers: providers.map(convert.signInProviderJson) } };
    },
    async listSessions({ context }) {
      const own = await identity.listSessions({}, context);
      return { body: { sessions: own.sessions.map(convert.ownSessionJson) } };
    },
    async endSession({ params, context, session }) {
      const { id } = params as { id: string };
      await identity.endSession({ id }, context);
      sessions.markEnded(id);
      return { status: 204, headers: id === session?.sid ? { 'Set-Cookie': sessions.clearHeader } : {} };
    },
    async deleteCurrentSession({ context, session }) {
      const next = await beginProviderSignOut(identity, context);
      await sessions.end(requirePresent(session), context);
      if (!next) return { status: 204, headers: { 'Set-Cookie': sessions.clearHeader } };
      return {
        cookies: [sessions.clearHeader, attempts.set(next.attempt)],
        body: { next: `/auth/${next.provider}/logout` },
      };
    },
    listOperators: listHandler(identity.listOperators, 'operators', convert.operatorJson, ({ centre }) => ({
      centre: resolveName('centres', centre),
    })),
  };

  /** Returns the session, and replaces the assertion in its cookie. */
  async function sessionResponse(
    response: { session: Session__Output | null; assertion: string },
    sessionKey: string | undefined,
  ): Promise<HandlerResponse> {
    const session = requirePresent(response.session);
    const expires = requirePresent(fromTimestamp(session.expireTime));
    const cookie = await sessions.begin({ sid: session.id, expires }, response.assertion, sessionKey);
    return { headers: { 'Set-Cookie': cookie }, body: convert.sessionJson(session) };
  }
}

/** Starts the sign-out at the provider. While identity is unavailable, signs out here only. */
async function beginProviderSignOut(
  identity: ServiceClients['identity'],
  context: CallContext,
): Promise<{ provider: string; attempt: string } | undefined> {
  const callContext = {
    ...context,
    deadline: new Date(Math.min(context.deadline.getTime(), Date.now() + SIGN_OUT_TIMEOUT_MS)),
  };
  const signOut = await identity.beginSignOut({}, callContext, { waitForReady: false }).catch(() => undefined);
  return signOut && signOut.attempt !== '' ? signOut : undefined;
}
