import type { Log, Metrics } from '@cups/contracts';
import { parseName } from '@cups/contracts';
import type { BrowserStep } from '@cups/contracts/gen/cups/identity/v1/BrowserStep.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import { needsSecondFactor, sharesRight } from '../domain/assurance.ts';
import { beginSession } from '../rpc/sessions.ts';
import type { SessionParts } from '../rpc/sessions.ts';
import type { Attempts, StoredAttempt } from './attempts.ts';
import type { People } from './people.ts';
import { SignInRefused } from './provider.ts';
import type { BrowserProvider, Cause, Step, ToldSignOut, Witness } from './provider.ts';

export interface SignInParts extends SessionParts {
  /** Those with pages of their own, by name. */
  browserProviders: ReadonlyMap<string, BrowserProvider>;
  attempts: Attempts;
  people: People;
  log: Log;
  metrics: Metrics;
}

type All = Rpcs<IdentityServiceDefinition>;

/** The calls of a sign-in by way of a browser, at a provider with pages of its own. */
export function signInRpcs(
  parts: SignInParts,
): Pick<All, keyof ReturnType<typeof inRpcs> | keyof ReturnType<typeof outRpcs> | 'GetProviderMetadata'> {
  const counted = countingOf(parts);
  return {
    ...inRpcs(parts, counted),
    ...outRpcs(parts, counted),
    GetProviderMetadata({ provider: name, origin }) {
      const made = providerNamed(parts, name).metadata?.(origin);
      if (!made) throw new Problem({ reason: 'NOT_FOUND', message: 'This provider takes no metadata.' });
      return Promise.resolve(made);
    },
  };
}

/** Whatever ends as a refusal is counted, and told to the log, under its cause. */
type Counted = <T>(provider: string, context: Context, work: () => Promise<T>) => Promise<T>;

function countingOf({ metrics, log }: SignInParts): Counted {
  const refused = metrics.counter(
    'cups_identity_sign_ins_refused_total',
    'Sign-ins, and messages about sign-outs, that were refused.',
    ['provider', 'cause'],
  );
  return async (provider, { requestId }, work) => {
    try {
      return await work();
    } catch (error) {
      const cause = causeOf(error);
      if (cause === undefined) throw error;
      refused.inc({ provider, cause });
      log.warn({ event: 'sign-in-refused', code: provider, reason: cause, requestId });
      throw error;
    }
  };
}

function inRpcs(parts: SignInParts, counted: Counted): Pick<All, 'BeginSignIn' | 'CompleteSignIn'> {
  const { attempts, metrics } = parts;
  const done = metrics.counter('cups_identity_sign_ins_total', 'Sign-ins at providers with pages of their own.', [
    'provider',
  ]);
  return {
    async BeginSignIn({ provider: name, origin, returnTo, centre, language, again }) {
      const provider = providerNamed(parts, name);
      if (centre !== '') parseName('centres', centre, '/centre');
      const { next, kept } = await provider.begin({ origin, language, again });
      const begun = { kind: 'sign-in' as const, provider: name, returnTo, centre, again, kept };
      return { attempt: await attempts.begin(begun), next: toStep(next) };
    },

    CompleteSignIn: async ({ provider: name, origin, attempt: secret, parameters }, context) => {
      const provider = providerNamed(parts, name);
      return counted(name, context, async () => {
        const attempt = await attempts.take(secret, 'sign-in', name);
        if (!attempt) throw new SignInRefused('attempt', 'There is no such attempt, or no longer.', 'SIGN_IN_OVER');
        const { kept = {}, again = false, createTime: beginTime } = attempt;
        const witness = await provider.complete({ origin, again, kept, beginTime, parameters });
        const begun = await signedIn(parts, attempt, witness, context);
        done.inc({ provider: name });
        return Object.assign(begun, { returnTo: attempt.returnTo ?? '/' });
      });
    },
  };
}

function outRpcs(parts: SignInParts, counted: Counted): Pick<All, 'BeginSignOut' | 'ContinueSignOut'> {
  return {
    async BeginSignOut(_request, context) {
      const session = await parts.sessions.find(sessionOf(context).sid);
      const provider = session && parts.browserProviders.get(session.provider);
      if (!session || !provider?.signOut) return {};
      const { operator, index = '' } = session;
      const begun = { kind: 'sign-out' as const, provider: provider.name, operator, kept: { index } };
      return { provider: provider.name, attempt: await parts.attempts.begin(begun) };
    },

    ContinueSignOut: async ({ provider: name, origin, attempt, parameters }, context) => {
      const provider = providerNamed(parts, name);
      return counted(name, context, async () => {
        if (Object.keys(parameters).length === 0) {
          return { next: toStep(await leave(parts, provider, origin, attempt)) };
        }
        const told = await provider.told?.(parameters, origin);
        if (!told) return {};
        const endedSessions = await endTold(parts, name, told);
        return told.answer ? { endedSessions, next: toStep(told.answer()) } : { endedSessions };
      });
    },
  };
}

function providerNamed({ browserProviders }: SignInParts, name: string): BrowserProvider {
  const provider = browserProviders.get(name);
  if (!provider) throw new Problem({ reason: 'PROVIDER_UNKNOWN', message: 'There is no such identity provider.' });
  return provider;
}

/** The cause of a refusal; undefined where it is none of whoever signs in. */
function causeOf(error: unknown): Cause | undefined {
  if (error instanceof SignInRefused) return error.cause;
  if (!isProblem(error)) return undefined;
  if (error.reason === 'OPERATOR_SUSPENDED') return 'suspended';
  const ofCentre = ['CENTRE_NOT_OPEN', 'CENTRE_CLOSED', 'PERMISSION_DENIED'].includes(error.reason);
  return ofCentre ? 'centre' : undefined;
}

/**
 * The session of whom a provider has recognised.
 * @throws SignInRefused for a statement that was used, somebody whom nobody invited, a person without a right that the provider
 *   names where it is asked, or a method without a second factor
 */
async function signedIn(
  parts: SignInParts,
  { provider, centre }: StoredAttempt,
  witness: Witness,
  context: Context,
): Promise<Awaited<ReturnType<typeof beginSession>>> {
  if (!(await parts.attempts.isFirst(provider, witness.statement))) {
    throw new SignInRefused('replayed', 'The statement was used before.');
  }
  const operator = await parts.people.find(witness.person);
  if (!operator) throw new SignInRefused('unknown-person', 'Nobody invited this person.', 'OPERATOR_UNKNOWN');
  const { index, subject, until, strong, rights: only } = witness;
  if (only && !sharesRight(operator, only)) {
    throw new SignInRefused('no-right', 'The provider asserts no right that the staff has.', 'OPERATOR_UNKNOWN');
  }
  if (needsSecondFactor(operator, only) && !strong) {
    throw new SignInRefused('second-factor', 'The role needs a second factor.', 'SECOND_FACTOR_NEEDED');
  }
  const code = centre ? parseName('centres', centre) : undefined;
  return beginSession(parts, { operator, provider, centre: code, index, subject, until, strong, only }, context);
}

/** Where somebody who has left here leaves the provider as well. @throws SignInRefused when that is over */
async function leave(parts: SignInParts, provider: BrowserProvider, origin: string, secret: string): Promise<Step> {
  const attempt = await parts.attempts.take(secret, 'sign-out', provider.name);
  const person = attempt?.operator === undefined ? undefined : await parts.people.personOf(attempt.operator);
  if (!attempt || person === undefined || !provider.signOut) {
    throw new SignInRefused('attempt', 'There is no such sign-out, or no longer.', 'SIGN_IN_OVER');
  }
  return provider.signOut({ person, index: attempt.kept?.['index'] ?? '', origin });
}

/** Ends what a provider says has ended; that of somebody whom nobody knows is nothing. */
async function endTold(parts: SignInParts, provider: string, told: ToldSignOut): Promise<string[]> {
  if (!(await parts.attempts.isFirst(provider, told.statement))) {
    throw new SignInRefused('replayed', 'The message was used before.');
  }
  const { whose, indexes } = told;
  const { person, subject } = whose;
  if (person === undefined) return parts.sessions.endAtProvider(provider, { subject, indexes });
  const operator = await parts.people.find(person);
  return operator ? parts.sessions.endAtProvider(provider, { operator: operator._id, indexes }) : [];
}

function toStep(step: Step): BrowserStep {
  return 'form' in step ? { form: step.form } : { redirectUrl: step.redirectUrl };
}
