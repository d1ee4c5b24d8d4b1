import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import type { Cause, Witness } from '../provider.ts';
import { SignInRefused } from '../provider.ts';
import { instantOf, named, NS, only, textOf, VERSION } from './message.ts';
import { rightsOf } from './roles.ts';

/** What an assertion must say to count, over and above being signed and ours to decrypt. */

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** An IDNP, and nothing else that a NameID may be. */
const PERSON = /^[0-9]{13}$/;

/** What is expected of it. */
export interface Expected {
  /** Of the identity provider. */
  issuer: string;
  /** Our entity id. */
  audience: string;
  /** Where it must have been sent. */
  recipient: string;
  /** Id of our request. */
  request: string;
  /** Set where the person had to be asked for again: not before that. */
  askedAgain: Date | undefined;
  now: Date;
  skewMs: number;
  /** Methods with a second factor. */
  strong: readonly string[];
  /** Attributes that name rights; undefined where they do not count. */
  roles: readonly string[] | undefined;
}

/**
 * Holds a verified assertion against what is expected of it.
 * @param assertion of which the signature covers every word
 * @throws SignInRefused of the first thing that is not as it must be
 */
export function witnessOf(assertion: XmlElement, expected: Expected): Witness {
  mustBe(assertion.localName === 'Assertion' && assertion.namespaceURI === NS.assertion, 'malformed');
  mustBe(assertion.getAttribute('Version') === VERSION, 'malformed');
  mustBe(textOf(only(assertion, 'Issuer')) === expected.issuer, 'issuer');
  const subject = only(assertion, 'Subject');
  const person = textOf(only(subject, 'NameID'));
  if (!PERSON.test(person)) throw new SignInRefused('malformed', 'The NameID is no IDNP.');
  const confirmed = confirmedUntil(only(subject, 'SubjectConfirmation'), expected);
  checkConditions(only(assertion, 'Conditions'), expected);
  const { index, until, method } = authenticated(only(assertion, 'AuthnStatement'), expected);
  const id = assertion.getAttribute('ID');
  mustBe(id !== '', 'malformed');
  return {
    person,
    strong: expected.strong.includes(method),
    index,
    until,
    statement: { id, until: later(confirmed, expected.skewMs) },
    rights: expected.roles && rightsOf(attributesOf(assertion), expected.roles),
  };
}

/** The confirmation says for whom, as the answer to what, and until when the assertion was handed to the browser. */
function confirmedUntil(confirmation: XmlElement, expected: Expected): Date {
  mustBe(confirmation.getAttribute('Method') === BEARER, 'malformed');
  const data = only(confirmation, 'SubjectConfirmationData');
  mustBe(data.getAttribute('Recipient') === expected.recipient, 'recipient');
  mustBe(data.getAttribute('InResponseTo') === expected.request, 'unsolicited');
  return checkTimes(data, expected);
}

function checkConditions(conditions: XmlElement, expected: Expected): void {
  checkTimes(conditions, expected);
  const audience = textOf(only(only(conditions, 'AudienceRestriction'), 'Audience'));
  mustBe(audience === expected.audience, 'audience');
}

/** @returns until when it counts, which must be said */
function checkTimes(element: XmlElement, { now, skewMs }: Expected): Date {
  const [from, until] = [instantOf(element, 'NotBefore'), instantOf(element, 'NotOnOrAfter')];
  mustBe(!from || from.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  mustBe(until, 'malformed');
  mustBe(now.getTime() < until.getTime() + skewMs, 'expired');
  return until;
}

function authenticated(statement: XmlElement, { now, skewMs, askedAgain }: Expected) {
  const [at, until] = [instantOf(statement, 'AuthnInstant'), instantOf(statement, 'SessionNotOnOrAfter')];
  mustBe(at, 'malformed');
  mustBe(at.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  mustBe(!until || now.getTime() < until.getTime() + skewMs, 'expired');
  mustBe(!askedAgain || at.getTime() + skewMs >= askedAgain.getTime(), 'not-again');
  const method = textOf(only(only(statement, 'AuthnContext'), 'AuthnContextClassRef'));
  return { index: statement.getAttribute('SessionIndex'), until, method };
}

function attributesOf(assertion: XmlElement): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const attributes = named(assertion, 'AttributeStatement').flatMap((statement) => named(statement, 'Attribute'));
  for (const attribute of attributes) {
    const name = attribute.getAttribute('Name');
    const values = named(attribute, 'AttributeValue').map(textOf);
    found.set(name, [...(found.get(name) ?? []), ...values]);
  }
  return found;
}

const SAID: Partial<Record<Cause, string>> = {
  issuer: 'The assertion is of another identity provider.',
  recipient: 'The assertion was for another place.',
  unsolicited: 'The assertion answers no request of this attempt.',
  audience: 'The assertion is for somebody else.',
  'not-yet-valid': 'The assertion counts later only.',
  expired: 'The assertion counts no longer.',
  'not-again': 'The person was not asked for again.',
};

function mustBe(holds: unknown, cause: Cause): asserts holds {
  if (!holds) throw new SignInRefused(cause, SAID[cause] ?? 'The assertion does not say what it must.');
}

const later = (time: Date, ms: number): Date => new Date(time.getTime() + ms);
