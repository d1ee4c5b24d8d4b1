import { topicsOf } from '@cups/agency-contract';
import type { Agency, Compression } from './agency.ts';
import { AGENCIES, forgeries, honest, oversized, rubbish } from './forgeries.ts';
import type { Posted } from './forgeries.ts';
import type { Reached } from './visit.ts';

/** What agencies send besides what the simulator sends: rubbish, forgeries, bombs, and honest words in all compressions. */

/** Messages of one burst of rubbish, and of a flood. */
const RUBBISH = 30;
const FLOOD = 1_000;
/** More than a client may unpack at once: 10,000 records, 8 MiB. */
const EMPTY_RECORDS = 300_000;
const LARGE_BYTES = 64 << 20;
/** Bytes of messages that are too long for the contract, and still short enough for Kafka. */
const OVERSIZED = [70, 300, 900].map((kib) => kib * 1024);
/** Honest words in one step. */
const HONEST = 12;
/** Words about progress to one application: an agency that says much more is no honest one. */
const NOTES_EACH = 3;

export interface Hostile {
  /** Ids of messages that nobody may heed. */
  ids: string[];
  sent: { poison: number; honest: number; bombs: number; oversized: number; failed: number };
  poison(what: string): Promise<void>;
  compressed(what: string): Promise<void>;
  oversized(): Promise<void>;
}

/** @param prefix of the topics */
export function createHostile(
  agency: Agency,
  prefix: string,
  reached: ReadonlyMap<string, Reached>,
  random: () => number,
): Hostile {
  const ids: string[] = [];
  const sent = { poison: 0, honest: 0, bombs: 0, oversized: 0, failed: 0 };
  const words = honestWords(reached, random);
  const known = () => [...reached.values()];
  const topicOf = (code: string) => prefix + topicsOf(code).replies;
  const anyAgency = () => AGENCIES[Math.floor(random() * AGENCIES.length)]!;

  async function send(all: readonly Posted[], kind: keyof typeof sent, compression: Compression = 'none') {
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
      if (what === 'forged') return send(forgeries(known(), random), 'poison');
      const code = anyAgency();
      const length = what === 'flood' ? FLOOD : RUBBISH;
      const all = known();
      return send(
        Array.from({ length }, () => rubbish(code, all, random)),
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
        OVERSIZED.map((bytes) => oversized(bytes, known(), random)),
        'oversized',
      ),
  };
}

/** Each call: progress of applications that are known, and the decision of those about which the simulator says nothing. */
function honestWords(reached: ReadonlyMap<string, Reached>, random: () => number): () => Posted[] {
  const told = new Map<string, number>();
  const most = (one: Reached) => (one.isSilent ? 1 : NOTES_EACH);
  return () => {
    const open = [...reached.values()].filter((one) => (told.get(one.id) ?? 0) < most(one));
    return Array.from({ length: Math.min(HONEST, open.length) }, () => {
      const [one] = open.splice(Math.floor(random() * open.length), 1) as [Reached];
      told.set(one.id, (told.get(one.id) ?? 0) + 1);
      return honest(one, one.isSilent ? 'decision' : 'progress');
    });
  };
}
