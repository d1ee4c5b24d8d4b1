import { describe, expect, test } from '@jest/globals';
import { ApiError, NetworkError } from '../src/api/client.ts';
import type { HandedInAct, Problem } from '../src/api/types.ts';
import { handInOwnWrites } from '../src/outbox/hand-in-own.ts';
import { handInStored, handInWrites } from '../src/outbox/hand-in.ts';
import type { HandInTransport } from '../src/outbox/hand-in.ts';

const problem = (reason: Problem['reason'], status: number): ApiError =>
  new ApiError({ type: '', title: '', status, reason, action: '', requestId: '' } as unknown as Problem);

const write = (n: number, text = 'x') => ({
  key: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  application: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6',
  kind: 'notes' as const,
  body: { text },
  madeAt: new Date(Date.UTC(2026, 10, 29, 10, 0, n)).toISOString(),
  sequence: n,
});
const writes = (count: number, text?: string) => Array.from({ length: count }, (_, n) => write(n, text));

/** A platform that keeps acts, and what it was sent. */
function platform(refuse: (acts: readonly HandedInAct[], attempt: number) => unknown = () => undefined) {
  const batches: HandedInAct[][] = [];
  const kept = new Map<string, HandedInAct>();
  let attempts = 0;
  const transport: HandInTransport = async (acts, grant) => {
    expect(grant).toBe('a.b.c');
    attempts += 1;
    const error = refuse(acts, attempts);
    if (error) throw error;
    batches.push([...acts]);
    for (const act of acts) kept.set(act.key, act);
    return { kept: acts.length, known: 0, refused: [] };
  };
  return { batches, kept, transport, attempts: () => attempts };
}
const noPause = () => Promise.resolve();

describe('handInWrites', () => {
  test('sends each write once, in its order, with its chain', async () => {
    const { transport, batches } = platform();
    const chained = { ...write(1), previous: write(0).key };
    await handInWrites({ writes: [write(0), chained], grant: 'a.b.c', transport });
    expect(batches).toEqual([
      [
        expect.objectContaining({
          key: write(0).key,
          kind: 'notes',
          body: '{"text":"x"}',
          time: write(0).madeAt,
          sequence: 0,
        }),
        expect.objectContaining({ key: chained.key, sequence: 1, previous: write(0).key }),
      ],
    ]);
  });

  test('splits writes by number and size', async () => {
    const many = platform();
    await handInWrites({ writes: writes(450), grant: 'a.b.c', transport: many.transport });
    expect(many.batches.map(({ length }) => length)).toEqual([200, 200, 50]);
    const large = platform();
    await handInWrites({ writes: writes(9, 'y'.repeat(200_000)), grant: 'a.b.c', transport: large.transport });
    expect(large.batches.map(({ length }) => length)).toEqual([2, 2, 2, 2, 1]);
    expect(Math.max(...large.batches.map((batch) => JSON.stringify(batch).length))).toBeLessThan(600_000);
  });

  test('retries until the platform has the acts', async () => {
    const outages = [
      new NetworkError('no answer'),
      problem('UPSTREAM_UNAVAILABLE', 503),
      problem('QUARANTINE_FULL', 429),
    ];
    const { transport, kept, attempts } = platform((_acts, attempt) => outages[attempt - 1]);
    const delays: number[] = [];
    const pause = (ms: number) => Promise.resolve(void delays.push(ms));
    await handInWrites({ writes: writes(3), grant: 'a.b.c', transport, pause });
    expect([kept.size, attempts(), delays.length]).toEqual([3, 4, 3]);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_000);
  });

  test('keeps one refused act from blocking the others', async () => {
    const bad = write(5).key;
    const { transport, kept } = platform((acts) =>
      acts.some(({ key }) => key === bad) ? problem('INVALID_ARGUMENT', 400) : undefined,
    );
    const handIn = handInWrites({ writes: writes(9), grant: 'a.b.c', transport, pause: noPause });
    await expect(handIn).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(kept.size).toBe(8);
    expect(kept.has(bad)).toBe(false);
  });

  test('stops at a refused grant', async () => {
    const { transport, attempts } = platform(() => problem('OFFLINE_CLAIM_INVALID', 403));
    const handIn = handInWrites({ writes: writes(300), grant: 'a.b.c', transport, pause: noPause });
    await expect(handIn).rejects.toMatchObject({ reason: 'OFFLINE_CLAIM_INVALID' });
    expect(attempts()).toBe(1);
  });
});

describe('handInOwnWrites', () => {
  const own = () => {
    const keys: string[] = [];
    const ownTransport: HandInTransport = (acts) => {
      keys.push(...acts.map(({ key }) => key));
      return Promise.resolve({ kept: acts.length, known: 0, refused: [] });
    };
    return { keys, ownTransport };
  };
  const refusing = (reason: Problem['reason']) => platform(() => problem(reason, 403)).transport;

  test('asks the session only if nobody can verify the grant, or there is none', async () => {
    const verified = own();
    const { transport, kept } = platform();
    await handInOwnWrites({ writes: writes(2), grant: 'a.b.c', transport, ownTransport: verified.ownTransport });
    expect([kept.size, verified.keys]).toEqual([2, []]);
    for (const grant of ['a.b.c', undefined]) {
      const { keys, ownTransport } = own();
      await handInOwnWrites({ writes: writes(2), grant, transport: refusing('OFFLINE_CLAIM_INVALID'), ownTransport });
      expect(keys).toEqual(writes(2).map(({ key }) => key));
    }
  });

  test('passes other refusals on, and those of acts of another centre', async () => {
    const { keys, ownTransport } = own();
    const elsewhere = writes(1).map((one) => ({ ...one, centre: 'centres/CU-099' }));
    const unverified = { grant: 'a.b.c', transport: refusing('OFFLINE_CLAIM_INVALID'), ownTransport };
    await expect(handInOwnWrites({ writes: elsewhere, ...unverified })).rejects.toMatchObject({ status: 403 });
    const transport = refusing('PERMISSION_DENIED');
    const refused = handInOwnWrites({ writes: writes(1), grant: 'a.b.c', transport, ownTransport });
    await expect(refused).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    expect(keys).toEqual([]);
  });
});

describe('handInStored', () => {
  test('does nothing without writes, and rejects without a grant', async () => {
    const storeOf = (stored: unknown[]) => ({ list: <T>() => Promise.resolve(stored as T[]) });
    await handInStored({ localStore: storeOf([]), grant: undefined });
    await expect(handInStored({ localStore: storeOf([write(1)]), grant: undefined })).rejects.toThrow(
      'no offline grant',
    );
  });
});
