import { randomBytes } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { buildCallbackUrl, buildLogoutUrl } from '../provider.ts';
import type { KeyPair, KeyPairs } from './keys.ts';
import { NS } from './message-parser.ts';

/** Messages of SAML as we write them; the request to sign in is written by the library. */

const HTTP_POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text of XML that is put in as it is. */
class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A template of XML: what is put into it is text, unless it came from such a template. */
function xml(parts: TemplateStringsArray, ...values: (string | Xml | Xml[])[]): Xml {
  const inner = values.map((value) => {
    if (value instanceof Xml) return value.text;
    if (Array.isArray(value)) return value.map(({ text }) => text).join('');
    return value.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
  });
  return new Xml(String.raw({ raw: parts }, ...inner));
}

/** An id for a message: nobody guesses it, and it is a name of XML. */
export const createMessageId = (): string => `_${randomBytes(20).toString('hex')}`;

/** Who signs out of which session where. */
export interface LogoutRequestParts {
  issuer: string;
  destination: string;
  /** IDNP. */
  person: string;
  index: string;
  now: Date;
}

/** Asks the identity provider to sign somebody out, signed, in base64. */
export function createLogoutRequest(
  { issuer, destination, person, index, now }: LogoutRequestParts,
  pair: KeyPair,
): string {
  const session = index === '' ? [] : [xml`<samlp:SessionIndex>${index}</samlp:SessionIndex>`];
  const message = xml`<samlp:LogoutRequest ${messageAttributes(destination, now)}><saml:Issuer>${issuer}</saml:Issuer><saml:NameID>${person}</saml:NameID>${session}</samlp:LogoutRequest>`;
  return sign(message, pair);
}

/** Answers the identity provider that the sessions have ended, signed, in base64. */
export function createLogoutResponse(
  {
    issuer,
    destination,
    inResponseTo: to,
    now,
  }: { issuer: string; destination: string; inResponseTo: string; now: Date },
  pair: KeyPair,
): string {
  const message = xml`<samlp:LogoutResponse ${messageAttributes(destination, now)} InResponseTo="${to}"><saml:Issuer>${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`;
  return sign(message, pair);
}

function messageAttributes(destination: string, now: Date): Xml {
  return xml`xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}" ID="${createMessageId()}" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${destination}"`;
}

/** The signature stands after the issuer, where the schema wants it. */
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

/** What the identity provider is told of us: who we are, where it answers, and the certificates of our keys, the next one included. */
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
