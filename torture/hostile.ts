import { randomUUID } from 'node:crypto';
import { REPLY_TYPES, sourceOf, toMessage, topicsOf } from '@cups/agency-contract';
import type { ReplyEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import type { Agency, Compression, Message } from './agency.ts';
import type { Reached } from './desks.ts';

/** What agencies send besides what the simulator sends: rubbish, forgeries, bombs, and honest words in all compressions. */

const AGENCIES = ['asp', 'cnas', 'cadastru', 'mai'] as const;
/** Messages in a flood. */
const FLOOD = 1_000;
/** More than a client may unpack at once: 10,000 records, 8 MiB. */
const EMPTY_RECORDS = 300_000;
const LARGE_BYTES = 64 << 20;
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
  reached: readonly Reached[],
  random: () => number,
): Hostile {
  const ids: string[] = [];
  const sent = { poison: 0, honest: 0, bombs: 0, oversized: 0, failed: 0 };
  const notes = new Map<string, number>();
  const decided = new Set<string>();
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const topicOf = (code: string) => prefix + topicsOf(code).replies;

  async function send(
    code: string,
    message: Message,
    kind: keyof typeof sent,
    compression?: Compression,
  ): Promise<void> {
    const answer = await agency.send(topicOf(code), message, compression);
    sent[answer === 'ok' ? kind : 'failed'] += 1;
  }

  /** A reply of `code`, valid but for what `change` does to it; its id is remembered as hostile. */
  function forged(code: string, id: string, ownerOfDelivery: string, change: (message: Message) => Message = (m) => m) {
    const reply = decision(id, ownerOfDelivery, code);
    ids.push(reply.id);
    return change(messageOf(reply));
  }

  /** Bytes and headers that are no reply. */
  function rubbish(): Message {
    const code = any(AGENCIES);
    const known = reached.length > 0 ? any(reached) : { id: ulid(), agency: code };
    const makes: (() => Message)[] = [
      () => ({ key: null, value: Buffer.from([0xff, 0xfe, 0x00, 0x13, 0x37]), headers: {} }),
      () => ({ key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {} }),
      () => ({ key: Buffer.from(`${known.id}-${known.agency}`), value: null, headers: {} }),
      () => forged(known.agency, known.id, known.agency, (m) => ({ ...m, value: m.value!.subarray(0, 40) })),
      () => forged(known.agency, known.id, known.agency, (m) => ({ ...m, value: Buffer.from('[]') })),
      () => forged(known.agency, known.id, known.agency, (m) => ({ ...m, value: deepJson() })),
      () => forged(known.agency, known.id, known.agency, (m) => without(m, 'ce_specversion')),
      () => forged(known.agency, known.id, known.agency, (m) => withHeader(m, 'ce_type', 'md.cups.reply.unheard.v1')),
      () => forged(known.agency, known.id, known.agency, (m) => withHeader(m, 'ce_subject', 'deliveries/%00')),
      () => forged(known.agency, known.id, known.agency, (m) => ({ ...m, key: Buffer.from('another key') })),
    ];
    return any(makes)();
  }

  /** Replies that are well formed and not the sender's to give. */
  function forgeries(): { code: string; message: Message }[] {
    const victims = Array.from({ length: 8 }, () => (reached.length > 0 ? any(reached) : undefined)).filter(
      (one) => one !== undefined,
    );
    return [
      // About the delivery of another agency, under its own name and under the other's.
      ...victims.map(({ id, agency: owner }) => {
        const code = AGENCIES.find((one) => one !== owner)!;
        return { code, message: forged(code, id, owner) };
      }),
      ...victims.map(({ id, agency: owner }) => {
        const code = AGENCIES.find((one) => one !== owner)!;
        return { code, message: forged(owner, id, owner) };
      }),
      // About an application that there is not.
      ...AGENCIES.map((code) => ({ code, message: forged(code, ulid(), code) })),
    ];
  }

  /** What agencies may say about applications that they have: progress, and the decision where the simulator is silent. */
  function honest(): { code: string; message: Message }[] {
    const open = reached.filter(({ id, isSilent }) =>
      isSilent ? !decided.has(id) : (notes.get(id) ?? 0) < NOTES_EACH,
    );
    return Array.from({ length: Math.min(HONEST, open.length) }, () => {
      const [one] = open.splice(Math.floor(random() * open.length), 1) as [Reached];
      const { id, agency: code, isSilent } = one;
      if (isSilent) {
        decided.add(id);
        return { code, message: messageOf(decision(id, code, code)) };
      }
      notes.set(id, (notes.get(id) ?? 0) + 1);
      return { code, message: messageOf(progress(id, code)) };
    });
  }

  return {
    ids,
    sent,
    async poison(what) {
      if (what === 'forged') {
        await Promise.all(forgeries().map(({ code, message }) => send(code, message, 'poison')));
        return;
      }
      const code = any(AGENCIES);
      const count = what === 'flood' ? FLOOD : 30;
      await Promise.all(Array.from({ length: count }, () => send(code, rubbish(), 'poison')));
    },
    async compressed(what) {
      if (what === 'many empty records' || what === 'one large record') {
        const isLarge = what === 'one large record';
        const size = isLarge ? LARGE_BYTES : EMPTY_RECORDS;
        const answer = await agency.bomb(topicOf(any(AGENCIES)), isLarge ? 'large' : 'empty', size);
        sent[answer === 'ok' ? 'bombs' : 'failed'] += 1;
        return;
      }
      await Promise.all(honest().map(({ code, message }) => send(code, message, 'honest', what as Compression)));
    },
    async oversized() {
      const make = (bytes: number) => {
        const { id, agency: code } = reached.length > 0 ? any(reached) : { id: ulid(), agency: any(AGENCIES) };
        const fill = (m: Message) => ({ ...m, value: Buffer.from(JSON.stringify({ note: 'x'.repeat(bytes) })) });
        return { code, message: forged(code, id, code, fill) };
      };
      const all = [70, 300, 900].map((kib) => make(kib * 1024));
      await Promise.all(all.map(({ code, message }) => send(code, message, 'oversized')));
    },
  };
}

/** @param owner the agency whose delivery it is about; `sender` may be another */
function decision(id: string, owner: string, sender: string): ReplyEvent {
  return {
    ...attributes(id, owner, sender),
    type: REPLY_TYPES.decided,
    data: {
      application: `applications/${id}`,
      outcome: 'approved',
      result: { kind: 'paper', number: `T-${id.slice(-8)}` },
      decideTime: new Date().toISOString(),
    },
  };
}

function progress(id: string, code: string): ReplyEvent {
  return {
    ...attributes(id, code, code),
    type: REPLY_TYPES.progressed,
    data: { application: `applications/${id}`, note: 'Dosarul este la verificare.' },
  };
}

const attributes = (id: string, owner: string, sender: string) => ({
  id: randomUUID(),
  source: sourceOf(sender),
  subject: `deliveries/${id}-${owner}`,
  time: new Date().toISOString(),
});

function messageOf(reply: ReplyEvent): Message {
  const { key, headers, value } = toMessage(reply);
  const packed = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { key: Buffer.from(key), value, headers: Object.fromEntries(packed) };
}

const withHeader = (message: Message, name: string, text: string): Message => ({
  ...message,
  headers: Object.fromEntries([...Object.entries(message.headers), [name, Buffer.from(text)]]),
});
const without = (message: Message, name: string): Message => ({
  ...message,
  headers: Object.fromEntries(Object.entries(message.headers).filter(([one]) => one !== name)),
});
const deepJson = (): Buffer => Buffer.from('['.repeat(20_000) + ']'.repeat(20_000));
