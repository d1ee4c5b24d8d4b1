import type { AgencyDelivery, RefusedMessage, StatisticsRow } from '../api/types.ts';

/** What an agency has left undone. */
export interface AgencyBacklog {
  agency: string;
  /** Applications past their due date. */
  overdue: number;
  /** Deliveries sent and not acknowledged. */
  unconfirmed: number;
  /** Send time of the oldest of these, an instant. */
  oldest: string | undefined;
  unsent: number;
  failed: number;
  /** Invalid messages of the agency. */
  refused: number;
}

const REPLY_TOPIC = /^agency\.([a-z0-9-]+)\.replies$/;

/** Returns agencies with a backlog, largest first. Training deliveries do not count. */
export function computeBacklogs(
  counts: readonly StatisticsRow[],
  deliveries: readonly AgencyDelivery[],
  refusedMessages: readonly RefusedMessage[],
): AgencyBacklog[] {
  const backlogs = new Map<string, AgencyBacklog>();
  const backlogFor = (agency: string): AgencyBacklog => {
    const backlog = backlogs.get(agency) ?? emptyBacklog(agency);
    backlogs.set(agency, backlog);
    return backlog;
  };
  for (const { name = '', overdue } of counts) backlogFor(name).overdue = overdue;
  for (const delivery of deliveries.filter(({ training }) => !training))
    addDelivery(backlogFor(delivery.agency), delivery);
  for (const { topic, count = 1 } of refusedMessages) {
    const code = REPLY_TOPIC.exec(topic)?.[1];
    if (code) backlogFor(`agencies/${code}`).refused += count;
  }
  const total = (backlog: AgencyBacklog) =>
    backlog.overdue + backlog.unconfirmed + backlog.unsent + backlog.failed + backlog.refused;
  return [...backlogs.values()].filter((backlog) => total(backlog) > 0).sort((a, b) => total(b) - total(a));
}

function addDelivery(backlog: AgencyBacklog, { state, sendTime }: AgencyDelivery): void {
  if (state === 'queued') backlog.unsent += 1;
  if (state === 'failed') backlog.failed += 1;
  if (state !== 'sent') return;
  backlog.unconfirmed += 1;
  if (sendTime && (!backlog.oldest || sendTime < backlog.oldest)) backlog.oldest = sendTime;
}

function emptyBacklog(agency: string): AgencyBacklog {
  return { agency, overdue: 0, unconfirmed: 0, oldest: undefined, unsent: 0, failed: 0, refused: 0 };
}
