import { X509Certificate } from 'node:crypto';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { decryptXml } from '@node-saml/node-saml/lib/xml.js';
import type { Profile } from '@node-saml/node-saml';
import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import type { Log, Metrics } from '@cups/contracts';
import { buildCallbackUrl, buildLogoutUrl, SignInRefused } from '../provider.ts';
import type {
  SignInCallback,
  SignInRequest,
  BrowserProvider,
  CallbackParameters,
  BrowserNavigation,
  ProviderLogout,
  AuthenticatedSubject,
} from '../provider.ts';
import { isSameUrl, subjectFromAssertion } from './assertion.ts';
import { watchCertificates, watchKeyPairs, registerCertificateGauge } from './keys.ts';
import type { KeyPair, KeyPairs } from './keys.ts';
import {
  decodeMessage,
  parseInstant,
  childrenNamed,
  NS,
  requireChild,
  parseXml,
  rejectUnsafeMarkup,
  textOf,
  SAML_VERSION,
} from './message-parser.ts';
import { createLogoutRequest, createLogoutResponse, createMetadata, createMessageId } from './message-writer.ts';

/**
 * A SAML 2.0 identity provider, such as MPass. The library verifies signatures, decrypts, and returns signed content.
 * This module, message-parser.ts and assertion.ts check the content and the times.
 */

export interface SamlSettings {
  entityId: string;
  idpEntityId: string;
  ssoUrl: string;
  /** Empty if the provider supports no sign-out. */
  sloUrl: string;
  /** PEM. */
  certificates: () => string;
  keysDir: string;
  skewMs: number;
  /** `signed-response`: a plain assertion inside a signed response counts. `encrypted`: only a signed and encrypted one. */
  assertions: string;
  displayName: string;
  mfaContexts: readonly string[];
  /** `store`: stored roles only. `attributes`: stored roles that the provider also asserts. */
  roles: string;
  roleAttributes: readonly string[];
}

export interface SamlParts {
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Validity of a logout message without an expiry. It is remembered for that time. */
const LOGOUT_TTL_MS = 600_000;

/** @throws Error if the keys or certificates are invalid */
export function samlProvider(name: string, settings: SamlSettings, parts: SamlParts): BrowserProvider {
  const { displayName, sloUrl, entityId } = settings;
  const keyPairs = watchKeyPairs(settings.keysDir, parts);
  const idpCertificates = watchCertificates(settings.certificates, parts.log);
  const ownCertificate = () => new X509Certificate(keyPairs().current.certificate);
  registerCertificateGauge(parts.metrics, { ours: ownCertificate, theirs: idpCertificates });
  const recordClockOffset = createClockGauge(name, parts.metrics);
  const saml: SamlContext = { name, settings, keyPairs, idpCertificates, recordClockOffset, now: parts.now };
  const provider: BrowserProvider = {
    name,
    displayName: { ro: displayName, ru: displayName, en: displayName },
    begin: (request) => begin(saml, request),
    complete: (callback) => complete(saml, callback),
    signOut: undefined,
    metadata: (origin) => ({
      contentType: 'application/samlmetadata+xml',
      content: createMetadata(entityId, name, origin, keyPairs()),
    }),
  };
  if (sloUrl === '') return provider;
  provider.signOut = ({ person, sessionIndex }) => {
    const request = { issuer: entityId, destination: sloUrl, person, sessionIndex, now: parts.now() };
    return Promise.resolve(postForm(sloUrl, { SAMLRequest: createLogoutRequest(request, keyPairs().current) }));
  };
  provider.handleLogout = (parameters, origin) => handleLogout(saml, parameters, origin);
  return provider;
}

interface SamlContext {
  name: string;
  settings: SamlSettings;
  keyPairs: () => KeyPairs;
  /** Certificates of the provider. */
  idpCertificates: () => X509Certificate[];
  /** Records by how many milliseconds the provider's clock is ahead. */
  recordClockOffset: (aheadMs: number) => void;
  now: () => Date;
}

/** Creates the library client, without its checks of times, audience and request, which this module does. */
function createSamlLibrary(
  { name, settings, keyPairs, idpCertificates }: SamlContext,
  origin: string,
  options: { forceAuthn?: boolean; id?: string; pair?: KeyPair; isAssertionSigned?: boolean },
): SAML {
  const { current } = keyPairs();
  const { forceAuthn = false, id = createMessageId(), pair = current, isAssertionSigned = true } = options;
  return new SAML({
    issuer: settings.entityId,
    callbackUrl: buildCallbackUrl(name, origin),
    entryPoint: settings.ssoUrl,
    idpCert: (done) => done(null, idpCertificates().map(String)),
    privateKey: current.key,
    publicCert: current.certificate,
    decryptionPvk: pair.key,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    authnRequestBinding: 'HTTP-POST',
    skipRequestCompression: true,
    identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    disableRequestedAuthnContext: true,
    forceAuthn,
    generateUniqueId: () => id,
    wantAuthnResponseSigned: true,
    wantAssertionsSigned: isAssertionSigned,
    audience: false,
    acceptedClockSkewMs: -1,
    validateInResponseTo: ValidateInResponseTo.never,
  });
}

async function begin(
  saml: SamlContext,
  { origin, forceAuthn }: SignInRequest,
): Promise<{ next: BrowserNavigation; attemptState: Record<string, string> }> {
  const [id, relay] = [createMessageId(), createMessageId()];
  const fields = await createSamlLibrary(saml, origin, { forceAuthn, id }).getAuthorizeMessageAsync(
    relay,
    undefined,
    {},
  );
  return {
    next: postForm(saml.settings.ssoUrl, fields as Record<string, string>),
    attemptState: { request: id, relay },
  };
}

async function complete(
  saml: SamlContext,
  { origin, forceAuthn, attemptState, beginTime, parameters }: SignInCallback,
): Promise<AuthenticatedSubject> {
  const { settings } = saml;
  if (parameters['RelayState'] !== attemptState['relay']) {
    throw new SignInRefused('cross-attempt', 'The response belongs to another attempt.');
  }
  const recipient = buildCallbackUrl(saml.name, origin);
  const request = attemptState['request'] ?? '';
  const text = decodeMessage(parameters['SAMLResponse']);
  const response = parseXml(text);
  assertResponseValid(response, { settings, recipient, request });
  const isAssertionSigned = !isCoveredByResponse(response);
  const signed = { response: parameters['SAMLResponse']!, isAssertionSigned };
  const assertion = parseXml(await verifyAssertion(saml, origin, signed));
  const issued = parseInstant(assertion, 'IssueInstant');
  if (issued) saml.recordClockOffset(issued.getTime() - saml.now().getTime());
  return subjectFromAssertion(assertion, {
    issuer: settings.idpEntityId,
    audience: settings.entityId,
    recipient,
    requestId: request,
    forceAuthnTime: forceAuthn ? beginTime : undefined,
    now: saml.now(),
    skewMs: settings.skewMs,
    multiFactorContexts: settings.mfaContexts,
    roleAttributes: settings.roles === 'attributes' ? settings.roleAttributes : undefined,
  });
}

/** Registers the gauge of the provider's clock offset, from the last message with a valid signature. */
function createClockGauge(provider: string, metrics: Metrics): (aheadMs: number) => void {
  let aheadMs: number | undefined;
  metrics.gauge(
    'cups_identity_provider_clock_ahead_seconds',
    'How far the clock of an identity provider was ahead of ours when it last answered; below zero, behind, or long under way.',
    ['provider'],
    (gauge) => {
      if (aheadMs !== undefined) gauge.set({ provider }, aheadMs / 1000);
    },
  );
  return (measuredMs) => (aheadMs = measuredMs);
}

/** Checks the response itself. The caller verifies its signature afterwards. */
function assertResponseValid(
  response: XmlElement,
  { settings, recipient, request }: { settings: SamlSettings; recipient: string; request: string },
): void {
  assertMessageValid(response, 'Response', recipient, settings);
  if (response.getAttribute('InResponseTo') !== request) {
    throw new SignInRefused('unsolicited', 'The response does not respond to the request of this attempt.');
  }
  assertSuccess(response);
  if (childrenNamed(response, 'Assertion').length > 0 && settings.assertions === 'encrypted') {
    throw new SignInRefused('not-encrypted', 'The assertion is not encrypted.');
  }
  if (childrenNamed(response, 'Assertion').length + childrenNamed(response, 'EncryptedAssertion').length !== 1) {
    throw new SignInRefused('malformed', 'The response must contain exactly one assertion.');
  }
}

/**
 * Returns whether the assertion is plain and has no signature of its own, so that only the response's signature covers it.
 * Any other one must be signed too. The response's signature is required of all, and the library returns what it covers.
 */
function isCoveredByResponse(response: XmlElement): boolean {
  const [plain] = childrenNamed(response, 'Assertion');
  return plain !== undefined && childrenNamed(plain, 'Signature', 'signature').length === 0;
}

function assertSuccess(response: XmlElement): void {
  const status = requireChild(requireChild(response, 'Status', 'protocol'), 'StatusCode', 'protocol');
  if (status.getAttribute('Value') !== 'urn:oasis:names:tc:SAML:2.0:status:Success') {
    throw new SignInRefused('provider', 'The provider did not sign the person in.');
  }
}

function assertMessageValid(
  message: XmlElement,
  name: string,
  destination: string,
  { idpEntityId }: SamlSettings,
): void {
  if (
    message.localName !== name ||
    message.namespaceURI !== NS.protocol ||
    message.getAttribute('Version') !== SAML_VERSION
  ) {
    throw new SignInRefused('malformed', `The message is not a ${name} of SAML 2.0.`);
  }
  if (!isSameUrl(message.getAttribute('Destination'), destination)) {
    throw new SignInRefused('destination', 'The message was sent to another URL.');
  }
  if (textOf(requireChild(message, 'Issuer')) !== idpEntityId) {
    throw new SignInRefused('issuer', 'The message was issued by another identity provider.');
  }
  if (childrenNamed(message, 'Signature', 'signature').length !== 1) {
    throw new SignInRefused('signature', 'The message must have exactly one signature of the whole message.');
  }
}

/**
 * Verifies the signatures of a response and returns its assertion, as signed.
 * @throws SignInRefused
 */
async function verifyAssertion(
  saml: SamlContext,
  origin: string,
  { response, isAssertionSigned }: { response: string; isAssertionSigned: boolean },
): Promise<string> {
  const { current, next, previous } = saml.keyPairs();
  let failed: unknown;
  for (const pair of [current, next, previous]) {
    if (!pair) continue;
    try {
      const { profile } = await createSamlLibrary(saml, origin, { pair, isAssertionSigned }).validatePostResponseAsync({
        SAMLResponse: response,
      });
      const text = profile?.getAssertionXml?.();
      if (text === undefined) continue;
      await rejectHiddenMarkup(response, pair);
      return text;
    } catch (error) {
      if (error instanceof SignInRefused) throw error;
      failed = error;
      if (!isDecryptionError(error)) break;
    }
  }
  if (isDecryptionError(failed))
    throw new SignInRefused('decryption', 'The assertion is not encrypted for this service.');
  // The library throws this error for a missing time.
  if (failed instanceof Error && failed.message.startsWith('Error parsing')) {
    throw new SignInRefused('malformed', 'The assertion lacks a time.');
  }
  throw new SignInRefused('signature', 'The signatures are invalid.');
}

/**
 * Rejects unsafe markup around the encrypted assertion, which the library does not return.
 * Called after signature verification, because the response's signature covers it.
 * @throws SignInRefused
 */
async function rejectHiddenMarkup(response: string, { key }: KeyPair): Promise<void> {
  for (const encrypted of childrenNamed(parseXml(decodeMessage(response)), 'EncryptedAssertion')) {
    rejectUnsafeMarkup(await decryptXml(encrypted.toString(), key));
  }
}

/** Returns whether the library passed on a decryption error of OpenSSL. */
const isDecryptionError = (error: unknown): boolean =>
  /^ERR_(OSSL|CRYPTO)/.test(String((error as { code?: unknown } | undefined)?.code)) ||
  (error instanceof Error && /unable to authenticate data|oaep/i.test(error.message));

/** @throws SignInRefused */
async function handleLogout(
  saml: SamlContext,
  parameters: CallbackParameters,
  origin: string,
): Promise<ProviderLogout | undefined> {
  const { settings, name } = saml;
  const { SAMLRequest: request, SAMLResponse: response, RelayState: relay } = parameters;
  const destination = buildLogoutUrl(name, origin);
  const library = createSamlLibrary(saml, origin, {});
  const message = parseXml(decodeMessage(request ?? response));
  assertMessageValid(message, request === undefined ? 'LogoutResponse' : 'LogoutRequest', destination, settings);
  if (request === undefined) {
    await verifyProfile(library.validatePostResponseAsync({ SAMLResponse: response! }));
    return undefined;
  }
  const profile = await verifyProfile(library.validatePostRequestAsync({ SAMLRequest: request }));
  const until = resolveMessageExpiry(message, saml);
  const id = message.getAttribute('ID');
  return {
    principal: { idnp: profile?.nameID ?? '' },
    sessionIndexes: childrenNamed(message, 'SessionIndex', 'protocol').map(textOf),
    message: { id, until },
    respond: () => {
      const logoutResponse = {
        issuer: settings.entityId,
        destination: settings.sloUrl,
        inResponseTo: id,
        now: saml.now(),
      };
      const fields: Record<string, string> = {
        SAMLResponse: createLogoutResponse(logoutResponse, saml.keyPairs().current),
      };
      if (relay !== undefined) fields['RelayState'] = relay;
      return postForm(settings.sloUrl, fields);
    },
  };
}

async function verifyProfile(checked: Promise<{ profile: Profile | null }>): Promise<Profile | null> {
  try {
    return (await checked).profile;
  } catch {
    throw new SignInRefused('signature', 'The signature is invalid.');
  }
}

function resolveMessageExpiry(message: XmlElement, { now, settings }: SamlContext): Date {
  const issued = parseInstant(message, 'IssueInstant');
  if (!issued) throw new SignInRefused('malformed', 'The message has no IssueInstant.');
  const until = parseInstant(message, 'NotOnOrAfter') ?? new Date(issued.getTime() + LOGOUT_TTL_MS);
  if (issued.getTime() > now().getTime() + settings.skewMs) {
    throw new SignInRefused('not-yet-valid', 'The message is not valid yet.');
  }
  if (until.getTime() + settings.skewMs <= now().getTime()) {
    throw new SignInRefused('expired', 'The message has expired.');
  }
  return new Date(until.getTime() + settings.skewMs);
}

const postForm = (url: string, fields: Record<string, string>): BrowserNavigation => ({ form: { url, fields } });
