import { afterEach, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The names of operators beside what they did. */

const running: Gateway[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));

const FILE = `/api/v1/applications/${ID}/file`;
const ANA = { name: 'operators/test', displayName: 'Ana Exemplu' };

/** A gateway whose identity answers so, with what it was asked and a clock that is moved by hand. */
async function start(answer: (names: string[]) => Promise<{ operators: { name: string; displayName: string }[] }>) {
  const asked: string[][] = [];
  let clock = Date.now();
  const BatchGetOperators = ({ names }: { names: string[] }) => {
    asked.push([...names].sort());
    return answer(names);
  };
  const gateway = await startGateway({ identity: { BatchGetOperators } }, {}, () => new Date(clock));
  running.push(gateway);
  const file = async () => {
    const { status, body } = await gateway.send('GET', FILE);
    expect(status).toBe(200);
    return body as { operators: (typeof ANA)[]; missing: string[] };
  };
  return { gateway, asked, file, later: (seconds: number) => (clock += seconds * 1000) };
}
const failUnavailable = () => Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'away' }));

describe('the names of operators', () => {
  test('stand beside what speaks of them, each once; one that nobody knows is left out and not missing', async () => {
    const { file, asked } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { operators, missing } = await file();
    expect({ operators, missing }).toEqual({ operators: [ANA], missing: [] });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('operators/test');
    expect(new Set(asked[0]).size).toBe(asked[0]!.length);
  });

  test('are kept for a minute, unknown ones as well', async () => {
    const { file, asked, later } = await start(() => Promise.resolve({ operators: [ANA] }));
    await file();
    later(59);
    await file();
    expect(asked).toHaveLength(1);
    later(2);
    expect((await file()).operators).toEqual([ANA]);
    expect(asked).toEqual([asked[0], asked[0]]);
  });

  test('while identity is away the answer comes without them and says so, and it is asked again after 5 seconds', async () => {
    let answer: () => Promise<{ operators: (typeof ANA)[] }> = failUnavailable;
    const { file, asked, later } = await start(() => answer());
    expect(await file()).toMatchObject({ operators: [], missing: ['operators'] });
    // The call itself tries again where a neighbour is away.
    const tries = asked.length;
    expect(await file()).toMatchObject({ operators: [], missing: ['operators'] });
    expect(asked).toHaveLength(tries);
    answer = () => Promise.resolve({ operators: [ANA] });
    later(6);
    expect(await file()).toMatchObject({ operators: [ANA], missing: [] });
    answer = failUnavailable;
    later(61);
    // What was known before is told.
    expect(await file()).toMatchObject({ operators: [ANA], missing: [] });
  });

  test('stand in the queue as well, and the answers that have no place for them get none', async () => {
    const { gateway } = await start(() => Promise.resolve({ operators: [ANA] }));
    const { body } = await gateway.send('GET', '/api/v1/queue');
    expect((body as { operators: unknown }).operators).toEqual([ANA]);
    expect((await gateway.send('GET', `/api/v1/applications/${ID}`)).body).not.toHaveProperty('operators');
  });
});
