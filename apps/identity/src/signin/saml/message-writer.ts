import { randomBytes } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { buildCallbackUrl, buildLogoutUrl } from '../provider.ts';
import type { KeyPair, KeyPairs } from './keys.ts';
import { NS } from './message-parser.ts';

/** Writes SAML messages, except the sign-in request, which the library writes. */

const HTTP_POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML text that needs no escaping. */
class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Builds XML from a template and escapes all values, except results of this function. */
function xml(parts: TemplateStringsArray, ...values: (string | Xml | Xml[])[]): Xml {
  const inner = values.map((value) => {
    if (value instanceof Xml) return value.text;
    if (Array.isArray(value)) return value.map(({ text }) => text).join('');
    return value.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
  });
  return new Xml(String.raw({ raw: parts }, ...inner));
}

/** Returns an unguessable message ID that is a valid XML name. */
export const createMessageId = (): string => `_${randomBytes(20).toString('hex')}`;

export interface LogoutRequestParts {
  issuer: string;
  destination: string;
  /** An IDNP. */
  person: string;
  sessionIndex: string;
  now: Date;
}

/** Returns a signed logout request in base64. */
export function createLogoutRequest(
  { issuer, destination, person, sessionIndex, now }: LogoutRequestParts,
  pair: KeyPair,
): string {
  const session = sessionIndex === '' ? [] : [xml`<samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex>`];
  const message = xml`<samlp:LogoutRequest ${messageAttributes(destination, now)}><saml:Issuer>${issuer}</saml:Issuer><saml:NameID>${person}</saml:NameID>${session}</samlp:LogoutRequest>`;
  return sign(message, pair);
}

/** Returns a signed logout response with status success, in base64. */
export function createLogoutResponse(
  { issuer, destination, inResponseTo, now }: { issuer: string; destination: string; inResponseTo: string; now: Date },
  pair: KeyPair,
): string {
  const message = xml`<samlp:LogoutResponse ${messageAttributes(destination, now)} InResponseTo="${inResponseTo}"><saml:Issuer>${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`;
  return sign(message, pair);
}

function messageAttributes(destination: string, now: Date): Xml {
  return xml`xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}" ID="${createMessageId()}" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${destination}"`;
}

/** Signs the message. The schema requires the signature after the issuer. */
function sign({ text }: Xml, { key, certificate }: KeyPair): string {
  const signature = new SignedXml({
    privateKey: key,
    publicCert: certificate,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  signature.addReference({
    xpath: '/*',
    transforms: [`${NS.signature}enveloped-signature`, EXCLUSIVE_C14N],
    digestAlgorithm: `${NS.encryption}sha256`,
  });
  signature.computeSignature(text, {
    prefix: 'ds',
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  });
  return Buffer.from(signature.getSignedXml()).toString('base64');
}

/** Returns the service metadata: entity ID, endpoints, and the certificates of the current and next keys. */
export function createMetadata(
  entityId: string,
  provider: string,
  origin: string,
  { current, next }: KeyPairs,
): string {
  const keys = [current, ...(next ? [next] : [])].flatMap(({ certificate }) => [
    keyDescriptor('signing', certificate, []),
    keyDescriptor('encryption', certificate, [
      'http://www.w3.org/2009/xmlenc11#aes256-gcm',
      `${NS.encryption}rsa-oaep-mgf1p`,
    ]),
  ]);
  const { text } =
    xml`<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="${NS.protocol}">${keys}<md:SingleLogoutService Binding="${HTTP_POST_BINDING}" Location="${buildLogoutUrl(provider, origin)}"/><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:AssertionConsumerService index="0" isDefault="true" Binding="${HTTP_POST_BINDING}" Location="${buildCallbackUrl(provider, origin)}"/></md:SPSSODescriptor></md:EntityDescriptor>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

function keyDescriptor(use: string, certificate: string, methods: string[]): Xml {
  const body = certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  const algorithms = methods.map((method) => xml`<md:EncryptionMethod Algorithm="${method}"/>`);
  return xml`<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="${NS.signature}"><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${algorithms}</md:KeyDescriptor>`;
}
