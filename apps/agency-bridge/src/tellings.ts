import { agencySubjectOf, REQUEST_TYPES, topicsOf, trainingTopics } from '@cups/agency-contract';
import type { RefusedMessage } from '@cups/contracts';
import type { NewEvent } from '@cups/store';
import { toReplyRefused } from './agency/not-taken.ts';
import { eventOf } from './agency/request.ts';
import type { Place } from './domain/delivery.ts';
import { gather, newTelling, tell } from './domain/telling.ts';
import type { Gathered, Unplaced } from './domain/telling.ts';
import type { StoredTelling, Tellings } from './store.ts';

/** Tells agencies of their messages that name none of their deliveries: one document for each agency, and its outbox. */
export class AgencyTellings {
  readonly #tellings: Tellings;
  readonly #now: () => Date;

  constructor(tellings: Tellings, now: () => Date) {
    this.#tellings = tellings;
    this.#now = now;
  }

  /** Reckons with messages of an agency that were refused, in order; those that were told of already are left out. */
  async note(agency: string, training: boolean, messages: RefusedMessage[]): Promise<void> {
    const unplaced = messages.filter(({ detail }) => !detail?.told).map(toUnplaced);
    if (unplaced.length === 0) return;
    const initial = newTelling(agency, training);
    await this.#update(initial._id, (telling) => gather(telling, unplaced), initial);
  }

  /** The timer of an agency is due. */
  async tellDue(id: string): Promise<void> {
    await this.#update(id, (telling) => telling);
  }

  async #update(
    id: string,
    change: (telling: StoredTelling) => StoredTelling,
    initial?: ReturnType<typeof newTelling>,
  ): Promise<void> {
    const now = this.#now();
    const options = { scope: 'service' as const, cause: {}, now, ...(initial ? { initial } : {}) };
    await this.#tellings.update(id, options, (before) => {
      const { telling, says } = tell(change(before), now);
      return { document: telling, events: says.map((said) => toEvent(telling, said, now)) };
    });
  }
}

function toUnplaced({ topic, partition, offset, lastOffset, cause, detail }: RefusedMessage): Unplaced {
  const about: Place = { topic, partition, offset: Number(offset) };
  if (detail?.id !== undefined) about.id = detail.id;
  if (detail?.type !== undefined) about.type = detail.type;
  const count = Number(lastOffset) - Number(offset) + 1;
  return { about, lastOffset: Number(lastOffset), count, cause, violations: detail?.violations ?? [] };
}

/** Of one message its id is the cause of what is said; of several nothing is. */
function toEvent({ agency, training }: StoredTelling, said: Gathered, time: Date): NewEvent {
  const { about, cause, violations, count, last } = said;
  const { topic, partition, offset } = about;
  const telling = { about, notTaken: { cause, violations }, count, time };
  const data = toReplyRefused(
    count === 1 ? telling : Object.assign(telling, { about: { topic, partition, offset }, last }),
  );
  const topics = training ? trainingTopics() : topicsOf(agency);
  return eventOf(REQUEST_TYPES.replyRefused, agencySubjectOf(agency), topics.requests, data);
}
