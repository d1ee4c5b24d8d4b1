import type { Express, Request, Response } from 'express';
import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { ServiceClients } from '../clients.ts';
import type { AgencyTokens } from './agency-tokens.ts';
import type { Exchange } from './exchange.ts';
import { readForm } from './form.ts';
import { resolveOrigin } from './guards.ts';
import type { HandlerResponse } from './handler.ts';
import { problemResponse } from './problems.ts';
import type { PipelineDeps } from './request-pipeline.ts';

/**
 * The token endpoint of agencies: client credentials with `private_key_jwt` (RFC 6749, section 4.4, and RFC 7523). Identity
 * verifies the assertion. Errors have the form of OAuth, because clients read no problem documents here.
 */

const AGENCY_TOKEN_PATH = '/agency/v1/token';
/** An assertion has at most 8 KiB. */
const MAX_FORM_BYTES = 16 * 1024;

export interface AgencyTokenDeps extends Pick<PipelineDeps, 'admission' | 'limits' | 'bodies' | 'publicOrigin'> {
  createExchange: (req: Request, res: Response, name: string) => Exchange;
  identity: Pick<ServiceClients['identity'], 'issueAgencyToken'>;
  agencyTokens: Pick<AgencyTokens, 'issue'>;
}

export function serveAgencyToken(app: Express, deps: AgencyTokenDeps): void {
  app.post(AGENCY_TOKEN_PATH, async (req: Request, res: Response) => {
    const exchange = deps.createExchange(req, res, 'createAgencyToken');
    try {
      exchange.admissionSlot = deps.admission.admit(req, res, 'createAgencyToken');
      await deps.limits.address(req, res);
      await deps.limits.signIn(req, res);
      await exchange.send(await issueToken(exchange, deps));
    } catch (error) {
      exchange.failAs(error, toOauthError);
    }
  });
}

async function issueToken(
  exchange: Exchange,
  { bodies, identity, agencyTokens, publicOrigin }: AgencyTokenDeps,
): Promise<HandlerResponse> {
  const form = await readForm(exchange, bodies, MAX_FORM_BYTES);
  const { grant_type: grantType, client_assertion: clientAssertion = '', client_id: clientId = '' } = form;
  if (grantType === undefined || clientAssertion === '') throw invalid('A parameter is missing.');
  if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type');
  const { assertion, expiresIn } = await identity.issueAgencyToken(
    {
      clientAssertion,
      clientAssertionType: form['client_assertion_type'] ?? '',
      clientId,
      audience: `${resolveOrigin(exchange.req, publicOrigin)}${AGENCY_TOKEN_PATH}`,
    },
    exchange.context,
  );
  const token = await agencyTokens.issue(assertion);
  return {
    headers: { Pragma: 'no-cache' },
    body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn },
  };
}

const invalid = (message: string): Problem => new Problem({ reason: 'INVALID_ARGUMENT', message });

const OAUTH_ERRORS: Readonly<Partial<Record<Reason, string>>> = {
  UNAUTHENTICATED: 'invalid_client',
  RATE_LIMITED: 'temporarily_unavailable',
};

/** Returns the error response of RFC 6749, section 5.2; statuses of overload and failure stay. */
function toOauthError(problem: Problem): HandlerResponse {
  const { status, headers } = problemResponse(problem, { requestId: '' });
  const isRequestFault = status === 400 || status === 413 || status === 415;
  const error = OAUTH_ERRORS[problem.reason] ?? (isRequestFault ? 'invalid_request' : 'temporarily_unavailable');
  const retryAfter = headers['Retry-After'];
  return oauthError(
    isRequestFault ? 400 : status,
    error,
    retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
  );
}

const oauthError = (status: number, error: string, headers: Record<string, string> = {}): HandlerResponse => ({
  status,
  headers,
  body: { error },
});
