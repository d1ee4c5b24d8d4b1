import { errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { AgencyKey } from '@cups/registry';

/**
 * Client assertions of agencies: `private_key_jwt` of OpenID Connect Core 1.0, section 9, over RFC 7521 and RFC 7523.
 * Pure: keys and time are arguments, and the caller checks that an assertion is used once.
 */

/** Which check refused an assertion. For the log only: the client does not learn it. */
export type AssertionFault =
  | 'format'
  | 'header'
  | 'client'
  | 'key'
  | 'algorithm'
  | 'signature'
  | 'audience'
  | 'expired'
  | 'lifetime'
  | 'not-yet-valid'
  | 'claims'
  | 'replayed';

/** An assertion that is not accepted. */
export class AssertionRefused extends Error {
  override readonly name = 'AssertionRefused';
  readonly fault: AssertionFault;

  constructor(fault: AssertionFault) {
    super(`the assertion was refused: ${fault}`);
    this.fault = fault;
  }
}

/** A verified assertion. */
export interface VerifiedAssertion {
  /** Code of the agency. */
  code: string;
  /** ID of the assertion; with the code it identifies the assertion. */
  jti: string;
  /** The assertion is invalid from this time, clock tolerance included. */
  until: Date;
}

/** What an assertion must match. */
export interface AssertionExpectations {
  /** URL of the token endpoint. */
  audience: string;
  /** `client_id` of the request; empty if the client sent none. */
  clientId: string;
  /** Returns the keys of an agency by code; undefined for an unknown agency. */
  findKeys: (code: string) => readonly AgencyKey[] | undefined;
  now: Date;
}

const MAX_LENGTH = 8192;
const MAX_LIFETIME_SECONDS = 300;
/** Accepted clock difference. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** The other parameters name or carry keys (RFC 7515, section 4.1), or change how a token is read. */
const HEADER_PARAMETERS = ['alg', 'kid', 'typ'];
/** RFC 7519; the second of draft-ietf-oauth-rfc7523bis. */
const TYPES = ['jwt', 'client-authentication+jwt'];
const CODE_PATTERN = /^[a-z][a-z0-9-]{1,19}$/;
/** Printable ASCII. */
const JTI_PATTERN = /^[\x21-\x7e]{1,128}$/;

/** Verifies an assertion. @throws AssertionRefused */
export async function verifyAgencyAssertion(
  assertion: string,
  expected: AssertionExpectations,
): Promise<VerifiedAssertion> {
  const { header, claims } = decode(assertion);
  const code = readClient(claims, expected.clientId);
  const keys = expected.findKeys(code);
  if (!keys) throw new AssertionRefused('client');
  const key = keys.find(({ kid }) => kid === header['kid']);
  if (!key) throw new AssertionRefused('key');
  return readClaims(await verifySignature(assertion, key, code, expected), code, expected.now);
}

/** Returns the client that an assertion claims to be, unverified; undefined if it claims none. */
export function claimedClient(assertion: string): string | undefined {
  try {
    return readClient(decode(assertion).claims, '');
  } catch {
    return undefined;
  }
}

type JsonObject = Record<string, unknown>;

/** Decodes header and claims, unverified. @throws AssertionRefused */
function decode(assertion: string): { header: JsonObject; claims: JsonObject } {
  const parts = assertion.length > MAX_LENGTH ? [] : assertion.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) throw new AssertionRefused('format');
  const [header, claims] = parts.slice(0, 2).map(parsePart);
  if (!header || !claims) throw new AssertionRefused('format');
  const { alg, kid, typ = 'JWT' } = header;
  const isPlain = Object.keys(header).every((name) => HEADER_PARAMETERS.includes(name));
  const hasType = typeof typ === 'string' && TYPES.includes(typ.toLowerCase());
  if (!isPlain || !hasType || typeof alg !== 'string' || typeof kid !== 'string') throw new AssertionRefused('header');
  return { header, claims };
}

/** Returns whether a part is base64url in its only form, so that one assertion has one text. */
function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parsePart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Issuer and subject are the client ID, the code of the agency (OpenID Connect Core 1.0, section 9). */
function readClient({ iss, sub }: JsonObject, clientId: string): string {
  if (typeof sub !== 'string' || !CODE_PATTERN.test(sub) || iss !== sub || (clientId !== '' && clientId !== sub))
    throw new AssertionRefused('client');
  return sub;
}

async function verifySignature(
  assertion: string,
  { key, algorithms }: AgencyKey,
  code: string,
  { audience, now }: AssertionExpectations,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [...algorithms],
      issuer: code,
      subject: code,
      audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
      requiredClaims: ['exp', 'jti'],
    });
    // A second audience could use the assertion here in the name of the agency.
    if (Array.isArray(payload.aud) && payload.aud.length !== 1) throw new AssertionRefused('audience');
    return payload;
  } catch (error) {
    throw error instanceof AssertionRefused ? error : new AssertionRefused(faultOf(error));
  }
}

function faultOf(error: unknown): AssertionFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'not-yet-valid' : 'claims';
  }
  return error instanceof errors.JOSEAlgNotAllowed ? 'algorithm' : 'signature';
}

/** Checks the claims that the library does not. @throws AssertionRefused */
function readClaims({ jti, exp = 0, iat }: JWTPayload, code: string, now: Date): VerifiedAssertion {
  if (typeof jti !== 'string' || !JTI_PATTERN.test(jti)) throw new AssertionRefused('claims');
  const seconds = now.getTime() / 1000;
  if (iat !== undefined) {
    if (typeof iat !== 'number') throw new AssertionRefused('claims');
    if (iat > seconds + CLOCK_TOLERANCE_SECONDS) throw new AssertionRefused('not-yet-valid');
    if (exp - iat > MAX_LIFETIME_SECONDS) throw new AssertionRefused('lifetime');
  }
  if (exp > seconds + MAX_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) throw new AssertionRefused('lifetime');
  return { code, jti, until: new Date((exp + CLOCK_TOLERANCE_SECONDS + 1) * 1000) };
}
