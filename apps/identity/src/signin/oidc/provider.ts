import { createHash } from 'node:crypto';
import { createRemoteJWKSet } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import * as client from 'openid-client';
import { Problem } from '@cups/problem';
import { buildCallbackUrl, SignInRefused } from '../provider.ts';
import type {
  SignInCallback,
  SignInRequest,
  BrowserProvider,
  RefusalCause,
  CallbackParameters,
  BrowserNavigation,
  ProviderLogout,
  AuthenticatedSubject,
} from '../provider.ts';
import { verifyLogoutToken } from './logout-token.ts';

/**
 * An OpenID provider (authorization code with PKCE). The library implements the protocol.
 * This module checks state and issuer before any request, and interprets the claims.
 */

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: () => string;
  personClaim: string;
  mfaAcr: readonly string[];
  displayName: string;
  /** Whether plain http is allowed, as in development. */
  insecure: boolean;
}

const TIMEOUT_SECONDS = 5;
const SKEW_SECONDS = 60;
/** The discovery document and the client secret are read again after this time. */
const DISCOVERY_TTL_MS = 600_000;
/** Symmetric signatures are not accepted. */
const ASYMMETRIC_ALGORITHMS = [
  ...['RS', 'PS', 'ES'].flatMap((kind) => ['256', '384', '512'].map((bits) => kind + bits)),
  'Ed25519',
  'EdDSA',
];
const IDNP_PATTERN = /^[0-9]{13}$/;

export function oidcProvider(name: string, settings: OidcSettings, { now }: { now: () => Date }): BrowserProvider {
  const { displayName } = settings;
  const oidc: OidcContext = { name, settings, discover: createDiscovery(settings, now), now };
  return {
    name,
    displayName: { ro: displayName, ru: displayName, en: displayName },
    begin: (request) => begin(oidc, request),
    complete: (callback) => complete(oidc, callback),
    async signOut({ origin }) {
      const { configuration } = await oidc.discover();
      if (!configuration.serverMetadata().end_session_endpoint) return { redirectUrl: `${origin}/` };
      const url = client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${origin}/` });
      return { redirectUrl: url.href };
    },
    handleLogout: (parameters) => handleLogout(oidc, parameters),
  };
}

interface OidcContext {
  name: string;
  settings: OidcSettings;
  discover: () => Promise<DiscoveredProvider>;
  now: () => Date;
}

interface DiscoveredProvider {
  configuration: client.Configuration;
  /** Public keys, fetched when an unknown key is needed. */
  keys: JWTVerifyGetKey;
}

/** Returns a cached discovery function. It rejects with IDENTITY_PROVIDER_UNAVAILABLE. */
function createDiscovery(settings: OidcSettings, now: () => Date): () => Promise<DiscoveredProvider> {
  const { issuer, clientId, clientSecret, insecure } = settings;
  let cached: { discovered: Promise<DiscoveredProvider>; until: number } | undefined;
  const discover = (): Promise<DiscoveredProvider> =>
    client
      .discovery(
        new URL(issuer),
        clientId,
        { [client.clockTolerance]: SKEW_SECONDS },
        client.ClientSecretBasic(clientSecret()),
        {
          timeout: TIMEOUT_SECONDS,
          // Non-repudiation checks verify the ID token's signature even over a direct TLS connection.
          execute: [...(insecure ? [client.allowInsecureRequests] : []), client.enableNonRepudiationChecks],
        },
      )
      .then((configuration) => ({ configuration, keys: createKeySet(configuration) }))
      .catch(() => {
        cached = undefined;
        throw providerUnavailable();
      });
  return () => {
    if (!cached || cached.until <= now().getTime()) {
      cached = { discovered: discover(), until: now().getTime() + DISCOVERY_TTL_MS };
    }
    return cached.discovered;
  };
}

function createKeySet(configuration: client.Configuration): JWTVerifyGetKey {
  const { jwks_uri: address = '' } = configuration.serverMetadata();
  return createRemoteJWKSet(new URL(address), { timeoutDuration: TIMEOUT_SECONDS * 1000 });
}

const providerUnavailable = (): Problem =>
  new Problem({ reason: 'IDENTITY_PROVIDER_UNAVAILABLE', message: 'The identity provider is unavailable.' });

async function begin({ name, discover }: OidcContext, { origin, language, forceAuthn }: SignInRequest) {
  const attemptState = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  };
  const parameters: Record<string, string> = {
    redirect_uri: buildCallbackUrl(name, origin),
    scope: 'openid profile',
    state: attemptState.state,
    nonce: attemptState.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(attemptState.verifier),
    code_challenge_method: 'S256',
  };
  if (language !== '') parameters['ui_locales'] = language;
  if (forceAuthn) Object.assign(parameters, { prompt: 'login', max_age: '0' });
  const next: BrowserNavigation = {
    redirectUrl: client.buildAuthorizationUrl((await discover()).configuration, parameters).href,
  };
  return { next, attemptState };
}

async function complete(oidc: OidcContext, callback: SignInCallback): Promise<AuthenticatedSubject> {
  const { settings, discover } = oidc;
  const { attemptState, parameters, forceAuthn, beginTime } = callback;
  if (parameters['state'] !== attemptState['state']) {
    throw new SignInRefused('cross-attempt', 'The response belongs to another attempt.');
  }
  const { configuration } = await discover();
  const { issuer } = configuration.serverMetadata();
  if (parameters['iss'] !== undefined && parameters['iss'] !== issuer) {
    throw new SignInRefused('issuer', 'The response was issued by another provider.');
  }
  if (parameters['error'] !== undefined) {
    throw new SignInRefused('provider', 'The provider did not sign the person in.');
  }
  const { claims, token } = await exchangeCode(oidc, configuration, callback);
  if (forceAuthn && !(claims.auth_time && (claims.auth_time + SKEW_SECONDS) * 1000 >= beginTime.getTime())) {
    throw new SignInRefused('reauthentication-missing', 'The person was not authenticated again.');
  }
  const person = claims[settings.personClaim];
  if (typeof person !== 'string' || !IDNP_PATTERN.test(person)) {
    throw new SignInRefused('malformed', 'The person claim is not an IDNP.');
  }
  const { acr, amr, sid } = claims;
  return {
    idnp: person,
    multiFactor:
      (typeof acr === 'string' && settings.mfaAcr.includes(acr)) || (Array.isArray(amr) && amr.includes('mfa')),
    sessionIndex: typeof sid === 'string' ? sid : '',
    subject: resolvePrincipal(settings, claims.sub).subject,
    assertion: {
      id: sha256(token),
      until: new Date((claims.exp + SKEW_SECONDS) * 1000),
    },
  };
}

/**
 * Returns the person of a subject: an IDNP, or else the hash of the subject, which is stored with the session.
 * An IDNP is not hashed, because its hash could be found by trying all numbers.
 */
function resolvePrincipal({ issuer, personClaim }: OidcSettings, subject: string): { idnp?: string; subject?: string } {
  return personClaim === 'sub' || IDNP_PATTERN.test(subject)
    ? { idnp: subject }
    : { subject: sha256(`${issuer} ${subject}`) };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** @throws SignInRefused; Problem IDENTITY_PROVIDER_UNAVAILABLE */
async function handleLogout(
  { settings, discover, now }: OidcContext,
  { logout_token: token }: CallbackParameters,
): Promise<ProviderLogout> {
  if (token === undefined) throw new SignInRefused('malformed', 'The logout token is missing.');
  const { configuration, keys } = await discover();
  const { issuer } = configuration.serverMetadata();
  const { clientId } = settings;
  const expected = { keys, issuer, clientId, algorithms: ASYMMETRIC_ALGORITHMS, skewSeconds: SKEW_SECONDS, now: now() };
  try {
    return await verifyLogoutToken(token, expected, (subject) => resolvePrincipal(settings, subject));
  } catch (error) {
    throw error instanceof SignInRefused ? error : providerUnavailable();
  }
}

/** Exchanges the code for a verified ID token. @throws SignInRefused; Problem IDENTITY_PROVIDER_UNAVAILABLE */
async function exchangeCode(
  { name, settings: { clientId }, now }: OidcContext,
  configuration: client.Configuration,
  { origin, attemptState, parameters, forceAuthn }: SignInCallback,
): Promise<{ claims: client.IDToken; token: string }> {
  const url = new URL(buildCallbackUrl(name, origin));
  url.search = new URLSearchParams(parameters).toString();
  const checks: client.AuthorizationCodeGrantChecks = {
    expectedState: attemptState['state'] ?? '',
    expectedNonce: attemptState['nonce'] ?? '',
    pkceCodeVerifier: attemptState['verifier'] ?? '',
    idTokenExpected: true,
    // The caller compares auth_time with the start of the attempt.
    ...(forceAuthn && { maxAge: 3600 }),
  };
  try {
    const response = await client.authorizationCodeGrant(configuration, url, checks);
    const [claims, token] = [response.claims(), response.id_token ?? ''];
    if (!claims) throw new SignInRefused('token', 'The ID token is missing.');
    assertTokenValid({ header: parseHeader(token), claims }, { clientId, now: now() });
    return { claims, token };
  } catch (error) {
    if (error instanceof SignInRefused) throw error;
    const cause = refusalCause(error);
    if (cause === undefined) throw providerUnavailable();
    throw new SignInRefused(cause, 'The response of the provider is invalid.');
  }
}

interface TokenHeader {
  alg?: unknown;
  typ?: unknown;
}

const parseHeader = (token: string): TokenHeader =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as TokenHeader;

/**
 * Checks what the library does not: algorithm, type, authorized party, and tokens from the future.
 * @throws SignInRefused
 */
function assertTokenValid(
  { header: { alg, typ = 'JWT' }, claims }: { header: TokenHeader; claims: client.IDToken },
  { clientId, now }: { clientId: string; now: Date },
): void {
  const [past, future] = [now.getTime() / 1000 - SKEW_SECONDS, now.getTime() / 1000 + SKEW_SECONDS];
  if (typeof alg !== 'string' || !ASYMMETRIC_ALGORITHMS.includes(alg)) {
    throw new SignInRefused('algorithm', 'The signature algorithm is not allowed.');
  }
  // Other tokens, such as logout tokens, have a type of their own.
  if (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT')
    throw new SignInRefused('token', 'The token is not an ID token.');
  if (claims.azp !== undefined && claims.azp !== clientId) {
    throw new SignInRefused('audience', 'The token was issued for another client.');
  }
  if (claims.exp <= past) throw new SignInRefused('expired', 'The token has expired.');
  if (claims.iat > future || (claims.auth_time ?? 0) > future) {
    throw new SignInRefused('not-yet-valid', 'The token is not valid yet.');
  }
}

const CAUSE_BY_CLAIM: Readonly<Record<string, RefusalCause>> = {
  aud: 'audience',
  azp: 'audience',
  iss: 'issuer',
  nonce: 'cross-attempt',
};

interface LibraryError {
  code?: string;
  message?: string;
  cause?: unknown;
  claim?: string;
}

/** Returns the cause of a library error; undefined if the provider is unavailable. */
function refusalCause(error: unknown): RefusalCause | undefined {
  const { code = '', cause: inner } = error as LibraryError;
  const { message = '', cause: about } = (inner ?? {}) as LibraryError;
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) {
    return 'provider';
  }
  if (code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED')
    return CAUSE_BY_CLAIM[(about as LibraryError | undefined)?.claim ?? ''] ?? 'token';
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') {
    return (about as LibraryError | undefined)?.claim === 'nbf' ? 'not-yet-valid' : 'expired';
  }
  if (code === 'OAUTH_UNSUPPORTED_OPERATION' || message.includes('"alg"')) return 'algorithm';
  if (code === 'OAUTH_KEY_SELECTION_FAILED' || message.includes('signature')) return 'signature';
  return code.startsWith('OAUTH_') ? 'token' : undefined;
}
