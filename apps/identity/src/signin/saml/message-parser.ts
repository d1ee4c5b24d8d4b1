import { DOMParser } from '@xmldom/xmldom/lib/dom-parser.js';
import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import { SignInRefused } from '../provider.ts';

/** Parses SAML messages. Rejects dangerous markup and weak algorithms before any content is trusted. */

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

export const SAML_VERSION = '2.0';

/** In base64 characters. A typical response has about 15,000. */
const MAX_MESSAGE_LENGTH = 200_000;
/** A typical response has 9 levels, signature internals excluded. */
const MAX_DEPTH = 40;
const MAX_ELEMENTS = 2_000;

const SHA2 = ['256', '384', '512'];
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Allowed algorithms by element: RSA with SHA-2, authenticated encryption, OAEP key transport. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  SignatureMethod: SHA2.map((bits) => `http://www.w3.org/2001/04/xmldsig-more#rsa-sha${bits}`),
  CanonicalizationMethod: [EXCLUSIVE_C14N],
  Transform: [EXCLUSIVE_C14N, `${NS.signature}enveloped-signature`],
  EncryptionMethod: [
    'http://www.w3.org/2009/xmlenc11#aes128-gcm',
    'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    `${NS.encryption}rsa-oaep-mgf1p`,
  ],
};
/** Allowed digests of signatures. The digest inside OAEP may be SHA-1, which is common and safe there. */
const DIGESTS = [`${NS.encryption}sha256`, 'http://www.w3.org/2001/04/xmldsig-more#sha384', `${NS.encryption}sha512`];

/**
 * Returns the text of a base64 message.
 * @throws SignInRefused, also for markup that {@link rejectUnsafeMarkup} rejects
 */
export function decodeMessage(base64: string | undefined): string {
  const encoded = (base64 ?? '').replaceAll(/\s/g, '');
  if (encoded === '' || encoded.length > MAX_MESSAGE_LENGTH || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) {
    throw new SignInRefused('malformed', 'The SAML message is missing, malformed or too large.');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    throw new SignInRefused('malformed', 'The message is not valid UTF-8.');
  }
  rejectUnsafeMarkup(text);
  return text;
}

/**
 * Rejects markup that a signature may not cover, or that parsers read differently: document types (entities), comments
 * (split texts), CDATA sections and processing instructions.
 * @param text a message, or decrypted content of one
 * @throws SignInRefused
 */
export function rejectUnsafeMarkup(text: string): void {
  if (/<!|<\?(?!xml\s)/.test(text)) {
    throw new SignInRefused(
      'malformed',
      'The message contains a document type, comment, CDATA section or processing instruction.',
    );
  }
}

/**
 * Parses a message or an assertion. Rejects duplicate IDs and weak algorithms.
 * @throws SignInRefused
 */
export function parseXml(text: string): XmlElement {
  rejectUnsafeMarkup(text);
  const fail = (): never => {
    throw new SignInRefused('malformed', 'The message is not valid XML.');
  };
  const errorHandler = { warning: fail, error: fail, fatalError: fail };
  const root = new DOMParser({ errorHandler }).parseFromString(text, 'text/xml').documentElement;
  if (!root) return fail();
  const elements = elementsOf(root);
  const ids = elements.flatMap((element) => element.getAttribute('ID') || []);
  if (new Set(ids).size < ids.length) throw new SignInRefused('signature', 'The message contains duplicate IDs.');
  for (const element of elements) rejectWeakAlgorithm(element);
  return root;
}

/** Returns all elements, root first. Iterative, so deep nesting cannot exhaust the stack. */
function elementsOf(root: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  const pending: [element: XmlElement, depth: number][] = [[root, 1]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [element, depth] = next;
    found.push(element);
    if (depth > MAX_DEPTH || found.length > MAX_ELEMENTS) {
      throw new SignInRefused('malformed', 'The message has too many elements or levels.');
    }
    for (const child of childrenOf(element)) pending.push([child, depth + 1]);
  }
  return found;
}

function rejectWeakAlgorithm(element: XmlElement): void {
  const name = element.localName;
  const inKey = element.parentNode?.localName === 'EncryptionMethod';
  const allowed = name === 'DigestMethod' ? (inKey ? undefined : DIGESTS) : ALGORITHMS[name];
  if (allowed && !allowed.includes(element.getAttribute('Algorithm'))) {
    throw new SignInRefused('algorithm', `The algorithm of ${name} is not allowed.`);
  }
}

function childrenOf(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let child = parent.firstChild; child; child = child.nextSibling) {
    if (child.nodeType === 1) found.push(child as XmlElement);
  }
  return found;
}

/** Returns the child elements with a name. */
export function childrenNamed(
  parent: XmlElement,
  name: string,
  namespace: keyof typeof NS = 'assertion',
): XmlElement[] {
  return childrenOf(parent).filter((child) => child.localName === name && child.namespaceURI === NS[namespace]);
}

/** Returns the only child element with a name. @throws SignInRefused if there is not exactly one */
export function requireChild(parent: XmlElement, name: string, namespace: keyof typeof NS = 'assertion'): XmlElement {
  const [first, ...others] = childrenNamed(parent, name, namespace);
  if (!first || others.length > 0) {
    throw new SignInRefused('malformed', `The ${parent.localName} must contain exactly one ${name}.`);
  }
  return first;
}

/** Returns the text of an element. @throws SignInRefused if it has child elements */
export function textOf(element: XmlElement): string {
  if (childrenOf(element).length > 0) {
    throw new SignInRefused('malformed', `The ${element.localName} must contain text only.`);
  }
  return (element.textContent ?? '').trim();
}

/** Returns the instant in an attribute, or undefined without the attribute. @throws SignInRefused if it is malformed */
export function parseInstant(element: XmlElement, name: string): Date | undefined {
  const text = element.getAttribute(name);
  if (!text) return undefined;
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) || Number.isNaN(time.getTime())) {
    throw new SignInRefused('malformed', `The ${name} of the ${element.localName} is not an instant in UTC.`);
  }
  return time;
}
