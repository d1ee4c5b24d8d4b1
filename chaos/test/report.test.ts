import { describe, expect, test } from '@jest/globals';
import { formatReport } from '../report.ts';
import type { ChaosReport } from '../report.ts';

const report: ChaosReport = {
  seed: 'abc',
  minutes: 5,
  only: ['kills'],
  done: { kills: 9, restarts: 0, pauses: 0, replicas: 0, poison: 0, compressed: 0, oversized: 0, overload: 0 },
  messages: { poison: 0, honest: 0, bombs: 0, oversized: 0, failed: 0 },
  visits: { begun: 100, skipped: 0 },
  acknowledged: 321,
  repeats: 300,
  events: 500,
  entries: 900,
  checkpoints: 12,
  revocations: 3,
  clerkReplies: 21,
  feedEntries: 14,
  elapsed: 5,
  passedOn: 4,
  uploads: 40,
  copies: 30,
  swept: 3,
  troubles: { '503 OVERLOADED': 2, 'no answer': 7 },
  restSeconds: 12,
  violations: [],
};

describe('formatReport', () => {
  test('shows the seed, the faults, the acknowledged writes and the result', () => {
    const text = formatReport(report);
    expect(text).toMatch(/seed +abc/);
    expect(text).toMatch(/kills \(kill -9\) +9/);
    expect(text).toMatch(/acknowledged writes +321/);
    expect(text).toMatch(/replies of clerks +21/);
    expect(text).toMatch(/entries in feeds +14/);
    expect(text).toMatch(/legal terms made to pass +5/);
    expect(text).toMatch(/applications passed on +4/);
    expect(text).toMatch(/acknowledged uploads +40/);
    expect(text).toMatch(/7 × no answer, 2 × 503 OVERLOADED/);
    expect(text).toMatch(/violations +0/);
    expect(text).not.toContain('NOT HELD');
  });

  test('lists violations by invariant and truncates long lists', () => {
    const violations = Array.from({ length: 40 }, (_, n) => ({ rule: 'no lag', what: `group on topic/${n}` }));
    const text = formatReport({ ...report, violations, restSeconds: undefined });
    expect(text).toContain('VIOLATED: no lag (40)');
    expect(text).toContain('group on topic/0');
    expect(text).toContain('… and 28 more');
    expect(text).toMatch(/settled after +NEVER/);
  });
});
