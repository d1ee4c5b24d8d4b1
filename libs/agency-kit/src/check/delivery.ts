import { MAX_ANSWERS_BYTES, REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { decide } from './course.ts';
import { Finding, Skipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Scenarios of how messages travel: repeated, unknown, large, many at once, all of them again. */

const { acknowledged, decided } = REPLY_TYPES;

/** At the end each of these applications has one acknowledgement of a submission and one decision at most. */
export function hasOneEffect(stage: Stage, filings: Filing[], rule: 'DEDUPLICATE' | 'SURVIVE'): void {
  stage.atEnd(() => {
    for (const filing of filings) {
      const numbers = stage.said(filing, acknowledged).map((one) => ({ one, number: one.event.data.submission }));
      const again = numbers.find(({ number }, at) => numbers.findIndex((other) => other.number === number) < at);
      if (again) throw new Finding(rule, 'A submission was acknowledged twice, under two ce_ids.', again.one);
      const [, second] = stage.said(filing, decided);
      if (second) throw new Finding(rule, 'An application was decided twice, under two ce_ids.', second);
    }
  });
}

const repeated: Scenario = {
  name: 'repeated',
  title: 'A message that comes again has no second effect',
  async play(stage) {
    const filing = stage.file();
    const request = filing.submitted();
    await stage.send(request, request);
    await stage.reply(filing, acknowledged, 'ACKNOWLEDGE');
    await stage.decision(filing, 'DECIDE');
    await stage.send(request);
    await stage.fence(filing, 'DEDUPLICATE');
    hasOneEffect(stage, [filing], 'DEDUPLICATE');
  },
};

/** A message with one more header and one more property than this contract knows. */
function withMore(message: OutgoingMessage, addedLater: object = { by: 'a newer platform' }): OutgoingMessage {
  const { key, headers, value } = message;
  const content = JSON.parse(value.toString()) as object;
  const more = Buffer.from(JSON.stringify(Object.assign(content, { addedLater })));
  return { key, headers: Object.assign({}, headers, { ce_addedlater: '1' }), value: more };
}

const unknown: Scenario = {
  name: 'unknown',
  title: 'Headers, properties and types of a newer platform are passed over',
  async play(stage) {
    const filing = stage.file();
    const strange = stage.file({}, filing);
    const { key, headers, value } = toMessage(strange.submitted());
    const type = 'md.cups.application.something-new.v1';
    const dataschema = 'urn:cups:agency:v1:application.something-new';
    await stage.sendRaw([
      { key, headers: Object.assign(headers, { ce_type: type, ce_dataschema: dataschema }), value },
    ]);
    const request = filing.submitted();
    stage.note(request);
    await stage.sendRaw([withMore(toMessage(request))]);
    await stage.reply(filing, acknowledged, 'IGNORE_UNKNOWN');
    await stage.decision(filing, 'IGNORE_UNKNOWN');
    stage.atEnd(() => {
      const [answer] = stage.about(strange);
      if (answer) throw new Finding('IGNORE_UNKNOWN', 'A message of an unknown ce_type was answered.', answer);
    });
  },
};

const foreign: Scenario = {
  name: 'v2',
  title: 'A person without IDNP is taken, or passed over by an agency that takes none',
  async play(stage) {
    const filing = stage.file();
    await stage.send(filing.anySubmitted());
    await stage.fence(filing, 'FOREIGN');
    if (stage.about(filing).length === 0)
      throw new Skipped('your system passes over .v2, as an agency may that takes nobody without IDNP');
    await stage.reply(filing, decided, 'FOREIGN');
  },
};

const MANY = 12;

const order: Scenario = {
  name: 'order',
  title: 'Of many applications at once, the replies of each lie in one partition and in order',
  async play(stage) {
    const filings = Array.from({ length: MANY }, () => stage.file());
    await stage.send(...filings.map((one) => one.submitted()));
    for (const one of filings) await stage.decision(one, 'DECIDE');
    for (const filing of filings) {
      const wanted = stage.partitionOf(filing);
      const replies = stage.about(filing);
      const stray = replies.find(({ message }) => message.partition !== wanted);
      if (stray) throw new Finding('PARTITIONER', `A reply should lie in partition ${wanted} by its key.`, stray);
      const [first, second] = [stage.said(filing, acknowledged)[0], stage.said(filing, decided)[0]!];
      if (!first) throw new Finding('ACKNOWLEDGE', 'A decision came without an acknowledgement.', second);
      if (Number(first.message.offset) > Number(second.message.offset)) {
        throw new Finding('ORDER', 'A decision lies before the acknowledgement.', second);
      }
    }
  },
};

/** Of the value, in the contract's table of messages. */
const MAX_REQUEST_BYTES = 262_144;

const large: Scenario = {
  name: 'large',
  title: 'A request as large as the contract allows is taken',
  async play(stage) {
    const letters = 'ă'.repeat(500);
    const answers: Record<string, string> = {};
    for (let at = 0; Buffer.byteLength(JSON.stringify(answers)) < MAX_ANSWERS_BYTES - 1_100; at += 1)
      answers[`field${at}`] = letters;
    const evidence = Array.from({ length: 50 }, (_, at) => ({
      kind: 'identity-document',
      number: `B${String(at).padStart(99, '0')}`,
      copy: `copies/${'x'.repeat(190)}`,
      originalSeen: true,
    }));
    const filing = stage.file({ answers, evidence });
    const request = filing.submitted();
    stage.note(request);
    const message = toMessage(request);
    // What this contract knows does not fill a request; a newer platform may send more.
    const rest = MAX_REQUEST_BYTES - message.value.length - 100;
    await stage.sendRaw([withMore(message, { by: 'x'.repeat(rest) })]);
    await stage.reply(filing, acknowledged, 'SIZE');
    await stage.decision(filing, 'SIZE');
  },
};

const replay: Scenario = {
  name: 'replay',
  title: 'Everything that was sent comes again, and has no second effect',
  async play(stage) {
    if (stage.sent().length === 0) await decide(stage, stage.file());
    const filings = stage.filings();
    // What is still to be decided would be taken for an effect of the replay.
    for (const one of filings) if (stage.isInWork(one)) await stage.decision(one, 'DECIDE');
    const before = new Set(stage.heard().map(({ verdict }) => verdict.id));
    await stage.sendRaw(stage.sent());
    for (const filing of filings.slice(-3)) await stage.fence(filing, 'DEDUPLICATE');
    const known = new Set(filings.map(({ deliveryId }) => deliveryId));
    stage.atEnd(() => {
      const again = stage.heard().find(({ verdict }) => known.has(verdict.deliveryId ?? '') && !before.has(verdict.id));
      if (again) throw new Finding('DEDUPLICATE', 'The replay of everything led to a reply with a new ce_id.', again);
    });
  },
};

export const DELIVERY_SCENARIOS: Scenario[] = [repeated, unknown, foreign, order, large];
export const REPLAY: Scenario = replay;
