import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';
import type { KeyPair } from '../certificates.ts';

/** Builds SAML messages step by step, so that tests can compose any assertion, invalid ones included. */

export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const AES256_GCM = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
const RSA_OAEP = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
export const STATUS_SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
/** Methods without and with a second factor. */
export const AUTHN_CONTEXTS = {
  password: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  strong: 'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI',
} as const;

export const createMessageId = (): string => `_${randomBytes(16).toString('hex')}`;

/** The content of an assertion. */
export interface AssertionParts {
  id: string;
  issuer: string;
  audience: string;
  /** URL to which it is sent. */
  recipient: string;
  /** ID of the request. */
  inResponseTo: string;
  /** The NameID, as XML. */
  person: string;
  sessionIndex: string;
  method: string;
  issued: Date;
  notBefore: Date;
  notOnOrAfter: Date;
  authenticated: Date;
  sessionUntil: Date;
  attributes: Record<string, string[]>;
}

/** Returns the parts of an assertion that is valid for five minutes. */
export function assertionParts(
  base: Pick<AssertionParts, 'issuer' | 'audience' | 'recipient' | 'inResponseTo' | 'person'>,
  now: Date,
): AssertionParts {
  const after = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
  return {
    ...base,
    id: createMessageId(),
    sessionIndex: createMessageId(),
    method: AUTHN_CONTEXTS.password,
    issued: now,
    notBefore: now,
    notOnOrAfter: after(5),
    authenticated: now,
    sessionUntil: after(600),
    attributes: {},
  };
}

/** Returns the unsigned assertion. */
export function assertionXml(parts: AssertionParts): string {
  const { id, issuer, audience, recipient, inResponseTo, person, sessionIndex, method } = parts;
  const at = (time: Date): string => time.toISOString();
  const attributes = Object.entries(parts.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${escapeXml(name)}">${values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  const statement =
    attributes.length > 0 ? `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>` : '';
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${at(parts.issued)}">`,
    `<saml:Issuer>${escapeXml(issuer)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${person}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${inResponseTo}" Recipient="${escapeXml(recipient)}" NotOnOrAfter="${at(parts.notOnOrAfter)}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${at(parts.notBefore)}" NotOnOrAfter="${at(parts.notOnOrAfter)}"><saml:AudienceRestriction><saml:Audience>${escapeXml(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at(parts.authenticated)}" SessionIndex="${sessionIndex}" SessionNotOnOrAfter="${at(parts.sessionUntil)}"><saml:AuthnContext><saml:AuthnContextClassRef>${method}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    `${statement}</saml:Assertion>`,
  ].join('');
}

export interface ResponseParts {
  id: string;
  issuer: string;
  destination: string;
  inResponseTo: string;
  status: string;
  issued: Date;
}

/** Returns the unsigned response around a plain or encrypted assertion. */
export function responseXml(
  { id, issuer, destination, inResponseTo, status, issued }: ResponseParts,
  inner: string,
): string {
  const responseTo = inResponseTo === '' ? '' : ` InResponseTo="${inResponseTo}"`;
  return `<samlp:Response ${messageAttributes(id, issued, destination)}${responseTo}><saml:Issuer>${escapeXml(issuer)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>${inner}</samlp:Response>`;
}

/** Returns an unsigned logout request. */
export function logoutRequestXml(
  { id, issuer, destination, issued }: Omit<ResponseParts, 'inResponseTo' | 'status'>,
  { person, sessionIndex }: { person: string; sessionIndex: string },
): string {
  return `<samlp:LogoutRequest ${messageAttributes(id, issued, destination)}><saml:Issuer>${escapeXml(issuer)}</saml:Issuer><saml:NameID>${person}</saml:NameID><samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex></samlp:LogoutRequest>`;
}

/** Returns an unsigned logout response. */
export function logoutResponseXml({ id, issuer, destination, inResponseTo, status, issued }: ResponseParts): string {
  return `<samlp:LogoutResponse ${messageAttributes(id, issued, destination)} InResponseTo="${inResponseTo}"><saml:Issuer>${escapeXml(issuer)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status></samlp:LogoutResponse>`;
}

function messageAttributes(id: string, issued: Date, destination: string): string {
  return `xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${issued.toISOString()}" Destination="${escapeXml(destination)}"`;
}

/** Overrides of the signature algorithms. */
export interface SignatureOptions {
  signatureAlgorithm?: string;
  digestAlgorithm?: string;
}

/** Signs the root of a message and inserts the signature after the issuer. */
export function signXml(xml: string, { key, certificate }: KeyPair, options: SignatureOptions = {}): string {
  const { signatureAlgorithm = RSA_SHA256, digestAlgorithm = SHA256 } = options;
  const signature = new SignedXml({
    privateKey: key,
    publicCert: certificate,
    signatureAlgorithm,
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  if (signatureAlgorithm.includes('hmac')) signature.enableHMAC();
  signature.addReference({ xpath: '/*', transforms: [ENVELOPED_SIGNATURE, EXCLUSIVE_C14N], digestAlgorithm });
  const location = { reference: "/*/*[local-name(.)='Issuer']", action: 'after' as const };
  signature.computeSignature(xml, { prefix: 'ds', location });
  return signature.getSignedXml();
}

/** Encrypts an assertion with the key of a certificate. */
export async function encryptAssertion(
  assertion: string,
  certificate: string,
  encryptionAlgorithm = AES256_GCM,
): Promise<string> {
  const data = await promisify(encrypt)(assertion, {
    rsa_pub: certificate,
    pem: certificate,
    encryptionAlgorithm,
    keyEncryptionAlgorithm: RSA_OAEP,
    keyEncryptionDigest: 'sha1',
  });
  return `<saml:EncryptedAssertion>${data.trim()}</saml:EncryptedAssertion>`;
}

/** Encodes a message for a form field. */
export const encodeMessage = (xml: string): string => Buffer.from(xml).toString('base64');

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
