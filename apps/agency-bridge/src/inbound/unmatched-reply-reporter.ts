import { agencySubjectOf, REQUEST_TYPES, topicsOf, trainingTopics } from '@cups/agency-contract';
import type { RefusedMessage } from '@cups/contracts';
import type { NewEvent } from '@cups/store';
import { toReplyRefused } from './reply-issue.ts';
import { toStoreEvent } from '../outbound/request-encoder.ts';
import type { MessagePosition } from '../domain/delivery.ts';
import { collect, newUnmatchedReplies, nextReports } from '../domain/unmatched-replies.ts';
import type { UnmatchedReplyBatch, UnmatchedReply } from '../domain/unmatched-replies.ts';
import type { StoredUnmatchedReplies, UnmatchedRepliesDocuments } from '../store.ts';

/** Reports messages that match no delivery to their agencies. Each agency has one document with an outbox. */
export class UnmatchedReplyReporter {
  readonly #documents: UnmatchedRepliesDocuments;
  readonly #now: () => Date;

  constructor(documents: UnmatchedRepliesDocuments, now: () => Date) {
    this.#documents = documents;
    this.#now = now;
  }

  /** Adds refused messages of an agency, in order, except those already reported. */
  async collect(agency: string, training: boolean, messages: RefusedMessage[]): Promise<void> {
    const replies = messages.filter(({ detail }) => !detail?.isReported).map(toUnmatchedReply);
    if (replies.length === 0) return;
    const initial = newUnmatchedReplies(agency, training);
    await this.#update(initial._id, (unmatched) => collect(unmatched, replies), initial);
  }

  /** Handles the due timer of an agency. */
  async reportDue(id: string): Promise<void> {
    await this.#update(id, (unmatched) => unmatched);
  }

  async #update(
    id: string,
    change: (unmatched: StoredUnmatchedReplies) => StoredUnmatchedReplies,
    initial?: ReturnType<typeof newUnmatchedReplies>,
  ): Promise<void> {
    const now = this.#now();
    const options = { scope: 'service' as const, cause: {}, now, ...(initial ? { initial } : {}) };
    await this.#documents.update(id, options, (before) => {
      const { unmatched, reports } = nextReports(change(before), now);
      return { document: unmatched, events: reports.map((batch) => toRefusalEvent(unmatched, batch, now)) };
    });
  }
}

function toUnmatchedReply({ topic, partition, offset, lastOffset, cause, detail }: RefusedMessage): UnmatchedReply {
  const position: MessagePosition = { topic, partition, offset: Number(offset) };
  if (detail?.id !== undefined) position.id = detail.id;
  if (detail?.type !== undefined) position.type = detail.type;
  const count = Number(lastOffset) - Number(offset) + 1;
  return { position, lastOffset: Number(lastOffset), count, cause, violations: detail?.violations ?? [] };
}

/** A report about one message names its ID as the cause; a report about several does not. */
function toRefusalEvent(
  { agency, training }: StoredUnmatchedReplies,
  batch: UnmatchedReplyBatch,
  time: Date,
): NewEvent {
  const { position, cause, violations, count, last } = batch;
  const { topic, partition, offset } = position;
  const unmatched = { about: position, issue: { cause, violations }, count, time };
  const data = toReplyRefused(
    count === 1 ? unmatched : Object.assign(unmatched, { about: { topic, partition, offset }, last }),
  );
  const topics = training ? trainingTopics() : topicsOf(agency);
  return toStoreEvent(REQUEST_TYPES.replyRefused, agencySubjectOf(agency), topics.requests, data);
}
