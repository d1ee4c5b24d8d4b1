import type { Log, Metrics } from '@cups/contracts';
import { parseResourceName } from '@cups/contracts';
import type { BrowserStep } from '@cups/contracts/gen/cups/identity/v1/BrowserStep.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import { requiresSecondFactor, hasMatchingRight } from '../domain/assurance.ts';
import { beginSession } from '../rpc/sessions.ts';
import type { SessionParts } from '../rpc/sessions.ts';
import type { Attempts, StoredAttempt } from './attempts.ts';
import type { OperatorDirectory } from './operator-directory.ts';
import { SignInRefused } from './provider.ts';
import type {
  BrowserProvider,
  RefusalCause,
  BrowserNavigation,
  ProviderLogout,
  AuthenticatedSubject,
} from './provider.ts';

export interface SignInParts extends SessionParts {
  /** Providers with pages of their own, by name. */
  browserProviders: ReadonlyMap<string, BrowserProvider>;
  attempts: Attempts;
  people: OperatorDirectory;
  log: Log;
  metrics: Metrics;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** Returns the handlers of sign-in and sign-out through the browser. */
export function signInRpcs(
  parts: SignInParts,
): Pick<
  IdentityRpcs,
  keyof ReturnType<typeof signInFlowRpcs> | keyof ReturnType<typeof signOutFlowRpcs> | 'GetProviderMetadata'
> {
  const countRefusals = createRefusalCounter(parts);
  return {
    ...signInFlowRpcs(parts, countRefusals),
    ...signOutFlowRpcs(parts, countRefusals),
    GetProviderMetadata({ provider: name, origin }) {
      const metadata = requireBrowserProvider(parts, name).metadata?.(origin);
      if (!metadata) throw new Problem({ reason: 'NOT_FOUND', message: 'The provider does not use metadata.' });
      return Promise.resolve(metadata);
    },
  };
}

/** Runs work; counts and logs rejections by cause. */
type CountRefusals = <T>(provider: string, context: Context, work: () => Promise<T>) => Promise<T>;

function createRefusalCounter({ metrics, log }: SignInParts): CountRefusals {
  const refused = metrics.counter(
    'cups_identity_sign_ins_refused_total',
    'Sign-ins, and messages about sign-outs, that were refused.',
    ['provider', 'cause'],
  );
  return async (provider, { requestId }, work) => {
    try {
      return await work();
    } catch (error) {
      const cause = refusalCause(error);
      if (cause === undefined) throw error;
      refused.inc({ provider, cause });
      log.warn({ event: 'sign-in-refused', code: provider, reason: cause, requestId });
      throw error;
    }
  };
}

function signInFlowRpcs(
  parts: SignInParts,
  countRefusals: CountRefusals,
): Pick<IdentityRpcs, 'BeginSignIn' | 'CompleteSignIn'> {
  const { attempts, metrics } = parts;
  const done = metrics.counter('cups_identity_sign_ins_total', 'Sign-ins at providers with pages of their own.', [
    'provider',
  ]);
  return {
    async BeginSignIn({ provider: name, origin, returnTo, centre, language, forceAuthn }) {
      const provider = requireBrowserProvider(parts, name);
      if (centre !== '') parseResourceName('centres', centre, '/centre');
      const { next, attemptState } = await provider.begin({ origin, language, forceAuthn });
      const begun = { kind: 'sign-in' as const, provider: name, returnTo, centre, forceAuthn, attemptState };
      return { attempt: await attempts.begin(begun), next: toBrowserStep(next) };
    },

    CompleteSignIn: async ({ provider: name, origin, attempt: secret, parameters }, context) => {
      const provider = requireBrowserProvider(parts, name);
      return countRefusals(name, context, async () => {
        const attempt = await attempts.take(secret, 'sign-in', name);
        if (!attempt)
          throw new SignInRefused('attempt', 'The sign-in attempt is unknown or has expired.', 'SIGN_IN_EXPIRED');
        const { attemptState = {}, forceAuthn = false, createTime: beginTime } = attempt;
        const authenticated = await provider.complete({ origin, forceAuthn, attemptState, beginTime, parameters });
        const begun = await beginAuthenticatedSession(parts, attempt, authenticated, context);
        done.inc({ provider: name });
        return Object.assign(begun, { returnTo: attempt.returnTo ?? '/' });
      });
    },
  };
}

function signOutFlowRpcs(
  parts: SignInParts,
  countRefusals: CountRefusals,
): Pick<IdentityRpcs, 'BeginSignOut' | 'ContinueSignOut'> {
  return {
    async BeginSignOut(_request, context) {
      const session = await parts.sessions.find(sessionOf(context).sid);
      const provider = session && parts.browserProviders.get(session.provider);
      if (!session || !provider?.signOut) return {};
      const { operator, sessionIndex = '' } = session;
      const begun = { kind: 'sign-out' as const, provider: provider.name, operator, attemptState: { sessionIndex } };
      return { provider: provider.name, attempt: await parts.attempts.begin(begun) };
    },

    ContinueSignOut: async ({ provider: name, origin, attempt, parameters }, context) => {
      const provider = requireBrowserProvider(parts, name);
      return countRefusals(name, context, async () => {
        if (Object.keys(parameters).length === 0) {
          return { next: toBrowserStep(await signOutAtProvider(parts, provider, origin, attempt)) };
        }
        const logout = await provider.handleLogout?.(parameters, origin);
        if (!logout) return {};
        const endedSessions = await endProviderSessions(parts, name, logout);
        return logout.respond ? { endedSessions, next: toBrowserStep(logout.respond()) } : { endedSessions };
      });
    },
  };
}

function requireBrowserProvider({ browserProviders }: SignInParts, name: string): BrowserProvider {
  const provider = browserProviders.get(name);
  if (!provider) throw new Problem({ reason: 'IDENTITY_PROVIDER_UNKNOWN', message: 'Identity provider not found.' });
  return provider;
}

/** Returns the cause of a rejection; undefined for other errors. */
function refusalCause(error: unknown): RefusalCause | undefined {
  if (error instanceof SignInRefused) return error.cause;
  if (!isProblem(error)) return undefined;
  if (error.reason === 'OPERATOR_SUSPENDED') return 'suspended';
  const isAboutCentre = ['CENTRE_NOT_OPEN', 'CENTRE_CLOSED', 'PERMISSION_DENIED'].includes(error.reason);
  return isAboutCentre ? 'centre' : undefined;
}

/**
 * Begins the session of an authenticated person.
 * @throws SignInRefused for a reused assertion, an unknown person, a missing asserted right, or a missing second factor
 */
async function beginAuthenticatedSession(
  parts: SignInParts,
  { provider, centre }: StoredAttempt,
  authenticated: AuthenticatedSubject,
  context: Context,
): Promise<Awaited<ReturnType<typeof beginSession>>> {
  if (!(await parts.attempts.isFirstUse(provider, authenticated.assertion))) {
    throw new SignInRefused('replayed', 'The assertion was already used.');
  }
  const operator = await parts.people.findByIdnp(authenticated.idnp);
  if (!operator) throw new SignInRefused('unknown-person', 'The person has no invitation.', 'OPERATOR_UNKNOWN');
  const { sessionIndex, subject, notOnOrAfter, multiFactor, rights: assertedRights } = authenticated;
  if (assertedRights && !hasMatchingRight(operator, assertedRights)) {
    throw new SignInRefused('role-missing', 'The provider asserts no right that the operator has.', 'OPERATOR_UNKNOWN');
  }
  if (requiresSecondFactor(operator, assertedRights) && !multiFactor) {
    throw new SignInRefused('second-factor', 'The role requires a second factor.', 'SECOND_FACTOR_REQUIRED');
  }
  const code = centre ? parseResourceName('centres', centre) : undefined;
  return beginSession(
    parts,
    { operator, provider, centre: code, sessionIndex, subject, notOnOrAfter, multiFactor, assertedRights },
    context,
  );
}

/** Continues a sign-out at the provider. @throws SignInRefused if the attempt is unknown or expired */
async function signOutAtProvider(
  parts: SignInParts,
  provider: BrowserProvider,
  origin: string,
  secret: string,
): Promise<BrowserNavigation> {
  const attempt = await parts.attempts.take(secret, 'sign-out', provider.name);
  const person = attempt?.operator === undefined ? undefined : await parts.people.findIdnp(attempt.operator);
  if (!attempt || person === undefined || !provider.signOut) {
    throw new SignInRefused('attempt', 'The sign-out attempt is unknown or has expired.', 'SIGN_IN_EXPIRED');
  }
  return provider.signOut({ person, sessionIndex: attempt.attemptState?.['sessionIndex'] ?? '', origin });
}

/** Ends the sessions of a provider's sign-out and returns their IDs. An unknown person has none. */
async function endProviderSessions(parts: SignInParts, provider: string, logout: ProviderLogout): Promise<string[]> {
  if (!(await parts.attempts.isFirstUse(provider, logout.message))) {
    throw new SignInRefused('replayed', 'The message was already used.');
  }
  const { principal, sessionIndexes: indexes } = logout;
  const { idnp, subject } = principal;
  if (idnp === undefined) return parts.sessions.endByProvider(provider, { subject, indexes });
  const operator = await parts.people.findByIdnp(idnp);
  return operator ? parts.sessions.endByProvider(provider, { operator: operator._id, indexes }) : [];
}

function toBrowserStep(step: BrowserNavigation): BrowserStep {
  return 'form' in step ? { form: step.form } : { redirectUrl: step.redirectUrl };
}
