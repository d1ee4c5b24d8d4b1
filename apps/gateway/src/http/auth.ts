import type { Express, Request, Response } from 'express';
import { fromTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import type { ServiceClients } from '../clients.ts';
import { resolveName, requirePresent } from '../routes/handler-factories.ts';
import type { AttemptCookie } from './attempt-cookie.ts';
import { POST_SCRIPT_PATH, postScriptResponse, seeOther, browserStepResponse } from './auth-page.ts';
import type { BodyReader } from './body-reader.ts';
import type { Exchange } from './exchange.ts';
import { parseUniqueParameters, readForm } from './form.ts';
import { resolveOrigin, assertDocumentRequest } from './guards.ts';
import type { RateLimits } from './guards.ts';
import type { HandlerResponse } from './handler.ts';
import type { PipelineDeps } from './request-pipeline.ts';

/**
 * Carries a browser to an identity provider and back; identity makes every decision.
 * These paths are not in openapi.yaml. They answer navigations, also from the provider's site, so they have their own
 * guards.
 * Failures redirect to the page with the reason.
 */

export interface AuthDeps extends PipelineDeps {
  /** Origins that the provider may redirect a posted form to. */
  formOrigins: readonly string[];
  identity: Pick<
    ServiceClients['identity'],
    'beginSignIn' | 'completeSignIn' | 'continueSignOut' | 'getProviderMetadata'
  >;
  attempts: AttemptCookie;
  createExchange: (req: Request, res: Response, name: string) => Exchange;
}

interface AuthRequest extends Pick<Exchange, 'context'> {
  exchange: Exchange;
  req: Request;
  res: Response;
  provider: string;
  origin: string;
  /** From the cookie; empty without one. */
  attempt: string;
  /** Builds the failure response; undefined sends a problem document. */
  failureResponse: ((problem: Problem) => HandlerResponse) | undefined;
}

const redirectToPage = ({ reason }: Problem): HandlerResponse => seeOther(`/?signIn=${reason}`);
/** Error response of OpenID Connect Back-Channel Logout. */
const providerErrorResponse = ({ reason }: Problem): HandlerResponse => ({
  status: 400,
  body: { error: 'invalid_request', error_description: reason },
});

const MAX_FORM_BYTES = 64 * 1024;
const PROVIDER_ID = /^[a-z][a-z0-9-]{0,30}$/;

export function serveAuth(app: Express, deps: AuthDeps): void {
  const { limits } = deps;
  const { start, callback, logout, metadata } = createAuthSteps(deps);
  const step = createAuthHandler(deps, redirectToPage, limits.signIn);
  app.get(POST_SCRIPT_PATH, (req, res) => deps.createExchange(req, res, 'signInScript').send(postScriptResponse()));
  app.get('/auth/:provider/start', step('startSignIn', start));
  app.get('/auth/:provider/callback', step('completeSignIn', callback));
  app.post('/auth/:provider/callback', step('completeSignIn', callback));
  app.get('/auth/:provider/logout', step('continueSignOut', logout));
  // A provider sends all back-channel sign-outs from one address, so the form decides which limit applies.
  app.post('/auth/:provider/logout', createAuthHandler(deps, redirectToPage)('continueSignOut', logout));
  app.get(
    '/auth/:provider/metadata',
    createAuthHandler(deps, undefined, limits.signIn)('getProviderMetadata', metadata),
  );
}

/**
 * Returns a factory of request handlers that run the guards and then one step.
 * @param failureResponse builds the response when the step fails
 */
function createAuthHandler(
  deps: AuthDeps,
  failureResponse: AuthRequest['failureResponse'],
  limit?: RateLimits['signIn'],
) {
  return (name: string, step: (request: AuthRequest) => Promise<HandlerResponse>) =>
    async (req: Request, res: Response): Promise<void> => {
      const exchange = deps.createExchange(req, res, name);
      let request: AuthRequest | undefined;
      try {
        const provider = await admitRequest(deps, exchange);
        await limit?.(req, res);
        const attempt = deps.attempts.read(req.headers.cookie);
        const origin = resolveOrigin(req, deps.publicOrigin);
        request = { exchange, req, res, provider, attempt, origin, context: exchange.context, failureResponse };
        await exchange.send(await step(request));
      } catch (error) {
        if (request?.failureResponse) exchange.failAs(error, request.failureResponse);
        else exchange.fail(error);
      }
    };
}

/** Admits the request and returns the provider of the path. @throws Problem */
async function admitRequest({ admission, limits }: AuthDeps, exchange: Exchange): Promise<string> {
  const { req, res } = exchange;
  exchange.admissionSlot = admission.admit(req, res, 'auth');
  await limits.address(req, res);
  const provider = String(req.params['provider']);
  if (!PROVIDER_ID.test(provider)) throw new Problem({ reason: 'METHOD_NOT_FOUND', message: 'Path not found.' });
  return provider;
}

function createAuthSteps({ identity, sessions, attempts: cookie, formOrigins, limits, bodies }: AuthDeps) {
  return {
    async start({ req, res, provider, origin, context }: AuthRequest): Promise<HandlerResponse> {
      assertDocumentRequest(req);
      const { returnTo, centre, language, forceAuthn } = parseQuery(req);
      const signInRequest = {
        provider,
        origin,
        returnTo: sanitizeReturnPath(returnTo),
        centre: resolveName('centres', parseCentreCode(centre)) ?? '',
        language: ['ro', 'ru', 'en'].find((supported) => supported === language) ?? '',
        forceAuthn: forceAuthn === 'true',
      };
      const begun = await identity.beginSignIn(signInRequest, context);
      res.append('Set-Cookie', cookie.set(begun.attempt));
      return browserStepResponse(begun.next, { formOrigins });
    },

    async callback(request: AuthRequest): Promise<HandlerResponse> {
      const { req, res, provider, origin, attempt, context } = request;
      assertDocumentRequest(req);
      const parameters = await readParameters(request, bodies);
      res.append('Set-Cookie', cookie.clearHeader);
      const completed = await identity.completeSignIn({ provider, origin, attempt, parameters }, context);
      const { id, expireTime } = requirePresent(completed.session);
      const session = { sid: id, expires: requirePresent(fromTimestamp(expireTime)) };
      res.append('Set-Cookie', await sessions.begin(session, completed.assertion));
      return seeOther(completed.returnTo);
    },

    async logout(request: AuthRequest): Promise<HandlerResponse> {
      const { req, res, provider, origin, attempt, context } = request;
      const parameters = await readParameters(request, bodies);
      if (parameters['logout_token'] !== undefined) {
        request.failureResponse = providerErrorResponse;
        const { endedSessions } = await identity.continueSignOut({ provider, origin, parameters }, context);
        for (const sid of endedSessions) sessions.markEnded(sid);
        return {};
      }
      if (req.method === 'POST') await limits.signIn(req, res);
      if (attempt !== '') res.append('Set-Cookie', cookie.clearHeader);
      const signOut = await identity.continueSignOut({ provider, origin, attempt, parameters }, context);
      for (const sid of signOut.endedSessions) sessions.markEnded(sid);
      // A Lax session cookie is not sent from the provider's site, so clear it without having read it.
      if (signOut.endedSessions.length > 0) res.append('Set-Cookie', sessions.clearHeader);
      if (!signOut.next) return seeOther('/');
      // A provider ends the sessions of all services in frames. Identity has verified that the request is the provider's.
      const isFramed = parameters['SAMLRequest'] !== undefined;
      // This older header names no origin. The policy of the page replaces it.
      if (isFramed) res.removeHeader('X-Frame-Options');
      return browserStepResponse(signOut.next, { formOrigins, isFramed });
    },

    async metadata({ provider, origin, context }: AuthRequest): Promise<HandlerResponse> {
      const { contentType, content } = await identity.getProviderMetadata({ provider, origin }, context);
      return { headers: { 'Content-Type': contentType }, text: content };
    },
  };
}

function parseQuery({ originalUrl }: Request): Record<string, string> {
  const at = originalUrl.indexOf('?');
  return parseUniqueParameters(at < 0 ? '' : originalUrl.slice(at + 1));
}

/** Signed messages that may name a person. In a URL they would remain in logs and browser history. */
const FORM_ONLY_PARAMETERS = ['SAMLRequest', 'SAMLResponse', 'logout_token'];

/** Returns the parameters of the query or the form. @throws Problem */
async function readParameters({ exchange, req }: AuthRequest, bodies: BodyReader): Promise<Record<string, string>> {
  if (req.method !== 'POST') {
    const query = parseQuery(req);
    const [misplaced] = FORM_ONLY_PARAMETERS.filter((name) => Object.hasOwn(query, name));
    if (misplaced === undefined) return query;
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: `${misplaced} must be in the form, not in the URL.` });
  }
  return readForm(exchange, bodies, MAX_FORM_BYTES);
}

/** Returns a path of the desk page to return to, or `/` for any other value. */
function sanitizeReturnPath(path = '/'): string {
  const url = URL.parse(path, 'https://cups.invalid');
  const isOwnPath =
    /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length <= 500 && url?.origin === 'https://cups.invalid';
  return isOwnPath && !/^\/(\/|(api|auth|contract)(\/|$))/.test(url.pathname) ? path : '/';
}

const parseCentreCode = (code: string | undefined): string | undefined =>
  code !== undefined && /^(centres\/)?[A-Z]+-[0-9]{2,6}$/.test(code) ? code : undefined;
