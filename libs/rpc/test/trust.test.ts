import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GRACE_MS, updateTrust } from '../src/trust.ts';
import type { KeyFileContents, Trust, TrustChange } from '../src/trust.ts';

const jwk = () => JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }));
const [A, B] = [jwk(), jwk()];

/** One look: what it finds of intake's keys; `gone` without a file, `away` when the folder cannot be read. */
type FolderState = 'A' | 'B' | 'rubbish' | 'unreadable' | 'gone' | 'away';
const found: Record<FolderState, KeyFileContents | undefined> = {
  A: new Map([['intake', A]]),
  B: new Map([['intake', B]]),
  rubbish: new Map([['intake', '{ half a fi']]),
  unreadable: new Map([['intake', undefined]]),
  gone: new Map(),
  away: undefined,
};

/** What looks at the given times come to: how many keys count in the end, and what changed on the way. */
function after(...looks: [at: number, look: FolderState][]) {
  let trust: Trust = new Map();
  const changes: TrustChange[] = [];
  for (const [at, look] of looks) {
    const judged = updateTrust(trust, found[look], at);
    trust = judged.trust;
    changes.push(...judged.changes);
  }
  const told = changes.map((change) => ('reason' in change ? `${change.change} ${change.reason}` : change.change));
  return { keys: trust.get('intake')?.keys.length ?? 0, told, text: trust.get('intake')?.text };
}

describe('a public key', () => {
  test.each<[string, [number, FolderState][], number, string[]]>([
    ['counts at once', [[0, 'A']], 1, ['trusted']],
    [
      'is not spoken of again',
      [
        [0, 'A'],
        [1000, 'A'],
      ],
      1,
      ['trusted'],
    ],
    [
      'is replaced at once',
      [
        [0, 'A'],
        [1000, 'B'],
      ],
      1,
      ['trusted', 'trusted'],
    ],
    [
      'that is gone counts no more',
      [
        [0, 'A'],
        [1000, 'gone'],
      ],
      0,
      ['trusted', 'ended removed'],
    ],
    [
      'that is rubbish counts for a minute',
      [
        [0, 'A'],
        [1000, 'rubbish'],
        [60_999, 'rubbish'],
      ],
      1,
      ['trusted', 'in-doubt not-a-key'],
    ],
    [
      'that is rubbish for a minute counts no more',
      [
        [0, 'A'],
        [1000, 'rubbish'],
        [61_000, 'rubbish'],
      ],
      0,
      ['trusted', 'in-doubt not-a-key', 'ended not-a-key'],
    ],
    [
      'keeps the first doubt',
      [
        [0, 'A'],
        [0, 'unreadable'],
        [30_000, 'away'],
        [60_000, 'rubbish'],
      ],
      0,
      ['trusted', 'in-doubt unreadable', 'ended unreadable'],
    ],
    [
      'counts again when its file is good',
      [
        [0, 'A'],
        [0, 'away'],
        [60_000, 'away'],
        [61_000, 'A'],
      ],
      1,
      ['trusted', 'in-doubt folder-unreadable', 'ended folder-unreadable', 'trusted'],
    ],
    [
      'that is good again in time begins its minute anew',
      [
        [0, 'A'],
        [0, 'rubbish'],
        [50_000, 'A'],
        [60_000, 'rubbish'],
        [110_000, 'rubbish'],
      ],
      1,
      ['trusted', 'in-doubt not-a-key', 'trusted', 'in-doubt not-a-key'],
    ],
    [
      'that was never good has no minute',
      [
        [0, 'rubbish'],
        [90_000, 'rubbish'],
      ],
      0,
      ['in-doubt not-a-key'],
    ],
    [
      'whose file goes while it is in doubt counts no more',
      [
        [0, 'A'],
        [0, 'rubbish'],
        [1000, 'gone'],
      ],
      0,
      ['trusted', 'in-doubt not-a-key', 'ended removed'],
    ],
  ])('%s', (_what, looks, keys, told) => {
    const result = after(...looks);
    expect(result.keys).toBe(keys);
    expect(result.told).toEqual(told);
  });
});

test('whatever a folder goes through, a key counts only within a minute of a good file, and every end is told', () => {
  const look = fc.constantFrom<FolderState>('A', 'B', 'rubbish', 'unreadable', 'gone', 'away');
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), look), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (all) => {
      let trust: Trust = new Map();
      let at = 0;
      let goodAt = -Infinity;
      let counted = false;
      for (const [wait, one] of all) {
        at += wait;
        const judged = updateTrust(trust, found[one], at);
        const counts = (judged.trust.get('intake')?.keys.length ?? 0) > 0;
        const ended = judged.changes.some(({ change }) => change === 'ended');
        if (one === 'A' || one === 'B') expect(counts).toBe(true);
        if (one === 'gone') expect(counts).toBe(false);
        // The minute begins at the first bad look, which comes after the last good one.
        if (counts && one !== 'A' && one !== 'B') expect(at - goodAt).toBeLessThan(GRACE_MS + 40_000);
        expect(ended).toBe(counted && !counts);
        if (one === 'A' || one === 'B') goodAt = at;
        counted = counts;
        trust = judged.trust;
      }
    }),
  );
});
