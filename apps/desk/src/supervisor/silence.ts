import type { AgencyDelivery, RefusedMessage, StatisticsRow } from '../api/types.ts';

/** What speaks of an agency that does not answer as it should. */
export interface Silence {
  /** agencies/{code} */
  agency: string;
  /** At the agency past the day by which the answer was due. */
  overdue: number;
  /** Sent, and not confirmed. */
  unconfirmed: number;
  /** When the oldest of these was sent; an instant. */
  oldest: string | undefined;
  unsent: number;
  failed: number;
  /** Messages of it that could not be understood. */
  refused: number;
}

/** Its messages come on `agency.{code}.replies`. */
const REPLIES = /^agency\.([a-z0-9-]+)\.replies$/;

/** The agencies of which any of this is so, those with most behind first. Trainings do not count. */
export function silencesOf(
  counts: readonly StatisticsRow[],
  deliveries: readonly AgencyDelivery[],
  refusedMessages: readonly RefusedMessage[],
): Silence[] {
  const silences = new Map<string, Silence>();
  const of = (agency: string): Silence => {
    const known = silences.get(agency) ?? fresh(agency);
    silences.set(agency, known);
    return known;
  };
  for (const { name = '', overdue } of counts) of(name).overdue = overdue;
  for (const delivery of deliveries.filter(({ training }) => !training)) note(of(delivery.agency), delivery);
  for (const { topic, count = 1 } of refusedMessages) {
    const code = REPLIES.exec(topic)?.[1];
    if (code) of(`agencies/${code}`).refused += count;
  }
  const weight = (one: Silence) => one.overdue + one.unconfirmed + one.unsent + one.failed + one.refused;
  return [...silences.values()].filter((one) => weight(one) > 0).sort((a, b) => weight(b) - weight(a));
}

function note(silence: Silence, { state, sendTime }: AgencyDelivery): void {
  if (state === 'queued') silence.unsent += 1;
  if (state === 'failed') silence.failed += 1;
  if (state !== 'sent') return;
  silence.unconfirmed += 1;
  if (sendTime && (!silence.oldest || sendTime < silence.oldest)) silence.oldest = sendTime;
}

function fresh(agency: string): Silence {
  return { agency, overdue: 0, unconfirmed: 0, oldest: undefined, unsent: 0, failed: 0, refused: 0 };
}
