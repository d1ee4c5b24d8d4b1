import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { REPLY_TYPES, sourceOf, toMessage } from '@cups/agency-contract';
import type { ReplyEvent } from '@cups/agency-contract';
import { agenciesIn } from '@cups/tools/platform';
import { ulid } from 'ulid';
import type { Message } from './agency.ts';
import type { DeliveredApplication } from './visit.ts';

/** Valid, forged and garbage messages for a replies topic. Pure but for IDs and times. */

/** Codes of all agencies. */
export const AGENCY_CODES = agenciesIn(join(import.meta.dirname, '../data'));

/** A message and the agency whose replies topic receives it. */
export interface OutgoingMessage {
  agency: string;
  message: Message;
  /** Its `ce_id`; absent if it has none. */
  id?: string;
}

type Random = () => number;
const pickRandom = <T>(all: readonly T[], random: Random): T => all[Math.floor(random() * all.length)]!;
const otherAgency = (agency: string): string => AGENCY_CODES.find((one) => one !== agency)!;

/** Ways to corrupt a valid reply. */
const CORRUPTIONS: readonly ((good: Message) => Message)[] = [
  (good) => Object.assign(good, { value: good.value!.subarray(0, 40) }),
  (good) => Object.assign(good, { value: Buffer.from('[]') }),
  (good) => Object.assign(good, { value: Buffer.from('['.repeat(20_000) + ']'.repeat(20_000)) }),
  (good) => Object.assign(good, { value: null }),
  (good) => Object.assign(good, { key: Buffer.from('another key') }),
  (good) => Object.assign(good, { key: null }),
  (good) => withHeader(good, 'ce_specversion', undefined),
  (good) => withHeader(good, 'ce_id', undefined),
  (good) => withHeader(good, 'ce_type', 'md.cups.reply.unheard.v1'),
  (good) => withHeader(good, 'ce_subject', 'deliveries/%00'),
  () => ({ key: null, value: Buffer.from([0xff, 0xfe, 0x00, 0x13, 0x37]), headers: {} }),
  () => ({ key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {} }),
];

/** Returns bytes and headers that are not a reply, about a known application if there is one. */
export function garbage(
  agency: string,
  deliveredApplications: readonly DeliveredApplication[],
  random: Random,
): OutgoingMessage {
  const about = pickRandom(
    deliveredApplications.filter((one) => one.agency === agency),
    random,
  );
  const reply = decisionReply(about?.id ?? ulid(), agency, agency);
  return { agency, message: pickRandom(CORRUPTIONS, random)(toKafkaMessage(reply)), id: reply.id };
}

/** Returns well-formed replies that the sender is not allowed to send. */
export function forgedMessages(
  deliveredApplications: readonly DeliveredApplication[],
  random: Random,
): OutgoingMessage[] {
  const victims =
    deliveredApplications.length === 0
      ? []
      : Array.from({ length: 8 }, () => pickRandom(deliveredApplications, random));
  const post = (agency: string, reply: ReplyEvent): OutgoingMessage => ({
    agency,
    message: toKafkaMessage(reply),
    id: reply.id,
  });
  return [
    // About another agency's delivery, under the sender's own name and under the other's.
    ...victims.map(({ id, agency }) => post(otherAgency(agency), decisionReply(id, agency, otherAgency(agency)))),
    ...victims.map(({ id, agency }) => post(otherAgency(agency), decisionReply(id, agency, agency))),
    // About an unknown application.
    ...AGENCY_CODES.map((agency) => post(agency, decisionReply(ulid(), agency, agency))),
  ];
}

/** Returns a reply of the given size in bytes. */
export function oversizedReply(
  bytes: number,
  deliveredApplications: readonly DeliveredApplication[],
  random: Random,
): OutgoingMessage {
  const { id, agency } = pickRandom(deliveredApplications, random) ?? { id: ulid(), agency: AGENCY_CODES[0]! };
  const reply = decisionReply(id, agency, agency);
  const value = Buffer.from(JSON.stringify({ note: 'x'.repeat(bytes) }));
  return { agency, message: Object.assign(toKafkaMessage(reply), { value }), id: reply.id };
}

/** Returns a valid reply about an application that the agency has: its decision, or a progress note. */
export function validReply({ id, agency }: DeliveredApplication, kind: 'decision' | 'progress'): OutgoingMessage {
  return {
    agency,
    message: toKafkaMessage(kind === 'decision' ? decisionReply(id, agency, agency) : progressReply(id, agency)),
  };
}

/** @param owner the agency that owns the delivery; `sender` may be another */
function decisionReply(id: string, owner: string, sender: string): ReplyEvent {
  const data = {
    application: `applications/${id}`,
    outcome: 'approved' as const,
    result: { kind: 'paper' as const, number: `T-${id.slice(-8)}` },
    decideTime: new Date().toISOString(),
  };
  return Object.assign(replyAttributes(id, owner, sender), { type: REPLY_TYPES.decided, data });
}

function progressReply(id: string, agency: string): ReplyEvent {
  const data = { application: `applications/${id}`, note: 'Dosarul este la verificare.' };
  return Object.assign(replyAttributes(id, agency, agency), { type: REPLY_TYPES.progressed, data });
}

const replyAttributes = (id: string, owner: string, sender: string) => ({
  id: randomUUID() as string,
  source: sourceOf(sender),
  subject: `deliveries/${id}-${owner}`,
  time: new Date().toISOString(),
});

function toKafkaMessage(reply: ReplyEvent): Message {
  const { key, headers, value } = toMessage(reply);
  const packed = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { key: Buffer.from(key), value, headers: Object.fromEntries(packed) };
}

/** Sets or removes a header. */
function withHeader(message: Message, name: string, text: string | undefined): Message {
  const others = Object.entries(message.headers).filter(([one]) => one !== name);
  const changed = text === undefined ? others : [...others, [name, Buffer.from(text)] as const];
  return { key: message.key, value: message.value, headers: Object.fromEntries(changed) };
}
