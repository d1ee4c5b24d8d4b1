import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import type { RefusalCause, AuthenticatedSubject } from '../provider.ts';
import { SignInRefused } from '../provider.ts';
import { parseInstant, childrenNamed, NS, requireChild, textOf, SAML_VERSION } from './message-parser.ts';
import { assertedRights } from './asserted-rights.ts';

/** What an assertion must say to count, over and above being signed and ours to decrypt. */

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** An IDNP, and nothing else that a NameID may be. */
const IDNP_PATTERN = /^[0-9]{13}$/;

/** What is expected of it. */
export interface AssertionExpectations {
  /** Of the identity provider. */
  issuer: string;
  /** Our entity id. */
  audience: string;
  /** Where it must have been sent. */
  recipient: string;
  /** Id of our request. */
  requestId: string;
  /** Set where the person had to be asked for again: not before that. */
  forceAuthnTime: Date | undefined;
  now: Date;
  skewMs: number;
  /** Methods with a second factor. */
  multiFactorContexts: readonly string[];
  /** Attributes that name rights; undefined where they do not count. */
  roleAttributes: readonly string[] | undefined;
}

/**
 * Holds a verified assertion against what is expected of it.
 * @param assertion of which the signature covers every word
 * @throws SignInRefused of the first thing that is not as it must be
 */
export function subjectFromAssertion(assertion: XmlElement, expected: AssertionExpectations): AuthenticatedSubject {
  requireThat(assertion.localName === 'Assertion' && assertion.namespaceURI === NS.assertion, 'malformed');
  requireThat(assertion.getAttribute('Version') === SAML_VERSION, 'malformed');
  requireThat(textOf(requireChild(assertion, 'Issuer')) === expected.issuer, 'issuer');
  const subject = requireChild(assertion, 'Subject');
  const person = textOf(requireChild(subject, 'NameID'));
  if (!IDNP_PATTERN.test(person)) throw new SignInRefused('malformed', 'The NameID is no IDNP.');
  const confirmedUntil = checkSubjectConfirmation(requireChild(subject, 'SubjectConfirmation'), expected);
  checkConditions(requireChild(assertion, 'Conditions'), expected);
  const { index, until, method } = checkAuthnStatement(requireChild(assertion, 'AuthnStatement'), expected);
  const id = assertion.getAttribute('ID');
  requireThat(id !== '', 'malformed');
  return {
    idnp: person,
    multiFactor: expected.multiFactorContexts.includes(method),
    sessionIndex: index,
    notOnOrAfter: until,
    assertion: { id, until: addMilliseconds(confirmedUntil, expected.skewMs) },
    rights: expected.roleAttributes && assertedRights(attributesOf(assertion), expected.roleAttributes),
  };
}

/** The confirmation says for whom, as the answer to what, and until when the assertion was handed to the browser. */
function checkSubjectConfirmation(confirmation: XmlElement, expected: AssertionExpectations): Date {
  requireThat(confirmation.getAttribute('Method') === BEARER, 'malformed');
  const data = requireChild(confirmation, 'SubjectConfirmationData');
  requireThat(data.getAttribute('Recipient') === expected.recipient, 'recipient');
  requireThat(data.getAttribute('InResponseTo') === expected.requestId, 'unsolicited');
  return checkTimes(data, expected);
}

function checkConditions(conditions: XmlElement, expected: AssertionExpectations): void {
  checkTimes(conditions, expected);
  const audience = textOf(requireChild(requireChild(conditions, 'AudienceRestriction'), 'Audience'));
  requireThat(audience === expected.audience, 'audience');
}

/** @returns until when it counts, which must be said */
function checkTimes(element: XmlElement, { now, skewMs }: AssertionExpectations): Date {
  const [from, until] = [parseInstant(element, 'NotBefore'), parseInstant(element, 'NotOnOrAfter')];
  requireThat(!from || from.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  requireThat(until, 'malformed');
  requireThat(now.getTime() < until.getTime() + skewMs, 'expired');
  return until;
}

function checkAuthnStatement(
  statement: XmlElement,
  { now, skewMs, forceAuthnTime: askedAgain }: AssertionExpectations,
) {
  const [at, until] = [parseInstant(statement, 'AuthnInstant'), parseInstant(statement, 'SessionNotOnOrAfter')];
  requireThat(at, 'malformed');
  requireThat(at.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  requireThat(!until || now.getTime() < until.getTime() + skewMs, 'expired');
  requireThat(!askedAgain || at.getTime() + skewMs >= askedAgain.getTime(), 'not-again');
  const method = textOf(requireChild(requireChild(statement, 'AuthnContext'), 'AuthnContextClassRef'));
  return { index: statement.getAttribute('SessionIndex'), until, method };
}

function attributesOf(assertion: XmlElement): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const attributes = childrenNamed(assertion, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, 'Attribute'),
  );
  for (const attribute of attributes) {
    const name = attribute.getAttribute('Name');
    const values = childrenNamed(attribute, 'AttributeValue').map(textOf);
    found.set(name, [...(found.get(name) ?? []), ...values]);
  }
  return found;
}

const CAUSE_MESSAGES: Partial<Record<RefusalCause, string>> = {
  issuer: 'The assertion is of another identity provider.',
  recipient: 'The assertion was for another place.',
  unsolicited: 'The assertion answers no request of this attempt.',
  audience: 'The assertion is for somebody else.',
  'not-yet-valid': 'The assertion counts later only.',
  expired: 'The assertion counts no longer.',
  'not-again': 'The person was not asked for again.',
};

function requireThat(holds: unknown, cause: RefusalCause): asserts holds {
  if (!holds) throw new SignInRefused(cause, CAUSE_MESSAGES[cause] ?? 'The assertion does not say what it must.');
}

const addMilliseconds = (time: Date, ms: number): Date => new Date(time.getTime() + ms);
