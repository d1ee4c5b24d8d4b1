import type { DataVersions, Log, Metrics } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { newUlid } from '@cups/contracts/node';
import { Problem, staleReplica } from '@cups/problem';
import type { AgencyKey } from '@cups/registry';
import { AGENCY_SESSION_SECONDS, createAgencySession } from '@cups/rpc';
import type { Context, Keys, Rpcs } from '@cups/rpc';
import type { Attempts } from '../signin/attempts.ts';
import { AssertionRefused, claimedClient, verifyAgencyAssertion } from './assertion.ts';
import type { VerifiedAssertion } from './assertion.ts';
import { WindowLimit } from './rate-limits.ts';

export interface AgencyTokenParts {
  /** Returns the keys of an agency by code; undefined for an unknown agency. */
  findAgencyKeys: (code: string) => readonly AgencyKey[] | undefined;
  attempts: Pick<Attempts, 'isFirstUse'>;
  keys: Pick<Keys, 'signSession'>;
  versions: Pick<DataVersions, 'isBehind'>;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

type IssueRpcs = Pick<Rpcs<IdentityServiceDefinition>, 'IssueAgencyToken'>;

/** RFC 7523, section 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const WINDOW_MS = 60_000;
/** Per agency, window and replica. They bound the stored IDs of assertions, and the log. */
const MAX_TOKENS = 120;
const MAX_FAILURES = 20;

/**
 * Returns the handler that issues sessions to the machines of agencies. A stranger can use up the failures of an agency
 * but not its tokens: a valid assertion is accepted however many invalid ones came before.
 */
export function agencyTokenRpcs(parts: AgencyTokenParts): IssueRpcs {
  const { keys, now, metrics } = parts;
  const outcomes = metrics.counter('agency_tokens_total', 'Requests for access tokens of agencies.', [
    'agency',
    'outcome',
  ]);
  const issued = new WindowLimit(MAX_TOKENS, WINDOW_MS);
  const refuse = createRefusal(parts);
  return {
    async IssueAgencyToken({ clientAssertion, clientAssertionType, clientId, audience }, context) {
      const agency = knownAgency(parts, clientAssertion);
      try {
        if (clientAssertionType !== ASSERTION_TYPE) throw new AssertionRefused('format');
        const time = now();
        const { findAgencyKeys: findKeys } = parts;
        const expected = { audience, clientId, findKeys, now: time };
        const assertion = await verifyAgencyAssertion(clientAssertion, expected);
        const waitMs = issued.count(assertion.code, time.getTime());
        if (waitMs > 0) throw tooManyRequests(waitMs);
        await assertFirstUse(parts, assertion);
        const expires = new Date((Math.floor(time.getTime() / 1000) + AGENCY_SESSION_SECONDS) * 1000);
        const session = createAgencySession(assertion.code, { sid: newUlid(time), expires });
        outcomes.inc({ agency, outcome: 'issued' });
        return { assertion: keys.signSession(session), expiresIn: AGENCY_SESSION_SECONDS };
      } catch (error) {
        const outcome = error instanceof AssertionRefused ? 'refused' : 'failed';
        outcomes.inc({ agency, outcome });
        throw error instanceof AssertionRefused ? refuse(agency, error, context) : error;
      }
    },
  };
}

const UNKNOWN = 'unknown';

/** Returns the claimed agency if it exists, as a label that a stranger cannot invent. */
function knownAgency({ findAgencyKeys }: AgencyTokenParts, assertion: string): string {
  const code = claimedClient(assertion);
  return code !== undefined && findAgencyKeys(code) ? code : UNKNOWN;
}

/** @throws AssertionRefused for an assertion that this or another replica has accepted before */
async function assertFirstUse({ attempts }: AgencyTokenParts, { code, jti, until }: VerifiedAssertion): Promise<void> {
  if (!(await attempts.isFirstUse(`agency:${code}`, { id: jti, until }))) throw new AssertionRefused('replayed');
}

/** Returns the problem of a refused assertion, which does not say what is wrong with it, and logs what is. */
function createRefusal({ versions, now, log }: AgencyTokenParts) {
  const failures = new WindowLimit(MAX_FAILURES, WINDOW_MS);
  return (agency: string, { fault }: AssertionRefused, { requestId }: Context): Problem => {
    const isUnknownKey = fault === 'client' || fault === 'key';
    if (isUnknownKey && versions.isBehind('agencies'))
      return staleReplica('This replica has not read the newest files yet.');
    const waitMs = failures.count(agency, now().getTime());
    if (waitMs > 0) return tooManyRequests(waitMs);
    log.warn({ event: 'agency-token-refused', agency, reason: fault, requestId });
    return new Problem({ reason: 'UNAUTHENTICATED', message: 'The client cannot be authenticated.' });
  };
}

const tooManyRequests = (retryAfterMs: number): Problem =>
  new Problem({ reason: 'RATE_LIMITED', message: 'Too many token requests of this client.', retryAfterMs });
