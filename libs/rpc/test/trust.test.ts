import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GRACE_MS, updateTrust } from '../src/trust.ts';
import type { KeyFileContents, Trust, TrustChange } from '../src/trust.ts';

const jwk = () => JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }));
const [A, B] = [jwk(), jwk()];

/** State of intake's keys at one poll; `gone` without a file, `folder-unreadable` for an unreadable folder. */
type FolderState = 'A' | 'B' | 'garbage' | 'unreadable' | 'gone' | 'folder-unreadable';
const found: Record<FolderState, KeyFileContents | undefined> = {
  A: new Map([['intake', A]]),
  B: new Map([['intake', B]]),
  garbage: new Map([['intake', '{ half a fi']]),
  unreadable: new Map([['intake', undefined]]),
  gone: new Map(),
  'folder-unreadable': undefined,
};

/** Returns the number of trusted keys and the changes after polls at the given times. */
function updateRepeatedly(...polls: [at: number, look: FolderState][]) {
  let trust: Trust = new Map();
  const changes: TrustChange[] = [];
  for (const [at, state] of polls) {
    const updated = updateTrust(trust, found[state], at);
    trust = updated.trust;
    changes.push(...updated.changes);
  }
  const reported = changes.map((change) => ('reason' in change ? `${change.change} ${change.reason}` : change.change));
  return { keys: trust.get('intake')?.keys.length ?? 0, told: reported, text: trust.get('intake')?.text };
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
        [1000, 'garbage'],
        [60_999, 'garbage'],
      ],
      1,
      ['trusted', 'reload-failed not-a-key'],
    ],
    [
      'ends trust in a file invalid for a minute',
      [
        [0, 'A'],
        [1000, 'garbage'],
        [61_000, 'garbage'],
      ],
      0,
      ['trusted', 'reload-failed not-a-key', 'ended not-a-key'],
    ],
    [
      'keeps the first failure',
      [
        [0, 'A'],
        [0, 'unreadable'],
        [30_000, 'folder-unreadable'],
        [60_000, 'garbage'],
      ],
      0,
      ['trusted', 'reload-failed unreadable', 'ended unreadable'],
    ],
    [
      'trusts a valid file again',
      [
        [0, 'A'],
        [0, 'folder-unreadable'],
        [60_000, 'folder-unreadable'],
        [61_000, 'A'],
      ],
      1,
      ['trusted', 'reload-failed folder-unreadable', 'ended folder-unreadable', 'trusted'],
    ],
    [
      'restarts the grace period after a valid file',
      [
        [0, 'A'],
        [0, 'garbage'],
        [50_000, 'A'],
        [60_000, 'garbage'],
        [110_000, 'garbage'],
      ],
      1,
      ['trusted', 'reload-failed not-a-key', 'trusted', 'reload-failed not-a-key'],
    ],
    [
      'gives no grace period to a file that was never valid',
      [
        [0, 'garbage'],
        [90_000, 'garbage'],
      ],
      0,
      ['reload-failed not-a-key'],
    ],
    [
      'ends trust in an invalid file that disappears',
      [
        [0, 'A'],
        [0, 'garbage'],
        [1000, 'gone'],
      ],
      0,
      ['trusted', 'reload-failed not-a-key', 'ended removed'],
    ],
  ])('%s', (_what, polls, keys, reported) => {
    const result = updateRepeatedly(...polls);
    expect(result.keys).toBe(keys);
    expect(result.told).toEqual(reported);
  });
});

test('updateTrust ends trust at most a minute after a valid file and reports it', () => {
  const state = fc.constantFrom<FolderState>('A', 'B', 'garbage', 'unreadable', 'gone', 'folder-unreadable');
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), state), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (all) => {
      let trust: Trust = new Map();
      let at = 0;
      let goodAt = -Infinity;
      let counted = false;
      for (const [wait, one] of all) {
        at += wait;
        const updated = updateTrust(trust, found[one], at);
        const counts = (updated.trust.get('intake')?.keys.length ?? 0) > 0;
        const ended = updated.changes.some(({ change }) => change === 'ended');
        if (one === 'A' || one === 'B') expect(counts).toBe(true);
        if (one === 'gone') expect(counts).toBe(false);
        // The grace period starts at the first invalid poll, after the last valid one.
        if (counts && one !== 'A' && one !== 'B') expect(at - goodAt).toBeLessThan(GRACE_MS + 40_000);
        expect(ended).toBe(counted && !counts);
        if (one === 'A' || one === 'B') goodAt = at;
        counted = counts;
        trust = updated.trust;
      }
    }),
  );
});
