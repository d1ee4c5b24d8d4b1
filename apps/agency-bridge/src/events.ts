import { agencyOfReplies, agencyOfSource, trainingTopics } from '@cups/agency-contract';
import type { Log, Metrics, ReceivedEvent, RefusedMessage } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { Applications } from './applications.ts';
import { Attention } from './attention.ts';
import type { RefusedReplies } from './refused-replies.ts';
import { Replies } from './replies.ts';
import { Sending } from './sending.ts';
import type { Deliveries } from './store.ts';
import { Submissions } from './submissions.ts';
import { receiptTimes } from './times.ts';
import type { GetSubmission } from './submissions.ts';
import type { AgencyTellings } from './tellings.ts';

export interface EventsOptions {
  deliveries: Deliveries;
  refused: RefusedReplies;
  tellings: AgencyTellings;
  /** Whether there is an agency of this code. */
  isAgency: (code: string) => boolean;
  getSubmission: GetSubmission;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** What the bridge does about what intake and the agencies say, and about its own timers. */
export function createEvents(options: EventsOptions) {
  const { deliveries, refused, tellings, isAgency, getSubmission, now, log, metrics } = options;
  const attention = new Attention(log, metrics);
  const sending = new Sending(deliveries, new Submissions(getSubmission, isAgency, log), attention, now);
  const applications = new Applications(deliveries, sending, attention, now);
  const replies = new Replies({ deliveries, refused, received: receiptTimes(metrics), now });
  return {
    handle(event: ReceivedEvent): Promise<Handled> {
      // One topic for all agencies: whose words they stand for is what its one writer says.
      if (event.topic === trainingTopics().replies) {
        return replies.handle(event, { agency: agencyOfSource(event.source) ?? '', training: true });
      }
      const agency = agencyOfReplies(event.topic);
      return agency === undefined ? applications.handle(event) : replies.handle(event, { agency, training: false });
    },
    /** Messages of one agency, many at once. */
    handleMany: (agency: string, messages: ReceivedEvent[]) =>
      replies.handleMany(messages, { agency, training: false }),
    /** Messages of an agency that were refused: it is told, and they are listed. */
    async refused(agency: string, training: boolean, messages: RefusedMessage[]): Promise<void> {
      if (!isAgency(agency)) return;
      await tellings.note(agency, training, messages);
      if (!training) await refused.keep(agency, messages);
    },
    /** An event of intake that an operator dropped. */
    skip: (event: ReceivedEvent): Promise<void> => applications.skip(event),
    /** A delivery's timer is due. */
    fetchPending: (id: string): Promise<void> => sending.fetchPending(id),
    /** There is an agency of this code from now on. */
    agencyCame: (agency: string): void => sending.sendWaiting(attention.waitingFor(agency)),
    /** These deliveries have something to send that no event asks for. */
    sendSoon: (ids: string[]): void => sending.sendWaiting(ids),
    stop: (): void => sending.stop(),
  };
}
