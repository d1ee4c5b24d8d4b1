import { agencySubjectOf, PLATFORM_SOURCE, REFUSALS, REQUEST_TYPES, textHeaders } from '@cups/agency-contract';
import type { Attributes, RefusalCause, ReplyRefused, RequestEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import type { Lying, Verdict } from './judge.ts';

/** So many replies about one delivery are told; the last says that further ones are not. */
const MAX_TOLD = 20;
/** ms; replies about no delivery are told by one message for each cause in so long. */
const GATHER_MS = 10_000;

/** A reply that is to be told to its agency, and why. */
export type Told = { verdict: Verdict & { cause: RefusalCause }; message: Lying };

/** Whether an agency is told of a reply. */
export const isTold = (verdict: Verdict): verdict is Told['verdict'] => verdict.cause !== undefined;

/**
 * The message that tells an agency what became of its reply. It never repeats content.
 * @param last where more than one is told by it, the last, and how many they are
 */
export function refusalOf(
  agency: string,
  { verdict, message }: Told,
  last?: { message: Lying; count: number },
): RequestEvent {
  const { handling, cause, violations, changes, application, deliveryId, id, type } = verdict;
  const { topic, partition, offset } = message;
  const lies = { topic, partition, offset: Number(offset) };
  const data: ReplyRefused = {
    handling: handling as ReplyRefused['handling'],
    cause,
    message: Object.assign(id === undefined ? {} : { id }, type === undefined ? {} : { type }, lies),
    violations,
    mend: REFUSALS[cause].mend,
    count: last?.count ?? 1,
    time: new Date().toISOString(),
  };
  if (application !== undefined) data.application = application;
  if (changes.length > 0) data.changes = changes;
  if (last) data.last = { partition: last.message.partition, offset: Number(last.message.offset) };
  const attributes: Attributes = {
    id: ulid(),
    source: PLATFORM_SOURCE,
    subject: deliveryId === undefined ? agencySubjectOf(agency) : `deliveries/${deliveryId}`,
    time: data.time,
  };
  const correlationid = textHeaders(message.headers)['ce_correlationid'];
  if (correlationid) attributes.correlationid = correlationid;
  if (id !== undefined) attributes.causationid = id;
  return Object.assign(attributes, { type: REQUEST_TYPES.replyRefused, data });
}

/** Tells an agency of its replies, bounded as the contract says: a flood of bad ones makes no flood of messages. */
export class Teller {
  readonly #agency: string;
  readonly #send: (event: RequestEvent) => void;
  readonly #told = new Map<string, Set<string>>();
  readonly #gathered = new Map<RefusalCause, { first?: Told; last?: Lying; count: number; timer: NodeJS.Timeout }>();

  constructor(agency: string, send: (event: RequestEvent) => void) {
    this.#agency = agency;
    this.#send = send;
  }

  tell(told: Told): void {
    const { deliveryId } = told.verdict;
    if (deliveryId === undefined) this.#gather(told);
    else this.#tellOf(deliveryId, told);
  }

  /** Forgets what was not told yet. */
  stop(): void {
    for (const { timer } of this.#gathered.values()) clearTimeout(timer);
  }

  /** Each reply and cause once. */
  #tellOf(deliveryId: string, told: Told): void {
    const known = this.#told.get(deliveryId) ?? new Set();
    const key = `${told.verdict.cause} ${told.verdict.id ?? ''}`;
    if (known.has(key) || known.size >= MAX_TOLD) return;
    this.#told.set(deliveryId, known.add(key));
    if (known.size < MAX_TOLD) return this.#send(refusalOf(this.#agency, told));
    const cause = 'TOO_MANY_REFUSED';
    const verdict = Object.assign({}, told.verdict, {
      handling: REFUSALS[cause].handling,
      cause,
      violations: [],
      changes: [],
    });
    this.#send(refusalOf(this.#agency, { verdict, message: told.message }));
  }

  /** The first at once, those that follow it together. */
  #gather(told: Told): void {
    const { cause } = told.verdict;
    const open = this.#gathered.get(cause);
    if (open) {
      open.first ??= told;
      open.last = told.message;
      open.count += 1;
      return;
    }
    this.#send(refusalOf(this.#agency, told));
    const timer = setTimeout(() => this.#tellGathered(cause), GATHER_MS);
    this.#gathered.set(cause, { count: 0, timer });
  }

  #tellGathered(cause: RefusalCause): void {
    const { first, last, count } = this.#gathered.get(cause)!;
    this.#gathered.delete(cause);
    if (first && last) this.#send(refusalOf(this.#agency, first, { message: last, count }));
  }
}
