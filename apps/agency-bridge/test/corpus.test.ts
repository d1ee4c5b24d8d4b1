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
/** The played cases and their deliveries. */
const played: { corpusCase: CorpusCase; delivery: string }[] = [];

const send = (messages: InvalidMessage[]) =>
  produceRaw(bridge.world.infrastructure, 'agency.asp.replies', messages.map(toIncomingMessage) as never);

/** Creates an application in the stage in which the case starts. */
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

/** Returns the refusals that the agency received about a subject. */
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
  bridge.requests.events.filter((event) => event.type === REFUSED && event.subject === subject);

beforeAll(async () => {
  bridge = await startBridge();
  for (const filed of cases) {
    const application = await applicationIn(filed.stage);
    const corpusCase = instantiateCase(filed, application.id, new Date());
    await send([...corpusCase.before, corpusCase.message]);
    played.push({ corpusCase, delivery: application.delivery });
  }
}, 120_000);
afterAll(() => bridge.stop());

describe('an agency receives on its own topic', () => {
  test.each(cases.filter(({ expect: { about } }) => about === 'delivery').map(({ name }) => [name]))(
    '%s',
    async (name) => {
      const { corpusCase, delivery } = played.find((entry) => entry.corpusCase.name === name)!;
      const { handling, cause, violations, changes } = corpusCase.expect;
      const refusals = await eventually(() => {
        const found = refusalsAbout(delivery);
        return found.length > 0 && found;
      });
      expect(refusals).toHaveLength(1);
      expect(refusals[0]).toMatchObject({
        handling,
        cause,
        count: 1,
        mend: REFUSALS[cause].remedy,
        remedy: REFUSALS[cause].remedy,
      });
      if (violations) expect(refusals[0]?.violations).toEqual(violations);
      if (changes) expect(refusals[0]?.changes).toEqual(changes);
      const [event] = refusalsOn(delivery);
      expect([event?.key, event?.source]).toEqual([delivery.slice('deliveries/'.length), '/cups/agency-bridge']);
      expect(event?.causationId ?? '').toBe(refusals[0]?.message.id ?? '');
    },
  );

  test('refusals of replies about no delivery, batched by cause', async () => {
    const expected = Object.groupBy(
      cases.filter(({ expect: { about } }) => about === 'agency'),
      (corpusCase) => corpusCase.expect.cause,
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

  test('no value and no unsafe ID of its replies', () => {
    const all = JSON.stringify(
      bridge.requests.events.filter(({ type }) => type === REFUSED).map(({ data }) => data.toString()),
    );
    for (const { corpusCase } of played) {
      const { reason, agencyReference } = (corpusCase.message.value ?? {}) as {
        reason?: { ro?: string };
        agencyReference?: string;
      };
      for (const text of [reason?.ro?.trim(), agencyReference]) if (text) expect(all).not.toContain(text);
    }
  });
});
