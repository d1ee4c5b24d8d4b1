import { expect, test } from '@jest/globals';
import { formatFeedState } from '../cli/agency/feeds.ts';

/** The state of a feed, as `agency show` prints it. */

const READ = new Date('2026-03-10T09:00:00Z');

test.each([
  ['a system that never read', { unread: 0 }, ['last read: never', 'unread messages: 0']],
  [
    'messages that wait',
    { readTime: READ, unread: 3, oldestUnreadTime: READ },
    ['last read: 2026-03-10T09:00:00.000Z', 'unread messages: 3, the oldest since 2026-03-10T09:00:00.000Z'],
  ],
  ['more than are counted', { unread: 1_000 }, ['unread messages: at least 1000']],
  [
    'a webhook that works',
    { unread: 0, webhook: { callTime: READ, failures: 0 } },
    ['webhook: works; last call 2026-03-10T09:00:00.000Z'],
  ],
  [
    'a dead webhook',
    { unread: 0, webhook: { callTime: READ, failures: 10, cause: 'TIMEOUT', deadTime: READ } },
    ['webhook: dead since 2026-03-10T09:00:00.000Z; 10 failed calls in a row (TIMEOUT)'],
  ],
])('shows %s', (_what, state, lines) => {
  const text = formatFeedState(state);
  for (const line of lines) expect(text).toContain(line);
});
