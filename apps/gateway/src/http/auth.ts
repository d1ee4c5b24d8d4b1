import type { Express, Request, Response } from 'express';
import { fromTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Neighbours } from '../neighbours.ts';
import { full, whole } from '../routes/shapes.ts';
import type { AttemptCookie } from './auth-cookie.ts';
import { POST_SCRIPT, postScript, seeOther, stepAnswer } from './auth-page.ts';
import type { Bodies } from './bodies.ts';
import type { Exchange } from './exchange.ts';
import { addressOf, originOf, refuseUnlessDocument } from './guards.ts';
import type { Limits } from './guards.ts';
import type { Answer } from './handler.ts';
import type { Gates } from './passage.ts';

/**
 * The way of a browser to an identity provider and back. Identity decides; here it is carried. These paths are not in the document:
 * they answer navigations, also those that come from the provider's site, so they have guards of their own. What goes wrong leads to
 * the page, which says why.
 */

export interface AuthParts extends Gates {
  /** Where a form may go on to from the address of a provider that it is posted to. */
  formOrigins: readonly string[];
  identity: Pick<Neighbours['identity'], 'beginSignIn' | 'completeSignIn' | 'continueSignOut' | 'getProviderMetadata'>;
  attempts: AttemptCookie;
  exchangeOf: (req: Request, res: Response, name: string) => Exchange;
}

/** One request of a browser at these paths. */
interface Visit extends Pick<Exchange, 'context'> {
  exchange: Exchange;
  req: Request;
  res: Response;
  provider: string;
  origin: string;
  /** Of the cookie; empty where there is none. */
  attempt: string;
  /** How whoever asks is told that it failed; undefined where a problem is read. */
  refusalOf: ((reason: Reason) => Answer) | undefined;
}

/** A browser is led to the page, which says why. */
const atPage = (reason: Reason): Answer => seeOther(`/?signIn=${reason}`);
/** To a provider that tells us of a sign-out by itself, as the standard says. */
const toProvider = (reason: Reason): Answer => ({
  status: 400,
  body: { error: 'invalid_request', error_description: reason },
});

/** Of a form that a provider lets the browser post. */
const MAX_FORM_BYTES = 64 * 1024;
const PROVIDER = /^[a-z][a-z0-9-]{0,30}$/;

/** Serves the paths under /auth. */
export function serveAuth(app: Express, parts: AuthParts): void {
  const { limits } = parts;
  const { start, callback, logout, metadata } = stepsOf(parts);
  const step = answering(parts, atPage, limits.signIn);
  app.get(POST_SCRIPT, (req, res) => parts.exchangeOf(req, res, 'signInScript').send(postScript()));
  app.get('/auth/:provider/start', step('startSignIn', start));
  app.get('/auth/:provider/callback', step('completeSignIn', callback));
  app.post('/auth/:provider/callback', step('completeSignIn', callback));
  app.get('/auth/:provider/logout', step('continueSignOut', logout));
  // A provider that tells of many sign-outs does so from one address: those of browsers are counted when the form is read.
  app.post('/auth/:provider/logout', answering(parts, atPage)('continueSignOut', logout));
  app.get('/auth/:provider/metadata', answering(parts, undefined, limits.signIn)('getProviderMetadata', metadata));
}

/** Answers with what a step gives, after the gates. @param refusalOf how it is told that the step has failed */
function answering(parts: AuthParts, refusalOf: Visit['refusalOf'], limit?: Limits['signIn']) {
  return (name: string, step: (visit: Visit) => Promise<Answer>) =>
    async (req: Request, res: Response): Promise<void> => {
      const exchange = parts.exchangeOf(req, res, name);
      let visit: Visit | undefined;
      try {
        const provider = await admitted(parts, exchange);
        await limit?.(req, res);
        const attempt = parts.attempts.read(req.headers.cookie);
        const origin = originOf(req, parts.publicOrigin);
        visit = { exchange, req, res, provider, attempt, origin, context: exchange.context, refusalOf };
        await exchange.send(await step(visit));
      } catch (error) {
        if (visit?.refusalOf) exchange.failAs(error, visit.refusalOf);
        else exchange.fail(error);
      }
    };
}

/** The provider of the path, after the gates. @throws Problem */
async function admitted({ admit, limits }: AuthParts, exchange: Exchange): Promise<string> {
  const { req, res } = exchange;
  exchange.place = admit(req, res);
  await limits.address(req, res);
  const provider = String(req.params['provider']);
  if (!PROVIDER.test(provider)) throw new Problem({ reason: 'METHOD_NOT_FOUND', message: 'There is no such path.' });
  return provider;
}

function stepsOf({ identity, sessions, attempts: cookie, formOrigins, limits, bodies }: AuthParts) {
  return {
    async start({ req, res, provider, origin, context }: Visit): Promise<Answer> {
      refuseUnlessDocument(req);
      const { returnTo, centre, language, again } = queryOf(req);
      const asked = {
        provider,
        origin,
        returnTo: ownPath(returnTo),
        centre: full('centres', centreOf(centre)) ?? '',
        language: ['ro', 'ru', 'en'].find((one) => one === language) ?? '',
        again: again === 'true',
      };
      const begun = await identity.beginSignIn(asked, context);
      res.append('Set-Cookie', cookie.set(begun.attempt));
      return stepAnswer(begun.next, formOrigins);
    },

    async callback(visit: Visit): Promise<Answer> {
      const { req, res, provider, origin, attempt, context } = visit;
      refuseUnlessDocument(req);
      const parameters = await parametersOf(visit, bodies);
      res.append('Set-Cookie', cookie.cleared);
      const done = await identity.completeSignIn({ provider, origin, attempt, parameters }, context);
      const { id, expireTime } = whole(done.session);
      res.append('Set-Cookie', await sessions.begin(id, done.assertion, whole(fromTimestamp(expireTime))));
      return seeOther(done.returnTo);
    },

    async logout(visit: Visit): Promise<Answer> {
      const { req, res, provider, origin, attempt, context } = visit;
      const parameters = await parametersOf(visit, bodies);
      if (parameters['logout_token'] !== undefined) {
        visit.refusalOf = toProvider;
        const { endedSessions } = await identity.continueSignOut({ provider, origin, parameters }, context);
        for (const sid of endedSessions) sessions.hasEnded(sid);
        return {};
      }
      if (req.method === 'POST') await limits.signIn(req, res);
      if (attempt !== '') res.append('Set-Cookie', cookie.cleared);
      const told = await identity.continueSignOut({ provider, origin, attempt, parameters }, context);
      for (const sid of told.endedSessions) sessions.hasEnded(sid);
      // The browser that brings the provider's word is the one that was signed in; a Lax cookie did not come along.
      if (told.endedSessions.length > 0) res.append('Set-Cookie', sessions.cleared);
      return told.next ? stepAnswer(told.next, formOrigins) : seeOther('/');
    },

    async metadata({ provider, origin, context }: Visit): Promise<Answer> {
      const { contentType, content } = await identity.getProviderMetadata({ provider, origin }, context);
      return { headers: { 'Content-Type': contentType }, text: content };
    },
  };
}

/** A provider brings a handful. */
const MOST_PARAMETERS = 50;

/** Of a query or a form, where a name that comes twice has no meaning. @throws Problem */
function singly(text: string): Record<string, string> {
  const all = new URLSearchParams(text);
  if (all.size > MOST_PARAMETERS) {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'There are more parameters than any provider brings.' });
  }
  const names = new Set(all.keys());
  if (names.size < all.size) {
    const violations = [violation('', 'REPEATED_NAME', { name: '(unknown)' })];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'A parameter comes twice.', violations });
  }
  return Object.fromEntries(all);
}

function queryOf({ originalUrl }: Request): Record<string, string> {
  const at = originalUrl.indexOf('?');
  return singly(at < 0 ? '' : originalUrl.slice(at + 1));
}

/** What says by itself that it counts, and may name a person: in an address it would stay in logs and histories. */
const BY_FORM_ALONE = ['SAMLRequest', 'SAMLResponse', 'logout_token'];

/** What a provider lets the browser bring, or brings itself. @throws Problem */
async function parametersOf({ exchange, req }: Visit, bodies: Bodies): Promise<Record<string, string>> {
  if (req.method !== 'POST') {
    const query = queryOf(req);
    const [misplaced] = BY_FORM_ALONE.filter((name) => Object.hasOwn(query, name));
    if (misplaced === undefined) return query;
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: `${misplaced} comes by a form, and not in an address.` });
  }
  if (!req.is('application/x-www-form-urlencoded')) {
    throw new Problem({ reason: 'MEDIA_TYPE_UNSUPPORTED', message: 'The body must be a form.' });
  }
  const read = { maxBytes: MAX_FORM_BYTES, address: addressOf(req) };
  const bytes = await exchange.waitFor(() => bodies.read(req, read));
  return singly(bytes.toString('utf8'));
}

/** A path of our page, where somebody wants to come back to; the start of the page for anything else. */
function ownPath(path = '/'): string {
  const there = URL.parse(path, 'https://cups.invalid');
  const isOurs =
    /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length <= 500 && there?.origin === 'https://cups.invalid';
  return isOurs && !/^\/(\/|(api|auth|contract)(\/|$))/.test(there.pathname) ? path : '/';
}

const centreOf = (code: string | undefined): string | undefined =>
  code !== undefined && /^(centres\/)?[A-Z]+-[0-9]{2,6}$/.test(code) ? code : undefined;
