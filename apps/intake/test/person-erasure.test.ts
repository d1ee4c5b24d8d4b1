import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '@cups/store';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import { eventually, idnp, person, readTopic, syntheticMandate } from '@cups/testing';
import { useIntake } from './world.ts';

/** What a person asks to erase, and what it leaves. Identity is a fake: apps/identity/test has its part. */

const scene = useIntake({ topics: true });
const { at } = scene;
const ops = () => scene.world.clientAt(scene.port, 'ops');

const erase = (n: number) =>
  ops().erasePerson({ idnp: idnp(n), reason: 'ERASURE_REASON_OBJECTION', actor: 'tool of Vera' });
beforeAll(async () => {
  // Intake refuses until it has checked that all applications can be found.
  await eventually(() => erase(799));
});

let serial = 700;
const mandateOf = (n: number) => syntheticMandate({ person: n, serial: (serial += 1) });
const under = (name: string) => ({ mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' as const, name } });

/** Files under a mandate, and withdraws. */
async function ended(n: number, mandate: string): Promise<string> {
  const { name } = await at().open(n, under(mandate));
  await at().submit(name);
  await at().withdrawApplication({ requestId: randomUUID(), name, reason: 'none' });
  return name;
}

const copyOf = async (mandate: string) => {
  const { mongoUri: uri, prefix } = scene.world.place;
  const database = await connectDatabase({ uri, database: `${prefix}cups-intake` });
  const stored = await database.db
    .collection<{ _id: string; facts: object }>('mandates')
    .findOne({ _id: mandate.slice('mandates/'.length) });
  await database.close();
  return stored!.facts;
};

/** Hashes of the mandates' texts that an application has stored. */
async function textHashesOf(application: string): Promise<string[]> {
  const { mongoUri: uri, prefix } = scene.world.place;
  const database = await connectDatabase({ uri, database: `${prefix}cups-intake` });
  const stored = await database.db
    .collection<{ _id: string; submissions: { mandate: { textSha256: string } }[] }>('applications')
    .findOne({ _id: application.slice('applications/'.length) });
  await database.close();
  return stored!.submissions.map(({ mandate }) => mandate.textSha256);
}

describe('the erasure of a person', () => {
  test('reaches their ended applications, and mandates for themselves and through them', async () => {
    const [used, unused] = [mandateOf(701), mandateOf(701)];
    const name = await ended(701, used);
    expect(await copyOf(used)).toMatchObject({ personHash: expect.any(String) as unknown });
    expect(await textHashesOf(name)).toEqual([expect.stringMatching(/./)]);
    scene.world.personMandates.set(idnp(701), [used, unused]);
    const done = await erase(701);
    expect(done.erasures).toMatchObject([{ application: name, cause: 'requested' }]);
    expect(done).toMatchObject({ refusals: [], applicationsOfOthers: [], keptMandates: [], nextPageToken: '' });
    expect(done.mandates).toEqual([used, unused]);
    expect(await copyOf(used)).not.toHaveProperty('personHash');
    expect(await copyOf(used)).toMatchObject({ textSha256: '' });
    expect(await textHashesOf(name)).toEqual(['']);
    // A repeat finds nothing.
    expect(await erase(701)).toMatchObject({ erasures: [], mandates: [] });
  });

  test('leaves an open and a held application, and the mandates that they name', async () => {
    const [ofOpen, ofHeld] = [mandateOf(702), mandateOf(702)];
    const open = await at().open(702, under(ofOpen));
    await at().submit(open.name);
    const held = await ended(702, ofHeld);
    scene.world.held.add(held);
    scene.world.personMandates.set(idnp(702), [ofOpen, ofHeld]);
    const done = await erase(702);
    const causes = done.refusals.map(({ application, refusal }) => [application, refusal?.cause]);
    expect(causes).toEqual([
      [held, 'held'],
      [open.name, 'open'],
    ]);
    expect(done.mandates).toEqual([]);
    expect(done.keptMandates).toEqual([
      { mandate: ofOpen, application: open.name },
      { mandate: ofHeld, application: held },
    ]);
    expect(scene.world.erasedMandates.has(ofHeld)).toBe(false);
  });

  test('leaves the application of another person, for whom they only acted', async () => {
    const { name } = await at().open(703, { represented: person(704) });
    await at().withdrawApplication({ requestId: randomUUID(), name });
    expect(await erase(703)).toMatchObject({ erasures: [], applicationsOfOthers: [name] });
    expect((await erase(704)).erasures).toMatchObject([{ application: name }]);
  });

  test('needs a number, a reason and the name of the administrator', async () => {
    const request = { idnp: idnp(705), reason: 'ERASURE_REASON_OBJECTION' as const, actor: 'Vera' };
    await expect(ops().erasePerson({ ...request, idnp: '1' })).rejects.toMatchObject({ reason: 'IDNP_INVALID' });
    for (const wrong of [{ actor: '' }, { reason: 'ERASURE_REASON_UNSPECIFIED' as const }])
      await expect(ops().erasePerson({ ...request, ...wrong })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});

describe('the erasure of an application on request', () => {
  const eraseOne = (name: string) =>
    scene.world
      .supervisorAt(scene.port)
      .eraseApplication({ requestId: randomUUID(), name, reason: 'ERASURE_REASON_OBJECTION' });

  test('names the mandates that no other application names, for identity', async () => {
    const [alone, shared] = [mandateOf(706), mandateOf(706)];
    const topic = await readTopic(scene.world.place, 'cups.applications');
    const [name, other] = [await ended(706, shared), await at().open(706, under(shared))];
    // Its history names both.
    const both = await ended(706, alone);
    await eraseOne(name);
    await eraseOne(both);
    const codec = eventCodec<IntakeEvents>('cups.intake.v1');
    const mandatesOf = async (subject: string) => {
      const event = await eventually(() =>
        topic.events.find((one) => one.subject === subject && one.type === 'cups.intake.v1.ApplicationErased'),
      );
      const decoded = codec.decode(event);
      return decoded?.type === 'cups.intake.v1.ApplicationErased' && decoded.data.mandates;
    };
    expect(await mandatesOf(name)).toEqual([]);
    expect(await mandatesOf(both)).toEqual([alone]);
    expect(await copyOf(shared)).toHaveProperty('personHash');
    expect(other.content?.mandate?.name).toBe(shared);
    await topic.stop();
  });

  test('by an earlier release left mandates, which are found and erased', async () => {
    const [left, kept] = [mandateOf(707), mandateOf(707)];
    for (const name of [await ended(707, left), await ended(707, kept)]) await eraseOne(name);
    const open = await at().open(707, under(kept));
    const found = await ops().eraseLeftMandates({ validateOnly: true });
    expect(found.mandates).toContain(left);
    expect(found.mandates).not.toContain(kept);
    expect(found.keptMandates).toContainEqual({ mandate: kept, application: open.name });
    expect(scene.world.erasedMandates.has(left)).toBe(false);
    expect((await ops().eraseLeftMandates({})).mandates).toContain(left);
    expect(scene.world.erasedMandates.has(left)).toBe(true);
    expect((await ops().eraseLeftMandates({ validateOnly: true })).mandates).not.toContain(left);
  });
});
