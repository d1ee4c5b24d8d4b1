import { createHash } from 'node:crypto';
import { createRemoteJWKSet } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import * as client from 'openid-client';
import { Problem } from '@cups/problem';
import { callbackOf, SignInRefused } from '../provider.ts';
import type { Answered, Asked, BrowserProvider, Cause, Parameters, Step, ToldSignOut, Witness } from '../provider.ts';
import { toldByToken } from './logout.ts';

/**
 * An OpenID provider, by authorisation code with PKCE. The library makes and checks what the protocol asks for; the state and the
 * issuer are looked at before anything is sent to anybody, and what the claims mean for us is ours.
 */

/** As settings.ts reads them. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: () => string;
  personClaim: string;
  strongAcr: readonly string[];
  displayName: string;
  /** Whether http will do, as it does in development. */
  insecure: boolean;
}

const TIMEOUT_SECONDS = 5;
const SKEW_SECONDS = 60;
/** What the discovery document and the client's secret said is looked at again after this time. */
const FRESH_MS = 600_000;
/** Only signatures that whoever checks them cannot make. */
const ASYMMETRIC = [
  ...['RS', 'PS', 'ES'].flatMap((kind) => ['256', '384', '512'].map((bits) => kind + bits)),
  'Ed25519',
  'EdDSA',
];
/** An IDNP. */
const PERSON = /^[0-9]{13}$/;

export function oidcProvider(name: string, settings: OidcSettings, { now }: { now: () => Date }): BrowserProvider {
  const { displayName } = settings;
  const oidc: Oidc = { name, settings, discovered: openDiscovery(settings, now), now };
  return {
    name,
    displayName: { ro: displayName, ru: displayName, en: displayName },
    begin: (asked) => begin(oidc, asked),
    complete: (answered) => complete(oidc, answered),
    async signOut({ origin }) {
      const { configuration } = await oidc.discovered();
      if (!configuration.serverMetadata().end_session_endpoint) return { redirectUrl: `${origin}/` };
      const there = client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${origin}/` });
      return { redirectUrl: there.href };
    },
    told: (parameters) => told(oidc, parameters),
  };
}

interface Oidc {
  name: string;
  settings: OidcSettings;
  discovered: () => Promise<Discovered>;
  now: () => Date;
}

interface Discovered {
  configuration: client.Configuration;
  /** Its public keys, asked for when one is needed that is not known. */
  keys: JWTVerifyGetKey;
}

/** @returns what finds out about the provider, and remembers it for a while; it rejects with PROVIDER_AWAY */
function openDiscovery(settings: OidcSettings, now: () => Date): () => Promise<Discovered> {
  const { issuer, clientId, clientSecret, insecure } = settings;
  let known: { discovered: Promise<Discovered>; until: number } | undefined;
  const discover = (): Promise<Discovered> =>
    client
      .discovery(
        new URL(issuer),
        clientId,
        { [client.clockTolerance]: SKEW_SECONDS },
        client.ClientSecretBasic(clientSecret()),
        {
          timeout: TIMEOUT_SECONDS,
          // The second: the signature of an ID token counts, whichever way it came.
          execute: [...(insecure ? [client.allowInsecureRequests] : []), client.enableNonRepudiationChecks],
        },
      )
      .then((configuration) => ({ configuration, keys: keysOf(configuration) }))
      .catch(() => {
        known = undefined;
        throw away();
      });
  return () => {
    if (!known || known.until <= now().getTime()) {
      known = { discovered: discover(), until: now().getTime() + FRESH_MS };
    }
    return known.discovered;
  };
}

function keysOf(configuration: client.Configuration): JWTVerifyGetKey {
  const { jwks_uri: address = '' } = configuration.serverMetadata();
  return createRemoteJWKSet(new URL(address), { timeoutDuration: TIMEOUT_SECONDS * 1000 });
}

const away = (): Problem => new Problem({ reason: 'PROVIDER_AWAY', message: 'The identity provider is away.' });

async function begin({ name, discovered }: Oidc, { origin, language, again }: Asked) {
  const kept = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  };
  const asked: Record<string, string> = {
    redirect_uri: callbackOf(name, origin),
    scope: 'openid profile',
    state: kept.state,
    nonce: kept.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: 'S256',
  };
  if (language !== '') asked['ui_locales'] = language;
  if (again) Object.assign(asked, { prompt: 'login', max_age: '0' });
  const next: Step = { redirectUrl: client.buildAuthorizationUrl((await discovered()).configuration, asked).href };
  return { next, kept };
}

async function complete(oidc: Oidc, answered: Answered): Promise<Witness> {
  const { settings, discovered } = oidc;
  const { kept, parameters, again, beginTime } = answered;
  if (parameters['state'] !== kept['state']) {
    throw new SignInRefused('cross-attempt', 'The answer belongs to another attempt.');
  }
  const { configuration } = await discovered();
  const { issuer } = configuration.serverMetadata();
  if (parameters['iss'] !== undefined && parameters['iss'] !== issuer) {
    throw new SignInRefused('issuer', 'The answer is of another provider.');
  }
  if (parameters['error'] !== undefined) {
    throw new SignInRefused('provider', 'The provider did not sign the person in.');
  }
  const { claims, token } = await granted(oidc, configuration, answered);
  if (again && !(claims.auth_time && (claims.auth_time + SKEW_SECONDS) * 1000 >= beginTime.getTime())) {
    throw new SignInRefused('not-again', 'The person was not asked for again.');
  }
  const person = claims[settings.personClaim];
  if (typeof person !== 'string' || !PERSON.test(person)) {
    throw new SignInRefused('malformed', 'The claim of the person is no IDNP.');
  }
  const { acr, amr, sid } = claims;
  return {
    person,
    strong:
      (typeof acr === 'string' && settings.strongAcr.includes(acr)) || (Array.isArray(amr) && amr.includes('mfa')),
    index: typeof sid === 'string' ? sid : '',
    subject: whoseOf(settings, claims.sub).subject,
    statement: {
      id: hashOf(token),
      until: new Date((claims.exp + SKEW_SECONDS) * 1000),
    },
  };
}

/**
 * A subject that is the personal number finds its person as a sign-in does, and is kept nowhere: its hash would be found by trying all
 * numbers. Of any other a hash is kept with the session.
 */
function whoseOf({ issuer, personClaim }: OidcSettings, subject: string): { person?: string; subject?: string } {
  return personClaim === 'sub' || PERSON.test(subject)
    ? { person: subject }
    : { subject: hashOf(`${issuer} ${subject}`) };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** @throws SignInRefused; Problem PROVIDER_AWAY */
async function told({ settings, discovered, now }: Oidc, { logout_token: token }: Parameters): Promise<ToldSignOut> {
  if (token === undefined) throw new SignInRefused('malformed', 'There is no token of a sign-out.');
  const { configuration, keys } = await discovered();
  const { issuer } = configuration.serverMetadata();
  const { clientId } = settings;
  const expected = { keys, issuer, clientId, algorithms: ASYMMETRIC, skewSeconds: SKEW_SECONDS, now: now() };
  try {
    return await toldByToken(token, expected, (subject) => whoseOf(settings, subject));
  } catch (error) {
    throw error instanceof SignInRefused ? error : away();
  }
}

/** What the code is worth. @throws SignInRefused; Problem PROVIDER_AWAY */
async function granted(
  { name, settings: { clientId }, now }: Oidc,
  configuration: client.Configuration,
  { origin, kept, parameters, again }: Answered,
): Promise<{ claims: client.IDToken; token: string }> {
  const url = new URL(callbackOf(name, origin));
  url.search = new URLSearchParams(parameters).toString();
  const checks: client.AuthorizationCodeGrantChecks = {
    expectedState: kept['state'] ?? '',
    expectedNonce: kept['nonce'] ?? '',
    pkceCodeVerifier: kept['verifier'] ?? '',
    idTokenExpected: true,
    // Whether that was after we asked is looked at by whoever called.
    ...(again && { maxAge: 3600 }),
  };
  try {
    const answer = await client.authorizationCodeGrant(configuration, url, checks);
    const [claims, token] = [answer.claims(), answer.id_token ?? ''];
    if (!claims) throw new SignInRefused('token', 'There is no ID token.');
    checkToken({ header: headerOf(token), claims }, { clientId, now: now() });
    return { claims, token };
  } catch (error) {
    if (error instanceof SignInRefused) throw error;
    const cause = causeOf(error);
    if (cause === undefined) throw away();
    throw new SignInRefused(cause, 'The answer of the provider does not hold.');
  }
}

interface Header {
  alg?: unknown;
  typ?: unknown;
}

const headerOf = (token: string): Header =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Header;

/**
 * What the library leaves open: which algorithms, types and clients count, and that a token of the future does not.
 * @throws SignInRefused
 */
function checkToken(
  { header: { alg, typ = 'JWT' }, claims }: { header: Header; claims: client.IDToken },
  { clientId, now }: { clientId: string; now: Date },
): void {
  const [past, future] = [now.getTime() / 1000 - SKEW_SECONDS, now.getTime() / 1000 + SKEW_SECONDS];
  if (typeof alg !== 'string' || !ASYMMETRIC.includes(alg)) {
    throw new SignInRefused('algorithm', 'The signature is one that does not count.');
  }
  // Of other kinds, such as tokens of a sign-out, the type says so.
  if (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT') throw new SignInRefused('token', 'It is no ID token.');
  if (claims.azp !== undefined && claims.azp !== clientId) {
    throw new SignInRefused('audience', 'The token was made for another client.');
  }
  if (claims.exp <= past) throw new SignInRefused('expired', 'It counts no longer.');
  if (claims.iat > future || (claims.auth_time ?? 0) > future) {
    throw new SignInRefused('not-yet-valid', 'It counts later only.');
  }
}

const OF_CLAIM: Readonly<Record<string, Cause>> = {
  aud: 'audience',
  azp: 'audience',
  iss: 'issuer',
  nonce: 'cross-attempt',
};

interface Found {
  code?: string;
  message?: string;
  cause?: unknown;
  claim?: string;
}

/** What the library found; undefined when the provider could not be asked. */
function causeOf(error: unknown): Cause | undefined {
  const { code = '', cause: inner } = error as Found;
  const { message = '', cause: about } = (inner ?? {}) as Found;
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) {
    return 'provider';
  }
  if (code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED')
    return OF_CLAIM[(about as Found | undefined)?.claim ?? ''] ?? 'token';
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') {
    return (about as Found | undefined)?.claim === 'nbf' ? 'not-yet-valid' : 'expired';
  }
  if (code === 'OAUTH_UNSUPPORTED_OPERATION' || message.includes('"alg"')) return 'algorithm';
  if (code === 'OAUTH_KEY_SELECTION_FAILED' || message.includes('signature')) return 'signature';
  return code.startsWith('OAUTH_') ? 'token' : undefined;
}
