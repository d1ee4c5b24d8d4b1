import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually, idnp } from '@cups/testing';
import { DAY, bridgeEvent, useIntake } from './world.ts';
import type { BridgeEventFields, BridgeEventName } from './world.ts';

/** ListApplications. Search results have the same rows. */

const scene = useIntake({ topics: true });
const { at } = scene;

const ANSWER_BY = new Date(Date.now() + 60 * DAY).toISOString().slice(0, 10);

/** Values of an application that rows must not contain. */
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
  revoked: 'motivul anularii',
  missing: 'what is missing',
};

/** Creates an application with every hidden value. */
async function eventful(centre: string, n: number) {
  const here = at(centre);
  const app = await here.open(n, {
    contact: { phone: HIDDEN.phone },
    mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE', reference: HIDDEN.mandate },
    answers: Buffer.from(JSON.stringify({ act: 'birth', note: HIDDEN.answer })),
    evidence: [{ kind: 'identity-document', number: HIDDEN.paper, originalSeen: true }],
    delivery: { kind: 'DELIVERY_CHOICE_KIND_POST', note: HIDDEN.address },
  });
  const { name } = app;
  await here.submit(name);
  let sequence = 0;
  const publish = async <Name extends BridgeEventName>(type: Name, fields: BridgeEventFields<Name>) => {
    sequence += 1;
    const before = (await here.history(name)).length;
    await scene.world.publish(bridgeEvent(name, type, sequence, fields));
    await eventually(async () => (await here.history(name)).length === before + 1);
  };
  await publish('DeliveryDocumentsRequested', {
    evidenceKinds: ['birth-certificate'],
    message: { ro: HIDDEN.asked },
    answerBy: ANSWER_BY,
  });
  const listedWhileRequested = JSON.stringify(await here.listApplications({}));
  const evidence = [{ kind: 'birth-certificate', number: HIDDEN.supplied, originalSeen: true }];
  await here.supplyDocuments({ requestId: randomUUID(), name, evidence });
  const result = { resultKind: 'paper', resultNumber: HIDDEN.result };
  await publish('DeliveryDecided', { approved: true, ...result, reason: { ro: HIDDEN.reason } });
  await publish('DeliveryProgressed', {});
  const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: HIDDEN.shown };
  await here.handOverResult({ requestId: randomUUID(), name, handOver });
  await here.confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: false, missing: HIDDEN.missing } });
  await publish('DeliveryResultRevoked', { reason: { ro: HIDDEN.revoked } });
  return { app, listedWhileRequested };
}

describe('ListApplications', () => {
  test('returns rows without identifiers, agency texts and tracking number', async () => {
    const here = at('CU-002');
    const { app, listedWhileRequested } = await eventful('CU-002', 7);
    const listed = await here.listApplications({});
    const found = await here.searchApplications({ idnp: idnp(7) });
    const tracked = await here.searchApplications({ trackingNumber: app.trackingNumber });
    for (const answer of [listedWhileRequested, ...[listed, found, tracked].map((page) => JSON.stringify(page))]) {
      for (const word of [...Object.values(HIDDEN), idnp(7), app.trackingNumber]) expect(answer).not.toContain(word);
    }
    // The details contain them.
    const details = JSON.stringify(await here.read(app.name));
    const inDetails = [HIDDEN.paper, HIDDEN.shown, HIDDEN.result, HIDDEN.missing, app.trackingNumber];
    for (const word of inDetails) expect(details).toContain(word);

    const [row] = listed.applications;
    expect(found.applications).toEqual([row]);
    expect(tracked.applications).toEqual([row]);
    const { givenName, familyName } = app.content!.applicant!;
    expect(row).toMatchObject({
      name: app.name,
      serviceTitle: { ro: 'Extras' },
      state: 'STATE_CLOSED',
      openedBy: 'operators/cu-002-specialist',
      allowedActions: ['ACTION_CORRECT', 'ACTION_CHANGE_CONTACT'],
      decision: { approved: true, reason: null, resultNumber: '' },
      deskAlerts: [{ kind: 'progress-after-decision' }, { kind: 'result-revoked' }],
      handOver: null,
      outcome: null,
    });
    expect(row!.decision!.revokeTime).not.toBeNull();
    const { costOption } = app.content!;
    expect(costOption).not.toBe('');
    expect(row!.content).toMatchObject({
      applicant: { givenName, familyName, birthDate: '' },
      contact: null,
      costOption,
    });
    expect(listedWhileRequested).toContain(ANSWER_BY);
  });

  test('shows that a revoked result cannot be handed over', async () => {
    const here = at('CU-003');
    const { name } = await here.file(8);
    await scene.world.publish(
      bridgeEvent(name, 'DeliveryDecided', 1, { approved: true }),
      bridgeEvent(name, 'DeliveryResultRevoked', 2),
    );
    await eventually(async () => {
      const [row] = (await here.listApplications({})).applications;
      return (
        row?.allowedActions.join() ===
        'ACTION_WITHDRAW,ACTION_RECORD_PAYMENT,ACTION_CHOOSE_COLLECTION_CENTRE,ACTION_CHANGE_CONTACT,ACTION_SEND_MESSAGE'
      );
    });
  });

  test('lists newest first, by state, in pages', async () => {
    const here = at('CU-010');
    const names: string[] = [];
    for (let i = 0; i < 5; i += 1) names.unshift((await here.open(20 + i)).name);
    await here.submit(names[0]!);
    const first = await here.listApplications({ pageSize: 3 });
    const second = await here.listApplications({ pageSize: 3, pageToken: first.nextPageToken });
    expect([...first.applications, ...second.applications].map(({ name }) => name)).toEqual(names);
    expect(second.nextPageToken).toBe('');
    expect((await here.listApplications({ state: 'STATE_SUBMITTED' })).applications.length).toBe(1);
    const mixed = here.listApplications({ state: 'STATE_DRAFT', pageToken: first.nextPageToken });
    await expect(mixed).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  test('rejects a negative page size and an unknown state', async () => {
    await expect(at().listApplications({ pageSize: -1 })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await expect(at().listApplications({ state: 99 as 1 })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/state', rule: 'UNKNOWN_VALUE' }],
    });
  });

  test('logs one access of the centre per page', async () => {
    const here = at('CU-004');
    await here.open(1);
    const before = scene.world.lines.length;
    await here.listApplications({});
    await here.listApplications({ state: 'STATE_READY' });
    const entry = {
      method: 'IntakeService.ListApplications',
      operator: 'operators/cu-004-specialist',
      resource: 'centres/CU-004',
    };
    const logged = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
    expect(logged).toMatchObject([entry, entry]);
  });
});
