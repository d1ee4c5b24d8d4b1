import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually } from '@cups/testing';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('sessions of one operator', () => {
  let store: Store;
  const stored = (operator: string) => store.collection('sessions').countDocuments({ operator });
  const statesOf = (sessions: Client[]) =>
    Promise.all(
      sessions.map((session) =>
        session.getSession({}).then(
          () => 'valid',
          ({ reason }) => String(reason),
        ),
      ),
    );
  beforeAll(async () => {
    store = openStore({
      uri: world.where.mongoUri,
      database: `${world.where.prefix}cups-identity`,
      log: world.log.log,
    });
    await eventually(() => stored('nobody').then(() => true));
  });
  afterAll(() => store.close());

  test('are limited to five; the oldest end first', async () => {
    const other = world.client(await world.signIn('cu-012-manager'));
    const mine: Client[] = [];
    for (let n = 0; n < 7; n += 1) mine.push(world.client(await world.signIn('cu-012-specialist')));
    const five = Array<string>(5).fill('valid');
    expect(await statesOf(mine)).toEqual(['SESSION_EXPIRED', 'SESSION_EXPIRED', ...five]);
    expect(await statesOf([other])).toEqual(['valid']);
    expect(await stored('cu-012-specialist')).toBe(5);
  });

  test('are listed newest first with their current centres, and can be ended', async () => {
    const [first, second] = [await world.signIn('cu-003-manager'), await world.signIn('cu-003-manager')];
    const [mine, other] = [world.client(first), world.client(second)];
    const { session } = await mine.getSession({});
    const [home, away] = session!.operator!.centres as [string, string];
    await other.switchCentre({ centre: away });
    const { sessions } = await mine.listSessions({});
    expect(sessions).toMatchObject([
      { provider: 'local', centre: away, current: false },
      { id: session!.id, provider: 'local', centre: home, current: true, createTime: session!.createTime },
    ]);
    const colleague = world.client(await world.signIn('cu-003-specialist'));
    await expect(colleague.endSession({ id: session!.id })).rejects.toEqual(problemWith('NOT_FOUND'));
    await other.endSession({ id: session!.id });
    expect(await statesOf([mine, other, colleague])).toEqual(['SESSION_EXPIRED', 'valid', 'valid']);
    await expect(other.endSession({ id: session!.id })).rejects.toEqual(problemWith('NOT_FOUND'));
    expect((await other.listSessions({})).sessions).toHaveLength(1);
  });

  test('that are idle are not listed, but stay valid', async () => {
    const [abandoned, mine] = [
      world.client(await world.signIn('cu-004-manager')),
      world.client(await world.signIn('cu-004-manager')),
    ];
    const listed = async () => (await mine.listSessions({})).sessions.length;
    const minutes = (n: number) => toTimestamp(new Date(Date.now() + n * 60_000));
    await abandoned.getSession({ idleExpireTime: minutes(-1) });
    expect(await listed()).toBe(2);
    const idle = world.client(await world.signIn('cu-004-manager'));
    await idle.getSession({ idleExpireTime: minutes(-6) });
    expect(await listed()).toBe(2);
    await idle.getSession({ idleExpireTime: minutes(30) });
    expect(await listed()).toBe(3);
  });

  test('are limited to five under concurrent sign-ins', async () => {
    const tokens = await Promise.all(Array.from({ length: 12 }, () => world.signIn('cu-013-specialist')));
    const states = await statesOf(tokens.map((token) => world.client(token)));
    expect(states.filter((state) => state === 'valid').length).toBeLessThanOrEqual(5);
    expect(await stored('cu-013-specialist')).toBeLessThanOrEqual(5);
    // The newest session is always valid.
    expect(await statesOf([world.client(await world.signIn('cu-013-specialist'))])).toEqual(['valid']);
  });

  test('are deleted on sign-out and on suspension', async () => {
    const mine = world.client(await world.signIn('cu-014-specialist'));
    await world.signIn('cu-014-specialist');
    expect(await stored('cu-014-specialist')).toBe(2);
    await mine.deleteSession({});
    expect(await stored('cu-014-specialist')).toBe(1);
    const supervisor = world.client(await world.signIn('operators/supervisor'));
    await supervisor.suspendOperator({ requestId: randomUUID(), name: 'operators/cu-014-specialist' });
    expect(await stored('cu-014-specialist')).toBe(0);
  });

  test('are deleted after expiry, and counted', async () => {
    await world.signIn('cu-015-specialist');
    expect(await stored('cu-015-specialist')).toBe(1);
    await world.withClock(async (setClock) => {
      setClock(new Date(Date.now() + 8.1 * 3_600_000));
      await eventually(async () => (await stored('cu-015-specialist')) === 0);
    });
    // The counter changes shortly after the deletion.
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${world.identity.httpPort}/metrics`)).text();
      for (const cause of ['signed-out', 'too-many', 'suspended', 'expired'])
        expect(metrics).toMatch(new RegExp(`cups_identity_sessions_ended_total\\{cause="${cause}".*\\} [1-9]`));
      return true;
    });
  });
});
