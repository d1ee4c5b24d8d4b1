import { MAX_ANSWERS_BYTES, REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { decide } from './lifecycle-scenarios.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import { assertSingleEffect } from './single-effect.ts';

/** Scenarios of message delivery: duplicates, unknown fields, large and concurrent messages, replay. */

const { acknowledged, decided } = REPLY_TYPES;

const repeated: Scenario = {
  name: 'repeated',
  title: 'A duplicate message has no second effect',
  async play(bench) {
    const filing = bench.file();
    const request = filing.submitted();
    await bench.send(request, request);
    await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    await bench.awaitDecision(filing, 'DECIDE');
    await bench.send(request);
    await bench.awaitProcessed(filing, 'DEDUPLICATE');
    assertSingleEffect(bench, [filing], 'DEDUPLICATE');
  },
};

/** Returns a message with an unknown header and an unknown property. */
function withUnknownFields(message: OutgoingMessage, addedLater: object = { by: 'a newer platform' }): OutgoingMessage {
  const { key, headers, value } = message;
  const content = JSON.parse(value.toString()) as object;
  const more = Buffer.from(JSON.stringify(Object.assign(content, { addedLater })));
  return { key, headers: Object.assign({}, headers, { ce_addedlater: '1' }), value: more };
}

const unknown: Scenario = {
  name: 'unknown',
  title: 'Unknown headers, properties and types are ignored',
  async play(bench) {
    const filing = bench.file();
    const unknownFiling = bench.file({}, filing);
    const { key, headers, value } = toMessage(unknownFiling.submitted());
    const type = 'md.cups.application.something-new.v1';
    const dataschema = 'urn:cups:agency:v1:application.something-new';
    await bench.sendRaw([
      { key, headers: Object.assign(headers, { ce_type: type, ce_dataschema: dataschema }), value },
    ]);
    const request = filing.submitted();
    bench.track(request);
    await bench.sendRaw([withUnknownFields(toMessage(request))]);
    await bench.awaitReply(filing, acknowledged, 'IGNORE_UNKNOWN');
    await bench.awaitDecision(filing, 'IGNORE_UNKNOWN');
    bench.deferCheck(() => {
      const [reply] = bench.repliesAbout(unknownFiling);
      if (reply) throw new Finding('IGNORE_UNKNOWN', 'A message of an unknown ce_type was answered.', reply);
    });
  },
};

const personV2: Scenario = {
  name: 'v2',
  title: 'A person without IDNP is accepted, or ignored by an agency that does not serve them',
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submittedV2());
    await bench.awaitProcessed(filing, 'FOREIGN');
    if (bench.repliesAbout(filing).length === 0)
      throw new ScenarioSkipped('your system ignores .v2, which is allowed if it does not serve people without IDNP');
    await bench.awaitReply(filing, decided, 'FOREIGN');
  },
};

const APPLICATION_COUNT = 12;

const order: Scenario = {
  name: 'order',
  title: 'With many concurrent applications, the replies about each are in one partition and in order',
  async play(bench) {
    const filings = Array.from({ length: APPLICATION_COUNT }, () => bench.file());
    await bench.send(...filings.map((filing) => filing.submitted()));
    for (const filing of filings) await bench.awaitDecision(filing, 'DECIDE');
    for (const filing of filings) {
      const partition = bench.partitionOf(filing);
      const replies = bench.repliesAbout(filing);
      const stray = replies.find(({ message }) => message.partition !== partition);
      if (stray) throw new Finding('PARTITIONER', `The key of this reply belongs to partition ${partition}.`, stray);
      const [first, second] = [bench.repliesOfType(filing, acknowledged)[0], bench.repliesOfType(filing, decided)[0]!];
      if (!first) throw new Finding('ACKNOWLEDGE', 'A decision came without an acknowledgement.', second);
      if (Number(first.message.offset) > Number(second.message.offset)) {
        throw new Finding('ORDER', 'A decision was sent before the acknowledgement.', second);
      }
    }
  },
};

/** Maximum value size in the contract's table of messages, in bytes. */
const MAX_REQUEST_BYTES = 262_144;

const large: Scenario = {
  name: 'large',
  title: 'A request of the maximum size is accepted',
  async play(bench) {
    const longText = 'ă'.repeat(500);
    const answers: Record<string, string> = {};
    for (let index = 0; Buffer.byteLength(JSON.stringify(answers)) < MAX_ANSWERS_BYTES - 1_100; index += 1)
      answers[`field${index}`] = longText;
    const evidence = Array.from({ length: 50 }, (_, index) => ({
      kind: 'identity-document',
      number: `B${String(index).padStart(99, '0')}`,
      copy: `copies/${'x'.repeat(190)}`,
      originalSeen: true,
    }));
    const filing = bench.file({ answers, evidence });
    const request = filing.submitted();
    bench.track(request);
    const message = toMessage(request);
    // Known fields do not fill a request; a newer platform may send more.
    const rest = MAX_REQUEST_BYTES - message.value.length - 100;
    await bench.sendRaw([withUnknownFields(message, { by: 'x'.repeat(rest) })]);
    await bench.awaitReply(filing, acknowledged, 'SIZE');
    await bench.awaitDecision(filing, 'SIZE');
  },
};

const replay: Scenario = {
  name: 'replay',
  title: 'A replay of all messages has no second effect',
  async play(bench) {
    if (bench.sent().length === 0) await decide(bench, bench.file());
    const filings = bench.allFilings();
    // A decision after the replay would count as an effect of it.
    for (const filing of filings) if (bench.isInProgress(filing)) await bench.awaitDecision(filing, 'DECIDE');
    const before = new Set(bench.replies().map(({ evaluation }) => evaluation.id));
    await bench.sendRaw(bench.sent());
    for (const filing of filings.slice(-3)) await bench.awaitProcessed(filing, 'DEDUPLICATE');
    const deliveryIds = new Set(filings.map(({ deliveryId }) => deliveryId));
    bench.deferCheck(() => {
      const duplicate = bench
        .replies()
        .find(({ evaluation }) => deliveryIds.has(evaluation.deliveryId ?? '') && !before.has(evaluation.id));
      if (duplicate) throw new Finding('DEDUPLICATE', 'The replay caused a reply with a new ce_id.', duplicate);
    });
  },
};

export const DELIVERY_SCENARIOS: Scenario[] = [repeated, unknown, personV2, order, large];
export const REPLAY: Scenario = replay;
