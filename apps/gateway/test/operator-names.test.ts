import { afterEach, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Display names of operators in responses. */

const running: Gateway[] = [];
afterEach(() => Promise.all(running.splice(0).map((gateway) => gateway.stop())));

const DETAILS = `/api/v1/applications/${ID}/details`;
const ANA = { name: 'operators/test', displayName: 'Ana Exemplu' };

/** Starts a gateway with this identity. Returns the received calls and a manual clock. */
async function start(answer: (names: string[]) => Promise<{ operators: { name: string; displayName: string }[] }>) {
  const calls: string[][] = [];
  let clock = Date.now();
  const BatchGetOperators = ({ names }: { names: string[] }) => {
    calls.push([...names].sort());
    return answer(names);
  };
  const gateway = await startGateway({ identity: { BatchGetOperators } }, {}, () => new Date(clock));
  running.push(gateway);
  const details = async () => {
    const { status, body } = await gateway.send('GET', DETAILS);
    expect(status).toBe(200);
    return body as { operators: (typeof ANA)[]; unavailableParts: string[] };
  };
  return { gateway, calls, details, later: (seconds: number) => (clock += seconds * 1000) };
}
const failUnavailable = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'away' }));

describe('display names of operators', () => {
  test('are listed once each; an unknown operator is left out and not missing', async () => {
    const { details, calls } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { operators, unavailableParts } = await details();
    expect({ operators, unavailableParts }).toEqual({ operators: [ANA], unavailableParts: [] });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain('operators/test');
    expect(new Set(calls[0]).size).toBe(calls[0]!.length);
  });

  test('are cached for one minute, unknown ones too', async () => {
    const { details, calls, later } = await start(() => Promise.resolve({ operators: [ANA] }));
    await details();
    later(59);
    await details();
    expect(calls).toHaveLength(1);
    later(2);
    expect((await details()).operators).toEqual([ANA]);
    expect(calls).toEqual([calls[0], calls[0]]);
  });

  test('are missing while identity is unavailable, with a retry after 5 seconds', async () => {
    let answer: () => Promise<{ operators: (typeof ANA)[] }> = failUnavailable;
    const { details, calls, later } = await start(() => answer());
    expect(await details()).toMatchObject({ operators: [], unavailableParts: ['operators'] });
    // The RPC client retries too.
    const tries = calls.length;
    expect(await details()).toMatchObject({ operators: [], unavailableParts: ['operators'] });
    expect(calls).toHaveLength(tries);
    answer = () => Promise.resolve({ operators: [ANA] });
    later(6);
    expect(await details()).toMatchObject({ operators: [ANA], unavailableParts: [] });
    answer = failUnavailable;
    later(61);
    // Cached names are still returned.
    expect(await details()).toMatchObject({ operators: [ANA], unavailableParts: [] });
  });

  test('are awaited for longer when a page would have none', async () => {
    const slow = () =>
      new Promise<{ operators: (typeof ANA)[] }>((done) => setTimeout(done, 800, { operators: [ANA] }));
    const { details } = await start(slow);
    expect(await details()).toMatchObject({ operators: [ANA], unavailableParts: [] });
  });

  test('are part of the queue, and absent from responses without operators', async () => {
    const { gateway } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { body } = await gateway.send('GET', '/api/v1/queue');
    expect((body as { operators: unknown }).operators).toEqual([ANA]);
    expect((await gateway.send('GET', `/api/v1/applications/${ID}`)).body).not.toHaveProperty('operators');
  });
});
