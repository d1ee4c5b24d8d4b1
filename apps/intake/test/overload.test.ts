import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, person } from '@cups/testing';
import { content, openWorld, SERVICE } from './world.ts';
import type { World } from './world.ts';

let world: World;
let intake: Awaited<ReturnType<World['start']>>;

beforeAll(async () => {
  world = await openWorld();
  intake = await world.start({ maxInFlight: 4 });
});
afterAll(() => world.close());

test('Desks that take every place of intake do not keep its submissions from the bridge, nor contacts from notifications.', async () => {
  const name = (await world.deskAt(intake.grpcPort).file()).name;
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  world.centres['CU-002'] = { responseDelay: until };
  const busy = world.deskAt(intake.grpcPort, 'CU-002');
  const asked = () => world.identity.calls.filter(({ request }) => JSON.stringify(request).includes('CU-002')).length;
  const create = () => busy.createApplication({ requestId: randomUUID(), publicService: SERVICE, content: content(2) });
  // One question about a centre serves all who ask at once, so the four wait behind it.
  const held = [1, 2, 3, 4].map(create);
  await eventually(async () => {
    const text = await (await fetch(`http://127.0.0.1:${intake.httpPort}/metrics`)).text();
    return /grpc_server_in_flight\{pool="desk".*\} 4/.test(text) && asked() > 0;
  });
  await expect(busy.listApplications({})).rejects.toMatchObject({ reason: 'OVERLOADED' });

  const began = performance.now();
  const [submission, contact] = await Promise.all([
    world.clientAt(intake.grpcPort, 'agency-bridge').getSubmission({ name: `${name}/submissions/1` }),
    world.clientAt(intake.grpcPort, 'notifications').getContact({ name }),
  ]);
  expect(submission.content?.applicant?.idnp).toBe(person(1).idnp);
  expect(contact.personName).not.toBe('');
  expect(performance.now() - began).toBeLessThan(2000);
  release();
  expect(await Promise.all(held)).toHaveLength(4);
});
