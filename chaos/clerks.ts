import { setTimeout as pause } from 'node:timers/promises';
import { AgencyClerk } from '@cups/tools/agency-clerk';
import type { SentReply } from '@cups/tools/agency-clerk';
import { ApiError, openDesk } from '@cups/tools/desk';
import type { Desk } from '@cups/tools/desk';
import type { ObservedEvent, ObservedReply, RepeatedWrite } from './chaos-record.ts';
import { count, mapConcurrently, retryRequest } from './workload.ts';

/** Clerks of the agencies with a page, who answer whatever happens to the platform. */

/** Between two rounds through the queue of an agency. */
const ROUND_MS = 3_000;

/** A round repeats its calls while the platform is unavailable, which it no longer is after the faults. */
const MAX_FINISH_MS = 120_000;

export interface ChaosClerks {
  /** Everything that was sent, acknowledged or not. */
  sent: readonly SentReply[];
  /** Resolves when the rounds in progress have ended, after two minutes at most. */
  finish(): Promise<void>;
  /** Sends every acknowledged reply again under its key. */
  repeat(): Promise<RepeatedWrite[]>;
}

/**
 * Signs in a clerk of each agency and lets them work until `finish`.
 * @param troubles receives the unsuccessful calls, by reason
 */
export async function openClerks(
  url: string,
  codes: readonly string[],
  troubles: Map<string, number>,
): Promise<ChaosClerks> {
  const sent: SentReply[] = [];
  const desks = new Map<string, Desk>();
  for (const code of codes) desks.set(code, await openDesk(url, `${code}-clerk`));
  const finishing = new AbortController();
  const work = async (code: string, desk: Desk): Promise<void> => {
    const clerk = new AgencyClerk(code, desk, url, { onReply: (reply) => sent.push(reply) });
    while (!finishing.signal.aborted) {
      await clerk.work().catch((error: unknown) => count(troubles, `clerk: ${toReason(error)}`));
      await pause(ROUND_MS, undefined, { signal: finishing.signal }).catch(() => undefined);
    }
  };
  const rounds = [...desks].map(([code, desk]) => work(code, desk));
  return {
    sent,
    async finish() {
      finishing.abort();
      await Promise.race([Promise.all(rounds), pause(MAX_FINISH_MS, undefined, { ref: false })]);
    },
    repeat: () =>
      mapConcurrently(
        sent.filter(({ isAcknowledged }) => isAcknowledged),
        (reply) => resend(desks.get(agencyOf(reply))!, reply),
      ),
  };
}

/** A call without a response has no reason. */
const toReason = (error: unknown): string =>
  error instanceof ApiError ? `${error.problem.status} ${error.problem.reason}` : (error as Error).name;

const deliveryOf = ({ delivery }: SentReply): string => delivery.replace('deliveries/', '');
const agencyOf = (reply: SentReply): string => deliveryOf(reply).slice(deliveryOf(reply).indexOf('-') + 1);

async function resend(desk: Desk, reply: SentReply): Promise<RepeatedWrite> {
  const { delivery, body, key: requestId } = reply;
  const again = () => desk.call('POST', `/${delivery}/replies`, { body, key: requestId });
  const answer = await retryRequest(again).then(
    () => 'replayed' as const,
    () => 'refused' as const,
  );
  return {
    application: deliveryOf(reply).slice(0, deliveryOf(reply).indexOf('-')),
    action: 'reply',
    requestId,
    answer,
  };
}

/**
 * Returns the replies that the platform has: those that it acknowledged, and those whose response was lost but which it
 * published.
 */
export function toObservedReplies(sent: readonly SentReply[], events: readonly ObservedEvent[]): ObservedReply[] {
  const published = new Set(events.map(({ messageId }) => messageId));
  return sent
    .filter(({ key, isAcknowledged }) => isAcknowledged || published.has(key))
    .map((reply) => ({ id: reply.key, delivery: deliveryOf(reply), isDecision: 'outcome' in reply.body.content }));
}
