import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, person, startStopwatch } from '@cups/testing';
import { content, openWorld, SERVICE } from './world.ts';
import type { World } from './world.ts';

let world: World;
let intake: Awaited<ReturnType<World['start']>>;

beforeAll(async () => {
  world = await openWorld();
  intake = await world.start({ maxInFlight: 4 });
});
afterAll(() => world.close());

describe('overload', () => {
  test('serves the bridge and notifications while desks exhaust all slots', async () => {
    const name = (await world.deskAt(intake.grpcPort).file()).name;
    let release = () => {};
    const responseDelay = new Promise<void>((resolve) => (release = resolve));
    world.centres['CU-002'] = { responseDelay };
    const busy = world.deskAt(intake.grpcPort, 'CU-002');
    const countCentreCalls = () =>
      world.identity.calls.filter(({ request }) => JSON.stringify(request).includes('CU-002')).length;
    const create = () =>
      busy.createApplication({ requestId: randomUUID(), publicService: SERVICE, content: content(2) });
    // Concurrent lookups of a centre share one call, so all four wait for it.
    const pending = [1, 2, 3, 4].map(create);
    await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${intake.httpPort}/metrics`)).text();
      return /grpc_server_requests_in_flight\{pool="desk".*\} 4/.test(text) && countCentreCalls() > 0;
    });
    await expect(busy.listApplications({})).rejects.toMatchObject({ reason: 'OVERLOADED' });

    const stopwatch = startStopwatch();
    const [submission, contact] = await Promise.all([
      world.clientAt(intake.grpcPort, 'agency-bridge').getSubmission({ name: `${name}/submissions/1` }),
      world.clientAt(intake.grpcPort, 'notifications').getNoticeContext({ name }),
    ]);
    expect(submission.content?.applicant?.idnp).toBe(person(1).idnp);
    expect(contact.personName).not.toBe('');
    expect(stopwatch.stop()).toBeLessThan(2_000);
    release();
    expect(await Promise.all(pending)).toHaveLength(4);
  });
});
