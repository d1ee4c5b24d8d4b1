import { fromTimestamp } from '@cups/contracts/proto';
import type { Session__Output } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { AttemptCookie } from '../http/auth-cookie.ts';
import type { Answer, Handler } from '../http/handler.ts';
import type { Sessions } from '../http/session.ts';
import type { Neighbours } from '../neighbours.ts';
import { full, list, whole } from './shapes.ts';

/** How long signing out waits to hear whether a provider is to be told. */
const LEAVE_MS = 1000;

/** What a browser keeps of a session, and of a sign-in at a provider. */
export interface SessionCookies {
  sessions: Sessions;
  attempts: AttemptCookie;
}

/** Signing in and out, asked of identity. */
export function sessionRoutes(
  { identity }: Neighbours,
  { sessions, attempts }: SessionCookies,
): Record<string, Handler> {
  return {
    async createSession({ body, context }) {
      const { provider, operator, centre } = body as { provider: string; operator?: string; centre?: string };
      const asked = { provider, operator, centre: full('centres', centre) };
      const made = await signedIn(await identity.createSession(asked, context));
      return { ...made, status: 201, headers: { ...made.headers, Location: '/api/v1/sessions/current' } };
    },
    async getCurrentSession({ context }) {
      const found = await identity.getSession({}, context);
      // What the page shows from now on, its next requests may do.
      return found.assertion ? signedIn(found) : { body: convert.sessionJson(found.session) };
    },
    async switchCentre({ body, context }) {
      const centre = full('centres', (body as { centre: string }).centre);
      return signedIn(await identity.switchCentre({ centre }, context));
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
      sessions.hasEnded(id);
      return { status: 204, headers: id === session?.sid ? { 'Set-Cookie': sessions.cleared } : {} };
    },
    async deleteCurrentSession({ context, session }) {
      const next = await leavingProvider(identity, context);
      await sessions.end(whole(session), context);
      if (!next) return { status: 204, headers: { 'Set-Cookie': sessions.cleared } };
      return {
        cookies: [sessions.cleared, attempts.set(next.attempt)],
        body: { next: `/auth/${next.provider}/logout` },
      };
    },
    listOperators: list(identity.listOperators, 'operators', convert.operatorJson, ({ centre }) => ({
      centre: full('centres', centre),
    })),
  };

  /** The cookie takes the assertion, in the place of one of the same session. */
  async function signedIn(made: { session: Session__Output | null; assertion: string }): Promise<Answer> {
    const session = whole(made.session);
    const cookie = await sessions.begin(session.id, made.assertion, whole(fromTimestamp(session.expireTime)));
    return { headers: { 'Set-Cookie': cookie }, body: convert.sessionJson(session) };
  }
}

/** The provider that signed the person in, where they leave as well; while identity is away they leave here alone. */
async function leavingProvider(
  identity: Neighbours['identity'],
  context: CallContext,
): Promise<{ provider: string; attempt: string } | undefined> {
  const soon = { ...context, deadline: new Date(Math.min(context.deadline.getTime(), Date.now() + LEAVE_MS)) };
  const begun = await identity.beginSignOut({}, soon, { wait: false }).catch(() => undefined);
  return begun && begun.attempt !== '' ? begun : undefined;
}
