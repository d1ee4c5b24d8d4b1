import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GRACE_MS, updateTrust } from '../src/trust.ts';
import type { KeyFileContents, Trust, TrustChange } from '../src/trust.ts';

const jwk = () => JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }));
const [A, B] = [jwk(), jwk()];

/** State of intake's keys at one poll; `gone` without a file, `away` for an unreadable folder. */
type FolderState = 'A' | 'B' | 'rubbish' | 'unreadable' | 'gone' | 'away';
const found: Record<FolderState, KeyFileContents | undefined> = {
  A: new Map([['intake', A]]),
  B: new Map([['intake', B]]),
  rubbish: new Map([['intake', '{ half a fi']]),
  unreadable: new Map([['intake', undefined]]),
  gone: new Map(),
  away: undefined,
};

/** Returns the number of trusted keys and the changes after polls at the given times. */
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

describe('updateTrust', () => {
  test.each<[string, [number, FolderState][], number, string[]]>([
    ['trusts a key immediately', [[0, 'A']], 1, ['trusted']],
    [
      'reports an unchanged key once',
      [
        [0, 'A'],
        [1000, 'A'],
      ],
      1,
      ['trusted'],
    ],
    [
      'replaces a key immediately',
      [
        [0, 'A'],
        [1000, 'B'],
      ],
      1,
      ['trusted', 'trusted'],
    ],
    [
      'ends trust in a missing file',
      [
        [0, 'A'],
        [1000, 'gone'],
      ],
      0,
      ['trusted', 'ended removed'],
    ],
    [
      'trusts an invalid file for a minute',
      [
        [0, 'A'],
        [1000, 'rubbish'],
        [60_999, 'rubbish'],
      ],
      1,
      ['trusted', 'in-doubt not-a-key'],
    ],
    [
      'ends trust in a file invalid for a minute',
      [
        [0, 'A'],
        [1000, 'rubbish'],
        [61_000, 'rubbish'],
      ],
      0,
      ['trusted', 'in-doubt not-a-key', 'ended not-a-key'],
    ],
    [
      'keeps the first failure',
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
      'trusts a valid file again',
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
      'restarts the grace period after a valid file',
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
      'gives no grace period to a file that was never valid',
      [
        [0, 'rubbish'],
        [90_000, 'rubbish'],
      ],
      0,
      ['in-doubt not-a-key'],
    ],
    [
      'ends trust in an invalid file that disappears',
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

test('updateTrust trusts a key at most a minute after a valid file and reports every end', () => {
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
        // The grace period starts at the first invalid poll, after the last valid one.
        if (counts && one !== 'A' && one !== 'B') expect(at - goodAt).toBeLessThan(GRACE_MS + 40_000);
        expect(ended).toBe(counted && !counts);
        if (one === 'A' || one === 'B') goodAt = at;
        counted = counts;
        trust = judged.trust;
      }
    }),
  );
});
