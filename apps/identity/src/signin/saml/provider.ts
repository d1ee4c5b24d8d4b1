import { X509Certificate } from 'node:crypto';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { decryptXml } from '@node-saml/node-saml/lib/xml.js';
import type { Profile } from '@node-saml/node-saml';
import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import type { Log, Metrics } from '@cups/contracts';
import { callbackOf, logoutOf, SignInRefused } from '../provider.ts';
import type { Answered, Asked, BrowserProvider, Parameters, Step, ToldSignOut, Witness } from '../provider.ts';
import { witnessOf } from './assertion.ts';
import { followCertificates, followKeyPairs, showCertificates } from './keys.ts';
import type { KeyPair, KeyPairs } from './keys.ts';
import { decodeMessage, instantOf, named, NS, only, readXml, refuseMarkup, textOf, VERSION } from './message.ts';
import { logoutRequest, logoutResponse, metadataXml, newId } from './write.ts';

/**
 * An identity provider that speaks SAML 2.0, as MPass does. The library finds and checks signatures, decrypts, and gives back what
 * a signature covers; what that must say is ours to check (message.ts, assertion.ts), as is the time.
 */

/** As config.ts reads them. */
export interface SamlSettings {
  entityId: string;
  idpEntityId: string;
  ssoUrl: string;
  /** Empty: the provider signs nobody out. */
  sloUrl: string;
  /** PEM. */
  certificates: () => string;
  keysDir: string;
  skewMs: number;
  /** Whether assertions may come in clear. */
  plain: boolean;
  displayName: string;
  strongContexts: readonly string[];
  /** Whether rights are those of our staff, or of those what the provider asserts as well. */
  roles: string;
  roleAttributes: readonly string[];
}

export interface SamlParts {
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** How long a statement about a sign-out that names no end of its own is remembered and believed. */
const LOGOUT_MS = 600_000;

/** @throws Error, one sentence, when the keys or certificates cannot be used */
export function samlProvider(name: string, settings: SamlSettings, parts: SamlParts): BrowserProvider {
  const { displayName, sloUrl, entityId } = settings;
  const pairs = followKeyPairs(settings.keysDir, parts);
  const theirs = followCertificates(settings.certificates, parts.log);
  const ours = () => new X509Certificate(pairs().current.certificate);
  showCertificates(parts.metrics, { ours, theirs }, parts.now);
  const showClock = clockOf(name, parts.metrics);
  const saml: Saml = { name, settings, pairs, theirs, showClock, now: parts.now };
  const provider: BrowserProvider = {
    name,
    displayName: { ro: displayName, ru: displayName, en: displayName },
    begin: (asked) => begin(saml, asked),
    complete: (answered) => complete(saml, answered),
    signOut: undefined,
    metadata: (origin) => ({
      contentType: 'application/samlmetadata+xml',
      content: metadataXml(entityId, name, origin, pairs()),
    }),
  };
  if (sloUrl === '') return provider;
  provider.signOut = ({ person, index }) => {
    const request = { issuer: entityId, destination: sloUrl, person, index, now: parts.now() };
    return Promise.resolve(formOf(sloUrl, { SAMLRequest: logoutRequest(request, pairs().current) }));
  };
  provider.told = (parameters, origin) => told(saml, parameters, origin);
  return provider;
}

interface Saml {
  name: string;
  settings: SamlSettings;
  pairs: () => KeyPairs;
  /** Certificates of the provider. */
  theirs: () => X509Certificate[];
  /** By how many milliseconds their clock is ahead of ours. */
  showClock: (aheadMs: number) => void;
  now: () => Date;
}

/** The library, told to leave to us what we check: times, audience, and which request it was. */
function libraryOf(
  { name, settings, pairs, theirs }: Saml,
  origin: string,
  more: { again?: boolean; id?: string; pair?: KeyPair },
): SAML {
  const { current } = pairs();
  const { again = false, id = newId(), pair = current } = more;
  return new SAML({
    issuer: settings.entityId,
    callbackUrl: callbackOf(name, origin),
    entryPoint: settings.ssoUrl,
    idpCert: (done) => done(null, theirs().map(String)),
    privateKey: current.key,
    publicCert: current.certificate,
    decryptionPvk: pair.key,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    authnRequestBinding: 'HTTP-POST',
    skipRequestCompression: true,
    identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    disableRequestedAuthnContext: true,
    forceAuthn: again,
    generateUniqueId: () => id,
    wantAuthnResponseSigned: true,
    wantAssertionsSigned: true,
    audience: false,
    acceptedClockSkewMs: -1,
    validateInResponseTo: ValidateInResponseTo.never,
  });
}

async function begin(saml: Saml, { origin, again }: Asked): Promise<{ next: Step; kept: Record<string, string> }> {
  const [id, relay] = [newId(), newId()];
  const fields = await libraryOf(saml, origin, { again, id }).getAuthorizeMessageAsync(relay, undefined, {});
  return { next: formOf(saml.settings.ssoUrl, fields as Record<string, string>), kept: { request: id, relay } };
}

async function complete(saml: Saml, { origin, again, kept, beginTime, parameters }: Answered): Promise<Witness> {
  const { settings } = saml;
  if (parameters['RelayState'] !== kept['relay']) {
    throw new SignInRefused('cross-attempt', 'The answer belongs to another attempt.');
  }
  const recipient = callbackOf(saml.name, origin);
  const request = kept['request'] ?? '';
  const text = decodeMessage(parameters['SAMLResponse']);
  checkResponse(readXml(text), { settings, recipient, request });
  const assertion = readXml(await verified(saml, origin, parameters['SAMLResponse']!));
  const issued = instantOf(assertion, 'IssueInstant');
  if (issued) saml.showClock(issued.getTime() - saml.now().getTime());
  return witnessOf(assertion, {
    issuer: settings.idpEntityId,
    audience: settings.entityId,
    recipient,
    request,
    askedAgain: again ? beginTime : undefined,
    now: saml.now(),
    skewMs: settings.skewMs,
    strong: settings.strongContexts,
    roles: settings.roles === 'attributes' ? settings.roleAttributes : undefined,
  });
}

/** Shows how far the clock of a provider is ahead of ours, by the last message of which the signature held. */
function clockOf(provider: string, metrics: Metrics): (aheadMs: number) => void {
  let aheadMs: number | undefined;
  metrics.gauge(
    'cups_identity_provider_clock_ahead_seconds',
    'How far the clock of an identity provider was ahead of ours when it last answered; below zero, behind, or long under way.',
    ['provider'],
    (gauge) => {
      if (aheadMs !== undefined) gauge.set({ provider }, aheadMs / 1000);
    },
  );
  return (found) => (aheadMs = found);
}

/** What a response says about itself. It is believed when its signature, which covers all of it, is found to be good. */
function checkResponse(
  response: XmlElement,
  { settings, recipient, request }: { settings: SamlSettings; recipient: string; request: string },
): void {
  checkMessage(response, 'Response', recipient, settings);
  if (response.getAttribute('InResponseTo') !== request) {
    throw new SignInRefused('unsolicited', 'The response answers no request of this attempt.');
  }
  mustSucceed(response);
  if (named(response, 'Assertion').length > 0 && !settings.plain) {
    throw new SignInRefused('clear-text', 'The assertion is not encrypted.');
  }
  if (named(response, 'Assertion').length + named(response, 'EncryptedAssertion').length !== 1) {
    throw new SignInRefused('malformed', 'There must be one assertion in the response.');
  }
}

function mustSucceed(response: XmlElement): void {
  const status = only(only(response, 'Status', 'protocol'), 'StatusCode', 'protocol');
  if (status.getAttribute('Value') !== 'urn:oasis:names:tc:SAML:2.0:status:Success') {
    throw new SignInRefused('provider', 'The provider did not sign the person in.');
  }
}

function checkMessage(message: XmlElement, name: string, destination: string, { idpEntityId }: SamlSettings): void {
  if (
    message.localName !== name ||
    message.namespaceURI !== NS.protocol ||
    message.getAttribute('Version') !== VERSION
  ) {
    throw new SignInRefused('malformed', `The message is no ${name} of SAML 2.0.`);
  }
  if (message.getAttribute('Destination') !== destination) {
    throw new SignInRefused('destination', 'The message was for another place.');
  }
  if (textOf(only(message, 'Issuer')) !== idpEntityId) {
    throw new SignInRefused('issuer', 'The message is of another identity provider.');
  }
  if (named(message, 'Signature', 'signature').length !== 1) {
    throw new SignInRefused('signature', 'The message is not signed once, as a whole.');
  }
}

/**
 * The assertion of a response, whose signatures are good, as the signed bytes have it.
 * @throws SignInRefused
 */
async function verified(saml: Saml, origin: string, response: string): Promise<string> {
  const { current, next, previous } = saml.pairs();
  let failed: unknown;
  for (const pair of [current, next, previous]) {
    if (!pair) continue;
    try {
      const { profile } = await libraryOf(saml, origin, { pair }).validatePostResponseAsync({ SAMLResponse: response });
      const text = profile?.getAssertionXml?.();
      if (text === undefined) continue;
      await refuseHidden(response, pair);
      return text;
    } catch (error) {
      if (error instanceof SignInRefused) throw error;
      failed = error;
      if (!isDecryption(error)) break;
    }
  }
  if (isDecryption(failed)) throw new SignInRefused('decryption', 'The assertion is not encrypted for us.');
  // The library reads times before it gives anything back, and stumbles over one that is not there.
  if (failed instanceof Error && failed.message.startsWith('Error parsing')) {
    throw new SignInRefused('malformed', 'The assertion lacks a time.');
  }
  throw new SignInRefused('signature', 'The signatures do not hold.');
}

/**
 * The library gives the assertion back, and not what stood around it before it was encrypted. The signature of the response covers
 * that as well, so it is read only once that holds.
 * @throws SignInRefused for a document type, a comment or an instruction
 */
async function refuseHidden(response: string, { key }: KeyPair): Promise<void> {
  for (const encrypted of named(readXml(decodeMessage(response)), 'EncryptedAssertion')) {
    refuseMarkup(await decryptXml(encrypted.toString(), key));
  }
}

/** Whether OpenSSL could not open something: the library passes its error on. */
const isDecryption = (error: unknown): boolean =>
  /^ERR_(OSSL|CRYPTO)/.test(String((error as { code?: unknown } | undefined)?.code)) ||
  (error instanceof Error && /unable to authenticate data|oaep/i.test(error.message));

/** @throws SignInRefused */
async function told(saml: Saml, parameters: Parameters, origin: string): Promise<ToldSignOut | undefined> {
  const { settings, name } = saml;
  const { SAMLRequest: request, SAMLResponse: response, RelayState: relay } = parameters;
  const destination = logoutOf(name, origin);
  const library = libraryOf(saml, origin, {});
  const message = readXml(decodeMessage(request ?? response));
  checkMessage(message, request === undefined ? 'LogoutResponse' : 'LogoutRequest', destination, settings);
  if (request === undefined) {
    await genuine(library.validatePostResponseAsync({ SAMLResponse: response! }));
    return undefined;
  }
  const profile = await genuine(library.validatePostRequestAsync({ SAMLRequest: request }));
  const until = believedUntil(message, saml);
  const id = message.getAttribute('ID');
  return {
    whose: { person: profile?.nameID ?? '' },
    indexes: named(message, 'SessionIndex', 'protocol').map(textOf),
    statement: { id, until },
    answer: () => {
      const to = { issuer: settings.entityId, destination: settings.sloUrl, to: id, now: saml.now() };
      const fields: Record<string, string> = { SAMLResponse: logoutResponse(to, saml.pairs().current) };
      if (relay !== undefined) fields['RelayState'] = relay;
      return formOf(settings.sloUrl, fields);
    },
  };
}

async function genuine(checked: Promise<{ profile: Profile | null }>): Promise<Profile | null> {
  try {
    return (await checked).profile;
  } catch {
    throw new SignInRefused('signature', 'The signature does not hold.');
  }
}

function believedUntil(message: XmlElement, { now, settings }: Saml): Date {
  const issued = instantOf(message, 'IssueInstant');
  if (!issued) throw new SignInRefused('malformed', 'The message does not say when it was made.');
  const until = instantOf(message, 'NotOnOrAfter') ?? new Date(issued.getTime() + LOGOUT_MS);
  if (issued.getTime() > now().getTime() + settings.skewMs) {
    throw new SignInRefused('not-yet-valid', 'The message counts later only.');
  }
  if (until.getTime() + settings.skewMs <= now().getTime()) {
    throw new SignInRefused('expired', 'The message counts no longer.');
  }
  return new Date(until.getTime() + settings.skewMs);
}

const formOf = (url: string, fields: Record<string, string>): Step => ({ form: { url, fields } });
