import { randomUUID } from 'node:crypto';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningService } from '@cups/process';
import { clientFor, eventually, platform } from '@cups/testing';
import { createIntake } from '../src/service.ts';
import { configFor, content, desk, neighbourhood, SERVICE } from './desk.ts';
import type { Neighbourhood } from './desk.ts';

let near: Neighbourhood;
let intake: RunningService;

beforeAll(async () => {
  near = await neighbourhood();
  intake = await createIntake(configFor(near, platform(), { maxInFlight: 4 }));
  await eventually(async () => (await fetch(`http://127.0.0.1:${intake.httpPort!}/readyz`)).ok);
});
afterAll(async () => {
  await intake.stop();
  await near.close();
});

const clientOf = (from: 'agency-bridge' | 'notifications') => {
  const address = `127.0.0.1:${intake.grpcPort!}`;
  const client = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    ...{ address, keys: near.keys, from, to: 'intake' },
  });
  near.open.push(client);
  return client;
};

test('desks that take every place of intake do not keep its submissions from the bridge, nor contacts from notifications', async () => {
  const name = (await desk(near, intake.grpcPort!).file()).name;
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  near.centres['centres/CU-002'] = { until };
  const busy = desk(near, intake.grpcPort!, 'CU-002');
  const asked = () => near.identity.calls.filter(({ request }) => JSON.stringify(request).includes('CU-002')).length;
  const create = () => busy.createApplication({ requestId: randomUUID(), publicService: SERVICE, content: content(2) });
  // One question about a centre serves all who ask at once, so the four wait behind it.
  const held = [1, 2, 3, 4].map(create);
  await eventually(async () => {
    const text = await (await fetch(`http://127.0.0.1:${intake.httpPort!}/metrics`)).text();
    return /grpc_server_in_flight\{pool="desk".*\} 4/.test(text) && asked() > 0;
  });
  await expect(busy.listApplications({})).rejects.toMatchObject({ reason: 'OVERLOADED' });

  const began = performance.now();
  const [submission, contact] = await Promise.all([
    clientOf('agency-bridge').getSubmission({ name: `${name}/submissions/1` }),
    clientOf('notifications').getContact({ name }),
  ]);
  expect(submission.content?.applicant?.idnp).toBe(content(1).applicant.idnp);
  expect(contact.personName).not.toBe('');
  expect(performance.now() - began).toBeLessThan(2000);
  release();
  expect(await Promise.all(held)).toHaveLength(4);
});
