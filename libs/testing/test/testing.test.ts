import { createServer } from 'node:net';
import { isValidIdnp } from '@cups/application';
import { ensureTopics } from '@cups/events';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  clientFor,
  createEvent,
  eventually,
  fakeService,
  findFreePort,
  createTestKeys,
  person,
  testInfrastructure,
  publishEvents,
  produceRaw,
  readTopic,
  invalidIdnp,
} from '../src/index.ts';

const keys = createTestKeys();
afterAll(() => keys.remove());

describe('people', () => {
  test('have synthetic personal numbers with a valid check digit', () => {
    for (const n of [0, 1, 7, 99_999]) {
      expect(person(n).idnp).toMatch(/^2900000\d{6}$/);
      expect(isValidIdnp(person(n).idnp)).toBe(true);
      expect(isValidIdnp(invalidIdnp(n))).toBe(false);
    }
    expect(person(3)).toEqual(person(3));
  });
});

describe('waiting', () => {
  test('eventually returns the first value', async () => {
    let attempts = 0;
    expect(await eventually(() => (++attempts < 3 ? undefined : 'there'), { everyMs: 1 })).toBe('there');
  });
  test('eventually throws the last error', async () => {
    const never = eventually(
      () => {
        throw new Error('still not');
      },
      { timeoutMs: 20, everyMs: 1 },
    );
    await expect(never).rejects.toThrow('still not');
  });
  test('findFreePort returns a port that is free', async () => {
    const port = await findFreePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('clients', () => {
  test('fakeService serves its methods to a client with a session and rejects others', async () => {
    interface Health {
      Check: object;
      List: object;
    }
    const name = 'cups.catalog.v1.CatalogService';
    const fake = await fakeService<Health>(
      name,
      {
        GetPublicService: async (_: unknown, context: { session?: { centre?: string } }) => ({
          name: context.session?.centre,
        }),
      } as never,
      { service: 'catalog', keys },
    );
    const { token } = keys.session({ role: 'specialist', centre: 'centres/CU-001' });
    const client = clientFor<never>(name, {
      address: fake.address,
      keys,
      from: 'intake',
      to: 'catalog',
      sessionToken: token,
    }) as unknown as Record<string, (request: object) => Promise<unknown>> & { close(): void };
    try {
      await client['getPublicService']?.({ name: 'publicServices/x' });
      expect(fake.calls.map(({ method }) => method)).toEqual(['GetPublicService']);
      await expect(client['listPublicServices']?.({})).rejects.toMatchObject({ reason: 'METHOD_NOT_FOUND' });
    } finally {
      client.close();
      await fake.close();
    }
  });
});

describe('topics', () => {
  test('are read back, with invalid messages counted', async () => {
    const here = testInfrastructure();
    await ensureTopics({ ...here, partitions: 2, agencies: ['asp'] });
    await publishEvents(here, [
      createEvent({ topic: 'cups.applications', key: 'a', type: 'T', data: Buffer.from('1') }),
    ]);
    await produceRaw(here, 'cups.applications', [{ key: null, value: 'garbage' }]);
    const topic = await readTopic(here, 'cups.applications');
    await topic.until((events) => events.length === 1 && topic.garbage() === 1);
    expect(topic.events[0]).toMatchObject({ type: 'T', key: 'a', topic: 'cups.applications' });
    await topic.stop();
  });
});
