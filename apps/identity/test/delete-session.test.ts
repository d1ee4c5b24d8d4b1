import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('DeleteSession', () => {
  test('ends the session, and succeeds when repeated', async () => {
    const mine = world.client(await world.signIn('cu-007-specialist'));
    await mine.deleteSession({});
    await expect(mine.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await mine.deleteSession({});
    await expect(mine.getSession({})).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await expect(world.client(await world.signIn('cu-007-specialist')).getSession({})).resolves.toBeDefined();
  });
});
