import { MAX_ANSWERS_BYTES, REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { decide } from './lifecycle-scenarios.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { TestBench } from './test-bench.ts';

/** Scenarios of how messages travel: repeated, unknown, large, many at once, all of them again. */

const { acknowledged, decided } = REPLY_TYPES;

/** At the end each of these applications has one acknowledgement of a submission and one decision at most. */
export function assertSingleEffect(bench: TestBench, filings: Filing[], rule: 'DEDUPLICATE' | 'SURVIVE'): void {
  bench.deferCheck(() => {
    for (const filing of filings) {
      const numbers = bench
        .repliesOfType(filing, acknowledged)
        .map((one) => ({ one, number: one.event.data.submission }));
      const again = numbers.find(({ number }, at) => numbers.findIndex((other) => other.number === number) < at);
      if (again) throw new Finding(rule, 'A submission was acknowledged twice, under two ce_ids.', again.one);
      const [, second] = bench.repliesOfType(filing, decided);
      if (second) throw new Finding(rule, 'An application was decided twice, under two ce_ids.', second);
    }
  });
}

const repeated: Scenario = {
  name: 'repeated',
  title: 'A message that comes again has no second effect',
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

/** A message with one more header and one more property than this contract knows. */
function withUnknownFields(message: OutgoingMessage, addedLater: object = { by: 'a newer platform' }): OutgoingMessage {
  const { key, headers, value } = message;
  const content = JSON.parse(value.toString()) as object;
  const more = Buffer.from(JSON.stringify(Object.assign(content, { addedLater })));
  return { key, headers: Object.assign({}, headers, { ce_addedlater: '1' }), value: more };
}

const unknown: Scenario = {
  name: 'unknown',
  title: 'Headers, properties and types of a newer platform are passed over',
  async play(bench) {
    const filing = bench.file();
    const strange = bench.file({}, filing);
    const { key, headers, value } = toMessage(strange.submitted());
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
      const [answer] = bench.repliesAbout(strange);
      if (answer) throw new Finding('IGNORE_UNKNOWN', 'A message of an unknown ce_type was answered.', answer);
    });
  },
};

const foreign: Scenario = {
  name: 'v2',
  title: 'A person without IDNP is taken, or passed over by an agency that takes none',
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submittedV2());
    await bench.awaitProcessed(filing, 'FOREIGN');
    if (bench.repliesAbout(filing).length === 0)
      throw new ScenarioSkipped('your system passes over .v2, as an agency may that takes nobody without IDNP');
    await bench.awaitReply(filing, decided, 'FOREIGN');
  },
};

const APPLICATION_COUNT = 12;

const order: Scenario = {
  name: 'order',
  title: 'Of many applications at once, the replies of each lie in one partition and in order',
  async play(bench) {
    const filings = Array.from({ length: APPLICATION_COUNT }, () => bench.file());
    await bench.send(...filings.map((one) => one.submitted()));
    for (const one of filings) await bench.awaitDecision(one, 'DECIDE');
    for (const filing of filings) {
      const wanted = bench.partitionOf(filing);
      const replies = bench.repliesAbout(filing);
      const stray = replies.find(({ message }) => message.partition !== wanted);
      if (stray) throw new Finding('PARTITIONER', `A reply should lie in partition ${wanted} by its key.`, stray);
      const [first, second] = [bench.repliesOfType(filing, acknowledged)[0], bench.repliesOfType(filing, decided)[0]!];
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
  async play(bench) {
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
    const filing = bench.file({ answers, evidence });
    const request = filing.submitted();
    bench.track(request);
    const message = toMessage(request);
    // What this contract knows does not fill a request; a newer platform may send more.
    const rest = MAX_REQUEST_BYTES - message.value.length - 100;
    await bench.sendRaw([withUnknownFields(message, { by: 'x'.repeat(rest) })]);
    await bench.awaitReply(filing, acknowledged, 'SIZE');
    await bench.awaitDecision(filing, 'SIZE');
  },
};

const replay: Scenario = {
  name: 'replay',
  title: 'Everything that was sent comes again, and has no second effect',
  async play(bench) {
    if (bench.sent().length === 0) await decide(bench, bench.file());
    const filings = bench.allFilings();
    // What is still to be decided would be taken for an effect of the replay.
    for (const one of filings) if (bench.isInProgress(one)) await bench.awaitDecision(one, 'DECIDE');
    const before = new Set(bench.replies().map(({ evaluation }) => evaluation.id));
    await bench.sendRaw(bench.sent());
    for (const filing of filings.slice(-3)) await bench.awaitProcessed(filing, 'DEDUPLICATE');
    const known = new Set(filings.map(({ deliveryId }) => deliveryId));
    bench.deferCheck(() => {
      const again = bench
        .replies()
        .find(({ evaluation }) => known.has(evaluation.deliveryId ?? '') && !before.has(evaluation.id));
      if (again) throw new Finding('DEDUPLICATE', 'The replay of everything led to a reply with a new ce_id.', again);
    });
  },
};

export const DELIVERY_SCENARIOS: Scenario[] = [repeated, unknown, foreign, order, large];
export const REPLAY: Scenario = replay;
