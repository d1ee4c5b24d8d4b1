import { describe, expect, test } from '@jest/globals';
import { composeNotice } from '../src/domain/compose-notice.ts';
import { nextDue, markSent } from '../src/domain/notice.ts';
import type { Notice, NoticeKind } from '../src/domain/notice.ts';
import { throttledUntil, MAX_PER_DAY, withNotice } from '../src/domain/throttle.ts';
import { at, noticeContext, notice, now, retryPolicy } from './fixtures.ts';

describe('throttledUntil', () => {
  const DAY = 86_400_000;

  test.each<NoticeKind>(['documents-requested', 'result-corrected', 'result-revoked'])(
    'releases three of 200 notices %s in a day, and holds the newest',
    (kind) => {
      let notices: Notice[] = [];
      for (let n = 1; n <= 200; n += 1) {
        const time = at(n * 1_000);
        const due = throttledUntil(notices, kind, time);
        const added = notice({ id: `a-${n}`, kind, createTime: time });
        notices = withNotice(notices, due ? { ...added, throttled: true, due } : markSent(added, time));
      }
      expect(notices.map(({ id }) => id)).toEqual(['a-1', 'a-2', 'a-3', 'a-200']);
      expect(notices.at(-1)).toMatchObject({
        state: 'compose',
        throttled: true,
        replacedCount: 196,
        due: at(1_000 + DAY),
      });
      expect(nextDue(notices)).toEqual(at(1_000 + DAY));
    },
  );

  test('releases a held notice after a day, and holds a further one', () => {
    const sent = [1, 10, 20].map((n) => markSent(notice({ id: `a-${n}`, kind: 'result-revoked' }), at(n)));
    const held = notice({ id: 'a-4', kind: 'result-revoked', throttled: true, due: at(1 + DAY) });
    const released = composeNotice(held, noticeContext({ state: 'ready' }), at(DAY + 2), retryPolicy);
    expect(released).toMatchObject({ state: 'pending', id: 'a-4' });
    expect(released.throttled).toBeUndefined();
    const all = [...sent, markSent(released, at(DAY + 2))];
    expect(throttledUntil(all, 'result-revoked', at(DAY + 2))).toEqual(at(10 + DAY));
    expect(throttledUntil(all, 'result-revoked', at(2 * DAY + 2))).toBeUndefined();
  });

  test('never holds a decision, a withdrawal or another kind', () => {
    const many = Array.from({ length: MAX_PER_DAY + 5 }, (_, n) =>
      markSent(notice({ id: `a-${n}`, kind: 'documents-requested' }), now),
    );
    for (const kind of ['result-ready', 'application-rejected', 'application-withdrawn', 'result-revoked'] as const)
      expect(throttledUntil(many, kind, now)).toBeUndefined();
  });

  test('a thread keeps the newest hundred of a repeatable kind, and all others', () => {
    let notices = [markSent(notice({ id: 'filed' }), now)];
    for (let n = 1; n <= 500; n += 1)
      notices = withNotice(notices, markSent(notice({ id: `a-${n}`, kind: 'result-corrected' }), at(n)));
    expect([notices.length, notices[0]?.id, notices[1]?.id]).toEqual([101, 'filed', 'a-401']);
  });
});
