import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ensureTopics } from '@cups/events';
import { eventOf, eventually, idnp, platform, produce } from '@cups/testing';
import { createIntake } from '../src/service.ts';
import { configFor, delivered, desk, neighbourhood } from './desk.ts';
import type { Neighbourhood } from './desk.ts';

/** What lists and searches show, and the trace that they leave. */

const where = platform();
const lines: Record<string, unknown>[] = [];
let near: Neighbourhood;
let intake: Awaited<ReturnType<typeof createIntake>>;
const at = (centre: string) => desk(near, intake.grpcPort!, centre);
const looks = () => lines.filter(({ event }) => event === 'personal-data-read');

beforeAll(async () => {
  near = await neighbourhood();
  await ensureTopics({ brokers: where.brokers, prefix: where.prefix, partitions: 3, agencies: ['asp'] });
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  intake = await createIntake(configFor(near, where, { logLevel: 'info' }), { logTo });
  await eventually(async () => (await at('CU-001').listApplications({})) && true);
});
afterAll(async () => {
  await intake.stop();
  await near.close();
});

/** Two months from now. */
const ANSWER_BY = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);

/** Words and numbers that stand in a file and must not stand in a list. */
const HIDDEN = {
  paper: 'PAPER-NUMBER-1',
  supplied: 'PAPER-NUMBER-2',
  shown: 'PAPER-NUMBER-3',
  mandate: 'MANDATE-1',
  address: 'post to a street',
  phone: '+37360000077',
  answer: 'an answer',
  asked: 'cuvinte cerute',
  reason: 'motivul deciziei',
  result: 'RESULT-1',
  reference: 'AGENCY-REF-1',
  revoked: 'motivul anularii',
  missing: 'what is missing',
  withdrawn: 'why withdrawn',
};

/** An application that has been through everything, with a word of each kind in it. */
async function eventful(centre: string, n: number) {
  const here = at(centre);
  const app = await here.open(n, {
    contact: { phone: HIDDEN.phone },
    mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE', reference: HIDDEN.mandate },
    answers: Buffer.from(JSON.stringify({ act: 'birth', note: HIDDEN.answer })),
    evidence: [{ kind: 'identity-document', number: HIDDEN.paper, originalSeen: true }],
    delivery: { kind: 'DELIVERY_KIND_POST', note: HIDDEN.address },
  });
  const { name } = app;
  await here.submit(name);
  let sequence = 0;
  const say = async (type: string, fields: object) => {
    sequence += 1;
    const before = (await here.listApplicationActions({ name })).actions.length;
    await produce(where, [eventOf(delivered(name, type, sequence, fields))]);
    await eventually(async () => (await here.listApplicationActions({ name })).actions.length === before + 1);
  };
  await say('DeliveryDocumentsRequested', {
    evidenceKinds: ['birth-certificate'],
    message: { ro: HIDDEN.asked },
    answerBy: ANSWER_BY,
  });
  const asking = JSON.stringify(await here.listApplications({}));
  await here.supplyDocuments({
    requestId: randomUUID(),
    name,
    evidence: [{ kind: 'birth-certificate', number: HIDDEN.supplied, originalSeen: true }],
  });
  const decision = { approved: true, resultKind: 'paper', resultNumber: HIDDEN.result, reason: { ro: HIDDEN.reason } };
  await say('DeliveryDecided', decision);
  await say('DeliveryProgressed', {});
  const handOver = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: HIDDEN.shown };
  await here.handOverResult({ requestId: randomUUID(), name, handOver });
  await here.confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: false, missing: HIDDEN.missing } });
  await say('DeliveryResultRevoked', { reason: { ro: HIDDEN.revoked } });
  return { app, asking };
}

describe('a row of a list or a search', () => {
  test('shows whose, what, where and by when, and no number of a paper or result, no words, no tracking number', async () => {
    const here = at('CU-002');
    const { app, asking } = await eventful('CU-002', 7);
    const listed = await here.listApplications({});
    const found = await here.searchApplications({ idnp: idnp(7) });
    const tracked = await here.searchApplications({ trackingNumber: app.trackingNumber });
    for (const answer of [asking, ...[listed, found, tracked].map((page) => JSON.stringify(page))]) {
      for (const word of [...Object.values(HIDDEN), idnp(7), app.trackingNumber]) expect(answer).not.toContain(word);
    }
    // The words are there to be read, in the file.
    const file = JSON.stringify((await here.getApplication({ name: app.name })).application);
    for (const word of [HIDDEN.paper, HIDDEN.shown, HIDDEN.result, HIDDEN.missing, app.trackingNumber])
      expect(file).toContain(word);

    const [row] = listed.applications;
    expect(found.applications).toEqual([row]);
    expect(tracked.applications).toEqual([row]);
    const { givenName, familyName } = app.content!.applicant!;
    expect(row).toMatchObject({
      name: app.name,
      serviceTitle: { ro: 'Extras' },
      state: 'STATE_CLOSED',
      openedBy: 'operators/cu-002-specialist',
      allowedActions: ['ACTION_CORRECT'],
      decision: { approved: true, reason: null, resultNumber: '' },
      deskNotes: [{ kind: 'progress-after-decision' }, { kind: 'result-revoked' }],
      handOver: null,
      outcome: null,
    });
    expect(row!.decision!.revokeTime).not.toBeNull();
    expect(row!.content).toMatchObject({ applicant: { givenName, familyName, birthDate: '' }, contact: null });
    expect(asking).toContain(ANSWER_BY);
  });

  test('says of a revoked result that it cannot be handed over', async () => {
    const here = at('CU-003');
    const { name } = await here.file(8);
    await produce(where, [
      eventOf(delivered(name, 'DeliveryDecided', 1, { approved: true })),
      eventOf(delivered(name, 'DeliveryResultRevoked', 2)),
    ]);
    await eventually(async () => {
      const [row] = (await here.listApplications({})).applications;
      return row?.allowedActions.join() === 'ACTION_WITHDRAW';
    });
  });
});

describe('a look', () => {
  test('is left by each page of a list, with the operator and the centre', async () => {
    const here = at('CU-004');
    await here.open(1);
    const before = looks().length;
    await here.listApplications({});
    await here.listApplications({ state: 'STATE_READY' });
    const left = looks().slice(before);
    expect(left).toHaveLength(2);
    for (const look of left)
      expect(look).toMatchObject({
        method: 'IntakeService.ListApplications',
        operator: 'operators/cu-004-specialist',
        resource: 'centres/CU-004',
      });
  });

  test('is left by each search: at what was found, and also when nothing was', async () => {
    const here = at('CU-005');
    const names = [(await here.open(2)).name, (await here.open(2)).name];
    const before = looks().length;
    await here.searchApplications({ idnp: idnp(2) });
    await here.searchApplications({ idnp: idnp(3) });
    const left = looks().slice(before);
    expect(left.map(({ resource }) => resource)).toEqual([...names.reverse(), undefined]);
    for (const look of left)
      expect(look).toMatchObject({
        method: 'IntakeService.SearchApplications',
        operator: 'operators/cu-005-specialist',
      });
    expect(JSON.stringify(left)).not.toContain(idnp(2));
  });
});
