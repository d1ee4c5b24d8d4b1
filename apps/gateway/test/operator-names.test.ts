import { afterEach, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Display names of operators in responses. */

const running: Gateway[] = [];
afterEach(() => Promise.all(running.splice(0).map((gateway) => gateway.stop())));

const FILE = `/api/v1/applications/${ID}/file`;
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
  const file = async () => {
    const { status, body } = await gateway.send('GET', FILE);
    expect(status).toBe(200);
    return body as { operators: (typeof ANA)[]; missing: string[] };
  };
  return { gateway, calls, file, later: (seconds: number) => (clock += seconds * 1000) };
}
const failUnavailable = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'away' }));

describe('display names of operators', () => {
  test('are listed once each; an unknown operator is left out and not missing', async () => {
    const { file, calls } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { operators, missing } = await file();
    expect({ operators, missing }).toEqual({ operators: [ANA], missing: [] });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain('operators/test');
    expect(new Set(calls[0]).size).toBe(calls[0]!.length);
  });

  test('are cached for one minute, unknown ones too', async () => {
    const { file, calls, later } = await start(() => Promise.resolve({ operators: [ANA] }));
    await file();
    later(59);
    await file();
    expect(calls).toHaveLength(1);
    later(2);
    expect((await file()).operators).toEqual([ANA]);
    expect(calls).toEqual([calls[0], calls[0]]);
  });

  test('are missing while identity is unavailable, with a retry after 5 seconds', async () => {
    let answer: () => Promise<{ operators: (typeof ANA)[] }> = failUnavailable;
    const { file, calls, later } = await start(() => answer());
    expect(await file()).toMatchObject({ operators: [], missing: ['operators'] });
    // The RPC client retries too.
    const tries = calls.length;
    expect(await file()).toMatchObject({ operators: [], missing: ['operators'] });
    expect(calls).toHaveLength(tries);
    answer = () => Promise.resolve({ operators: [ANA] });
    later(6);
    expect(await file()).toMatchObject({ operators: [ANA], missing: [] });
    answer = failUnavailable;
    later(61);
    // Cached names are still returned.
    expect(await file()).toMatchObject({ operators: [ANA], missing: [] });
  });

  test('are part of the queue, and absent from responses without operators', async () => {
    const { gateway } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { body } = await gateway.send('GET', '/api/v1/queue');
    expect((body as { operators: unknown }).operators).toEqual([ANA]);
    expect((await gateway.send('GET', `/api/v1/applications/${ID}`)).body).not.toHaveProperty('operators');
  });
});
