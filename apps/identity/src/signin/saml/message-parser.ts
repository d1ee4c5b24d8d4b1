import { DOMParser } from '@xmldom/xmldom/lib/dom-parser.js';
import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import { SignInRefused } from '../provider.ts';

/** Messages of SAML as they arrive: what is dangerous or weak about them is refused before anything of them is believed. */

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

/** Of SAML, the one that counts: every message and assertion names it. */
export const SAML_VERSION = '2.0';

/** In characters of base64. A response of an identity provider has some 15,000. */
const MAX_MESSAGE_LENGTH = 200_000;
/** A response has 9 levels, without signatures' inner parts. */
const MAX_DEPTH = 40;
const MAX_ELEMENTS = 2_000;

const SHA2 = ['256', '384', '512'];
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Algorithms that count, by the element that names them: RSA with SHA-2, encryption that notices a change, keys by OAEP. */
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
/** Of what is signed; the digest inside OAEP, which is no signature, may be SHA-1, as everybody has it. */
const DIGESTS = [`${NS.encryption}sha256`, 'http://www.w3.org/2001/04/xmldsig-more#sha384', `${NS.encryption}sha512`];

/**
 * The text of a message. Markup that begins with `<!` is refused unread: a document type brings entities, a comment splits a
 * text in two, and a CDATA section is read in more than one way. So are processing instructions.
 * @throws SignInRefused
 */
export function decodeMessage(base64: string | undefined): string {
  const encoded = (base64 ?? '').replaceAll(/\s/g, '');
  if (encoded === '' || encoded.length > MAX_MESSAGE_LENGTH || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) {
    throw new SignInRefused('malformed', 'There is no message of SAML, or one that is too large.');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    throw new SignInRefused('malformed', 'The message is not in UTF-8.');
  }
  rejectUnsafeMarkup(text);
  return text;
}

/**
 * Refuses what a signature may not cover, or readers may read in different ways.
 * @param text of a message, or of what was encrypted in one
 * @throws SignInRefused
 */
export function rejectUnsafeMarkup(text: string): void {
  if (/<!|<\?(?!xml\s)/.test(text)) {
    throw new SignInRefused('malformed', 'The message holds a document type, a comment, or the like.');
  }
}

/**
 * Reads a message, or an assertion that was in one, and looks at its algorithms.
 * @throws SignInRefused
 */
export function parseXml(text: string): XmlElement {
  rejectUnsafeMarkup(text);
  const wrong = (): never => {
    throw new SignInRefused('malformed', 'The message is no XML.');
  };
  const errorHandler = { warning: wrong, error: wrong, fatalError: wrong };
  const root = new DOMParser({ errorHandler }).parseFromString(text, 'text/xml').documentElement;
  if (!root) return wrong();
  const elements = elementsOf(root);
  const ids = elements.flatMap((element) => element.getAttribute('ID') || []);
  if (new Set(ids).size < ids.length) throw new SignInRefused('signature', 'An ID stands for two elements.');
  for (const element of elements) rejectWeakAlgorithm(element);
  return root;
}

/** All elements, the root first, without recursion: what is nested deep must not exhaust us. */
function elementsOf(root: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  const pending: [element: XmlElement, depth: number][] = [[root, 1]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [element, depth] = next;
    found.push(element);
    if (depth > MAX_DEPTH || found.length > MAX_ELEMENTS) {
      throw new SignInRefused('malformed', 'The message has more in it than any needs.');
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
    throw new SignInRefused('algorithm', `The message names an algorithm that does not count, as its ${name}.`);
  }
}

/** The elements right below. */
function childrenOf(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let child = parent.firstChild; child; child = child.nextSibling) {
    if (child.nodeType === 1) found.push(child as XmlElement);
  }
  return found;
}

/** The elements of a name right below. @param namespace 'assertion' unless it is another */
export function childrenNamed(
  parent: XmlElement,
  name: string,
  namespace: keyof typeof NS = 'assertion',
): XmlElement[] {
  return childrenOf(parent).filter((child) => child.localName === name && child.namespaceURI === NS[namespace]);
}

/** The one element of a name right below. @throws SignInRefused when there is none, or another */
export function requireChild(parent: XmlElement, name: string, namespace: keyof typeof NS = 'assertion'): XmlElement {
  const [first, ...others] = childrenNamed(parent, name, namespace);
  if (!first || others.length > 0) {
    throw new SignInRefused('malformed', `There must be one ${name} in the ${parent.localName}.`);
  }
  return first;
}

/** The text of an element that holds nothing else. @throws SignInRefused */
export function textOf(element: XmlElement): string {
  if (childrenOf(element).length > 0) {
    throw new SignInRefused('malformed', `The ${element.localName} holds more than a text.`);
  }
  return (element.textContent ?? '').trim();
}

/** An instant of an attribute; undefined where it is absent. @throws SignInRefused for one that is none */
export function parseInstant(element: XmlElement, name: string): Date | undefined {
  const text = element.getAttribute(name);
  if (!text) return undefined;
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) || Number.isNaN(time.getTime())) {
    throw new SignInRefused('malformed', `The ${name} of the ${element.localName} is no instant in UTC.`);
  }
  return time;
}
