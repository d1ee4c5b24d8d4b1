import { topicsOf } from '@cups/agency-contract';
import type { AgencyClient, Compression } from './agency.ts';
import { AGENCY_CODES, forgedMessages, validReply, oversizedReply, garbage } from './forged-messages.ts';
import type { OutgoingMessage } from './forged-messages.ts';
import type { DeliveredApplication } from './visit.ts';

/** Agency traffic that the simulator does not send: garbage, forgeries, bombs, and valid messages in every compression. */

/** Messages in one burst of garbage. */
const GARBAGE_COUNT = 30;
const FLOOD_COUNT = 1_000;
/** More than one fetch may unpack: the limits are 10,000 records and 8 MiB. */
const EMPTY_RECORDS = 300_000;
const LARGE_BYTES = 64 << 20;
/** Sizes above the limit of the contract and below that of Kafka. */
const OVERSIZED_BYTES = [70, 300, 900].map((kib) => kib * 1024);
/** Valid messages in one batch. */
const VALID_REPLIES_PER_BATCH = 12;
/** Maximum progress notes for one application. A real agency sends few. */
const MAX_PROGRESS_NOTES = 3;

export interface HostileTraffic {
  /** IDs of messages that the platform must not apply. */
  ids: string[];
  sent: { poison: number; honest: number; bombs: number; oversized: number; failed: number };
  poison(what: string): Promise<void>;
  compressed(what: string): Promise<void>;
  oversized(): Promise<void>;
}

/** @param prefix prefix of the topics */
export function createHostileTraffic(
  agency: AgencyClient,
  prefix: string,
  deliveredApplications: ReadonlyMap<string, DeliveredApplication>,
  random: () => number,
): HostileTraffic {
  const ids: string[] = [];
  const sent = { poison: 0, honest: 0, bombs: 0, oversized: 0, failed: 0 };
  const words = createValidReplies(deliveredApplications, random);
  const known = () => [...deliveredApplications.values()];
  const topicOf = (code: string) => prefix + topicsOf(code).replies;
  const anyAgency = () => AGENCY_CODES[Math.floor(random() * AGENCY_CODES.length)]!;

  async function send(all: readonly OutgoingMessage[], kind: keyof typeof sent, compression: Compression = 'none') {
    if (kind !== 'honest') ids.push(...all.flatMap(({ id }) => id ?? []));
    const answers = await Promise.all(
      all.map(({ agency: code, message }) => agency.send(topicOf(code), message, compression)),
    );
    for (const answer of answers) sent[answer === 'ok' ? kind : 'failed'] += 1;
  }

  async function bomb(kind: 'empty' | 'large'): Promise<void> {
    const answer = await agency.bomb(topicOf(anyAgency()), kind, kind === 'large' ? LARGE_BYTES : EMPTY_RECORDS);
    sent[answer === 'ok' ? 'bombs' : 'failed'] += 1;
  }

  return {
    ids,
    sent,
    poison(what) {
      if (what === 'forged') return send(forgedMessages(known(), random), 'poison');
      const code = anyAgency();
      const length = what === 'flood' ? FLOOD_COUNT : GARBAGE_COUNT;
      const all = known();
      return send(
        Array.from({ length }, () => garbage(code, all, random)),
        'poison',
      );
    },
    compressed(what) {
      if (what === 'many empty records') return bomb('empty');
      if (what === 'one large record') return bomb('large');
      return send(words(), 'honest', what as Compression);
    },
    oversized: () =>
      send(
        OVERSIZED_BYTES.map((bytes) => oversizedReply(bytes, known(), random)),
        'oversized',
      ),
  };
}

/** Each call returns progress notes for known applications, and the decision of those where the simulator is silent. */
function createValidReplies(
  deliveredApplications: ReadonlyMap<string, DeliveredApplication>,
  random: () => number,
): () => OutgoingMessage[] {
  const replyCounts = new Map<string, number>();
  const maxReplies = (one: DeliveredApplication) => (one.isSilent ? 1 : MAX_PROGRESS_NOTES);
  return () => {
    const open = [...deliveredApplications.values()].filter((one) => (replyCounts.get(one.id) ?? 0) < maxReplies(one));
    return Array.from({ length: Math.min(VALID_REPLIES_PER_BATCH, open.length) }, () => {
      const [one] = open.splice(Math.floor(random() * open.length), 1) as [DeliveredApplication];
      replyCounts.set(one.id, (replyCounts.get(one.id) ?? 0) + 1);
      return validReply(one, one.isSilent ? 'decision' : 'progress');
    });
  };
}
