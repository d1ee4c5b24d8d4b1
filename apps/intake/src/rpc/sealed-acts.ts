import { MAX_SEALED_ACT_LENGTH, openSealedAct } from '@cups/application/sealed-act';
import type { HandInKeyPair } from '@cups/application/sealed-act';
import { resourceName } from '@cups/contracts';
import type { Counter } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { SealedActOutcome__Output } from '@cups/contracts/gen/cups/intake/v1/SealedActOutcome.ts';
import { isProblem, violation } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { invalidField } from '../domain/problems.ts';
import { assertGrantBegun } from '../domain/quarantine.ts';
import type { GrantFacts, HandedInAct } from '../domain/quarantine.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { keepActs, parseAct } from './hand-in.ts';

/** Each costs a key agreement, for a caller without a session. */
const MAX_SEALED_ACTS = 50;

export type Outcome = DomainEnumValue<'SEALED_ACT_OUTCOME_', SealedActOutcome__Output>;
type SealedActDeps = Pick<
  RpcDeps,
  'quarantinedActs' | 'handInKeys' | 'clients' | 'verifyGrant' | 'secret' | 'metrics' | 'now'
>;

/** An act that was opened, with the grant that it contains. */
interface OpenedAct {
  act: HandedInAct;
  grant: GrantFacts;
}

/**
 * RPCs of acts that desks seal to intake. The caller needs no authority: a sealed act contains the offline grant under
 * which it was made, and nobody who has only the public key can add one.
 */
export function sealedActRpcs(deps: SealedActDeps): Pick<IntakeRpcs, 'GetHandInKey' | 'QuarantineSealedActs'> {
  const counter = deps.metrics.counter('intake_sealed_acts_total', 'Sealed acts that desks handed in, by outcome.', [
    'outcome',
  ]);
  return {
    GetHandInKey: () => deps.handInKeys.current(),

    async QuarantineSealedActs({ acts }, context) {
      assertBounded(acts);
      const opened = await openAll(deps, acts);
      const outcomes = await keepEnded(deps, opened, context);
      count(counter, outcomes, context);
      return { outcomes: outcomes.map((outcome) => toProtoEnum('SEALED_ACT_OUTCOME_', outcome)) };
    },
  };
}

/** @throws Problem INVALID_ARGUMENT */
export function assertBounded(acts: readonly string[]): void {
  if (acts.length === 0) throw invalidField(violation('/acts', 'MIN_ITEMS', { min: 1 }));
  if (acts.length > MAX_SEALED_ACTS) throw invalidField(violation('/acts', 'MAX_ITEMS', { max: MAX_SEALED_ACTS }));
  const length = acts.reduce((sum, act) => sum + act.length, 0);
  if (length > MAX_SEALED_ACT_LENGTH)
    throw invalidField(violation('/acts', 'MAX_LENGTH', { max: MAX_SEALED_ACT_LENGTH }));
}

/** Opens acts and verifies their grants, in their order. */
async function openAll(deps: SealedActDeps, acts: readonly string[]): Promise<(OpenedAct | Outcome)[]> {
  const contents = await openContents(deps, acts);
  return Promise.all(contents.map(async (content) => (content === undefined ? 'unreadable' : open(deps, content))));
}

/** Opens acts, in their order. One that no key opens blocks no other: it is undefined. */
export function openContents(deps: Pick<SealedActDeps, 'handInKeys'>, acts: readonly string[]): Promise<unknown[]> {
  const pairs = new Map<string, Promise<HandInKeyPair | undefined>>();
  const findKey = (kid: string) => {
    const found = pairs.get(kid) ?? deps.handInKeys.find(kid);
    pairs.set(kid, found);
    return found;
  };
  return Promise.all(acts.map((text) => openSealedAct(text, findKey)));
}

/** Validates the content of an act, and its grant. */
async function open({ verifyGrant, now }: SealedActDeps, content: unknown): Promise<OpenedAct | Outcome> {
  try {
    const { offlineGrant, ...act } = toActIn(content);
    const grant = await verifyGrant(offlineGrant);
    assertGrantBegun(grant, now());
    return { grant, act: parseAct(act, 0) };
  } catch (error) {
    return toRefused(error);
  }
}

/** The outcome of an act whose content or grant is invalid. @throws any other error */
export function toRefused(error: unknown): Outcome {
  if (isProblem(error) && (error.kind === 'INVALID' || error.kind === 'FORBIDDEN')) return 'refused';
  throw error;
}

/** Returns the act as another desk would hand it in. Members of another type become empty, which is refused. */
export function toActIn(content: unknown) {
  const members = (typeof content === 'object' && content !== null ? content : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof members[name] === 'string' ? members[name] : '');
  const isBody = typeof members['body'] === 'object' && members['body'] !== null && !Array.isArray(members['body']);
  if (!isBody) throw invalidField(violation('/body', 'PATTERN'));
  const time = new Date(text('time'));
  return {
    offlineGrant: text('offlineGrant'),
    key: text('key'),
    application: resourceName('applications', text('application')),
    kind: text('kind'),
    body: JSON.stringify(members['body']),
    deskTime: Number.isNaN(time.getTime()) ? null : toTimestamp(time),
    sequence: String(members['sequence']),
    previous: text('previous'),
  };
}

/** Keeps the acts whose key share has ended. The others stay at their desk, which opens and sends them. */
async function keepEnded(
  deps: SealedActDeps,
  opened: readonly (OpenedAct | Outcome)[],
  context: Context,
): Promise<Outcome[]> {
  const acts = opened.filter((one) => typeof one !== 'string');
  const ended =
    acts.length > 0
      ? await deps.clients.checkContacts(
          acts.map(({ grant }) => grant),
          context,
        )
      : [];
  const isEnded = new Map(acts.map((one, at) => [one, ended[at] === true]));
  for (const group of groupByContact(acts.filter((one) => isEnded.get(one))))
    await keepActs(deps, uniqueByKey(group), { grant: group[0]!.grant, context });
  return opened.map((one) => (typeof one === 'string' ? one : isEnded.get(one) ? 'kept' : 'active'));
}

/** Groups acts of one grant: their operator, device, centre and times are equal. */
const groupByContact = (acts: readonly OpenedAct[]): OpenedAct[][] => [
  ...Map.groupBy(acts, ({ grant }) => JSON.stringify(grant)).values(),
];

/** An edit may have been sealed twice. The first one stays. */
export const uniqueByKey = (acts: readonly Pick<OpenedAct, 'act'>[]): HandedInAct[] =>
  [...new Map(acts.toReversed().map(({ act }) => [act.key, act])).values()].reverse();

function count(counter: Counter<'outcome'>, outcomes: readonly Outcome[], { log }: Context): void {
  for (const outcome of outcomes) counter.inc({ outcome });
  const lost = outcomes.filter((outcome) => outcome === 'unreadable' || outcome === 'refused').length;
  if (lost > 0) log.warn({ event: 'sealed-acts-refused', count: lost });
}
