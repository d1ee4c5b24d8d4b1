import { join } from 'node:path';
import { fromMessage, REFUSALS } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import { toIncomingMessage, instantiateCase, readCorpus } from '@cups/agency-contract/corpus';
import type { InvalidMessage, CorpusCase } from '@cups/agency-contract/corpus';
import type { ReceivedEvent } from '@cups/contracts';
import { encode } from '@cups/events';
import { eventually, produceRaw } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication } from './world.ts';

const FOLDER = join(import.meta.dirname, '../../../libs/agency-contract/corpus');
const REFUSED = 'md.cups.reply.refused.v1';

let bridge: Bridge;
const cases = readCorpus(FOLDER);
/** Each case, with the application about which it was played. */
const played: { one: CorpusCase; delivery: string }[] = [];

const send = (messages: InvalidMessage[]) =>
  produceRaw(bridge.world.place, 'agency.asp.replies', messages.map(toIncomingMessage) as never);

/** An application that stands where the case begins. */
async function applicationIn(stage: CorpusCase['stage']) {
  if (stage !== 'nothing-sent') {
    const sent = await bridge.sent();
    if (stage !== 'ended') return sent;
    await bridge.produceEvents(sent.withdrawn());
    await bridge.deliveryEventTypes(sent.delivery, 1);
    return sent;
  }
  const application = newApplication();
  await bridge.produceEvents(application.submitted());
  await bridge.deliveryEventTypes(application.delivery, 1);
  return application;
}

/** What the agency was told about a subject, as its client reads it. */
function refusalsAbout(subject: string): ReplyRefused[] {
  return refusalsOn(subject).map((event) => {
    const { key, value, headers } = encode(Object.assign({}, event, { extra: extraOf(event) }));
    const read = fromMessage({ key, value, headers: headers as never });
    if (!read.ok) throw new Error(`${read.cause} ${JSON.stringify(read.violations)}`);
    return read.event.data as ReplyRefused;
  });
}
const extraOf = ({ dataschema, extra }: ReceivedEvent) => Object.assign({ dataschema }, extra);
const refusalsOn = (subject: string) =>
  bridge.asked.events.filter((event) => event.type === REFUSED && event.subject === subject);

beforeAll(async () => {
  bridge = await startBridge();
  for (const filed of cases) {
    const application = await applicationIn(filed.stage);
    const one = instantiateCase(filed, application.id, new Date());
    await send([...one.before, one.message]);
    played.push({ one, delivery: application.delivery });
  }
}, 120_000);
afterAll(() => bridge.stop());

describe('of each bad reply of the contract the agency is told on its own topic what became of it', () => {
  test.each(cases.filter(({ expect: { about } }) => about === 'delivery').map(({ name }) => [name]))(
    '%s',
    async (name) => {
      const { one, delivery } = played.find((each) => each.one.name === name)!;
      const { handling, cause, violations, changes } = one.expect;
      const refusals = await eventually(() => {
        const found = refusalsAbout(delivery);
        return found.length > 0 && found;
      });
      expect(refusals).toHaveLength(1);
      expect(refusals[0]).toMatchObject({ handling, cause, count: 1, mend: REFUSALS[cause].mend });
      if (violations) expect(refusals[0]?.violations).toEqual(violations);
      if (changes) expect(refusals[0]?.changes).toEqual(changes);
      const [event] = refusalsOn(delivery);
      expect([event?.key, event?.source]).toEqual([delivery.slice('deliveries/'.length), '/cups/agency-bridge']);
      expect(event?.causationId ?? '').toBe(refusals[0]?.message.id ?? '');
    },
  );

  test('those that name no delivery of the agency, by their causes, in one message for many', async () => {
    const expected = Object.groupBy(
      cases.filter(({ expect: { about } }) => about === 'agency'),
      (one) => one.expect.cause,
    );
    const counts = Object.fromEntries(Object.entries(expected).map(([cause, of]) => [cause, of.length]));
    const refusals = await eventually(
      () => {
        const found = refusalsAbout('agencies/asp');
        const sums: Record<string, number> = {};
        for (const { cause, count } of found) sums[cause] = (sums[cause] ?? 0) + count;
        expect(sums).toEqual(counts);
        return found;
      },
      { timeoutMs: 30_000 },
    );
    for (const { application, handling } of refusals) expect([application, handling]).toEqual([undefined, 'refused']);
  }, 40_000);

  test('and nothing that it said comes back: no value, and no id that may hold anything', () => {
    const all = JSON.stringify(
      bridge.asked.events.filter(({ type }) => type === REFUSED).map(({ data }) => data.toString()),
    );
    for (const { one } of played) {
      const { reason, agencyReference } = (one.message.value ?? {}) as {
        reason?: { ro?: string };
        agencyReference?: string;
      };
      for (const words of [reason?.ro?.trim(), agencyReference]) if (words) expect(all).not.toContain(words);
    }
  });
});
