import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('ListApplicationActions', () => {
  test('returns the history in pages, oldest first', async () => {
    const { name } = await at().file(50);
    await at().withdrawApplication({ requestId: randomUUID(), name });
    const first = await at().listApplicationActions({ name, pageSize: 1 });
    const second = await at().listApplicationActions({ name, pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.actions, ...second.actions].map(({ kind }) => kind)).toEqual(['submit', 'withdraw']);
    expect(second.nextPageToken).toBe('');
  });

  test('rejects a page token of another application', async () => {
    const [one, other] = [await at().file(50), await at().file(51)];
    await at().withdrawApplication({ requestId: randomUUID(), name: one.name });
    const { nextPageToken } = await at().listApplicationActions({ name: one.name, pageSize: 1 });
    expect(nextPageToken).not.toBe('');
    for (const [name, pageToken] of [
      [other.name, nextPageToken],
      [one.name, '1'],
    ]) {
      const page = at().listApplicationActions({ name: name!, pageToken: pageToken! });
      await expect(page).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    }
  });

  test('omits the reason of a withdrawal', async () => {
    const { name } = await at().open(52);
    await at().withdrawApplication({ requestId: randomUUID(), name, reason: 'why withdrawn' });
    const { actions } = await at().listApplicationActions({ name });
    expect(actions).toMatchObject([{ kind: 'withdraw', actor: 'operators/cu-001-specialist' }]);
    expect(JSON.stringify(actions)).not.toContain('why withdrawn');
  });
});
