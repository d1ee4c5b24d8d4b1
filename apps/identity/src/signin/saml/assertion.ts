import type { XmlElement } from '@xmldom/xmldom/lib/dom-parser.js';
import type { RefusalCause, AuthenticatedSubject } from '../provider.ts';
import { SignInRefused } from '../provider.ts';
import { parseInstant, childrenNamed, NS, requireChild, textOf, SAML_VERSION } from './message-parser.ts';
import { assertedRights } from './asserted-rights.ts';

/** Checks the content of assertions, after their signature and decryption. */

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** The only accepted form of NameID. */
const IDNP_PATTERN = /^[0-9]{13}$/;

/** What an assertion must match. */
export interface AssertionExpectations {
  /** Entity ID of the identity provider. */
  issuer: string;
  /** Entity ID of this service. */
  audience: string;
  /** URL to which it must have been sent. */
  recipient: string;
  /** ID of the request. */
  requestId: string;
  /** Set if the person had to authenticate again, not before this time. */
  forceAuthnTime: Date | undefined;
  now: Date;
  skewMs: number;
  /** Methods with a second factor. */
  multiFactorContexts: readonly string[];
  /** Attributes that contain rights; undefined if only the store decides. */
  roleAttributes: readonly string[] | undefined;
}

/**
 * Validates an assertion against the expectations and returns its subject.
 * @param assertion completely covered by a verified signature
 * @throws SignInRefused for the first mismatch
 */
export function subjectFromAssertion(assertion: XmlElement, expected: AssertionExpectations): AuthenticatedSubject {
  requireThat(assertion.localName === 'Assertion' && assertion.namespaceURI === NS.assertion, 'malformed');
  requireThat(assertion.getAttribute('Version') === SAML_VERSION, 'malformed');
  requireThat(textOf(requireChild(assertion, 'Issuer')) === expected.issuer, 'issuer');
  const subject = requireChild(assertion, 'Subject');
  const person = textOf(requireChild(subject, 'NameID'));
  if (!IDNP_PATTERN.test(person)) throw new SignInRefused('malformed', 'The NameID is not an IDNP.');
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

/** Checks recipient, request and times of the confirmation. Returns its expiry. */
function checkSubjectConfirmation(confirmation: XmlElement, expected: AssertionExpectations): Date {
  requireThat(confirmation.getAttribute('Method') === BEARER, 'malformed');
  const data = requireChild(confirmation, 'SubjectConfirmationData');
  requireThat(isSameUrl(data.getAttribute('Recipient'), expected.recipient), 'recipient');
  requireThat(data.getAttribute('InResponseTo') === expected.requestId, 'unsolicited');
  return checkTimes(data, expected);
}

function checkConditions(conditions: XmlElement, expected: AssertionExpectations): void {
  checkTimes(conditions, expected);
  const audience = textOf(requireChild(requireChild(conditions, 'AudienceRestriction'), 'Audience'));
  requireThat(audience === expected.audience, 'audience');
}

/** Returns the expiry, which is required. */
function checkTimes(element: XmlElement, { now, skewMs }: AssertionExpectations): Date {
  const [from, until] = [parseInstant(element, 'NotBefore'), parseInstant(element, 'NotOnOrAfter')];
  requireThat(!from || from.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  requireThat(until, 'malformed');
  requireThat(now.getTime() < until.getTime() + skewMs, 'expired');
  return until;
}

function checkAuthnStatement(statement: XmlElement, { now, skewMs, forceAuthnTime }: AssertionExpectations) {
  const authnTime = parseInstant(statement, 'AuthnInstant');
  const until = parseInstant(statement, 'SessionNotOnOrAfter');
  requireThat(authnTime, 'malformed');
  requireThat(authnTime.getTime() <= now.getTime() + skewMs, 'not-yet-valid');
  requireThat(!until || now.getTime() < until.getTime() + skewMs, 'expired');
  requireThat(!forceAuthnTime || authnTime.getTime() + skewMs >= forceAuthnTime.getTime(), 'reauthentication-missing');
  // MPass may name no method. It then counts as none with a second factor.
  const context = requireChild(statement, 'AuthnContext');
  const method = childrenNamed(context, 'AuthnContextClassRef').length === 0 ? '' : methodOf(context);
  return { index: statement.getAttribute('SessionIndex'), until, method };
}

const methodOf = (context: XmlElement): string => textOf(requireChild(context, 'AuthnContextClassRef'));

/** Returns whether a message names this URL. Case does not matter: MPass and its own client library ignore it. */
export const isSameUrl = (named: string, expected: string): boolean => named.toLowerCase() === expected.toLowerCase();

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
  issuer: 'The assertion was issued by another identity provider.',
  recipient: 'The assertion was sent to another URL.',
  unsolicited: 'The assertion does not respond to the request of this attempt.',
  audience: 'The assertion has another audience.',
  'not-yet-valid': 'The assertion is not valid yet.',
  expired: 'The assertion has expired.',
  'reauthentication-missing': 'The person was not authenticated again.',
};

function requireThat(holds: unknown, cause: RefusalCause): asserts holds {
  if (!holds) throw new SignInRefused(cause, CAUSE_MESSAGES[cause] ?? 'The assertion is malformed.');
}

const addMilliseconds = (time: Date, ms: number): Date => new Date(time.getTime() + ms);
