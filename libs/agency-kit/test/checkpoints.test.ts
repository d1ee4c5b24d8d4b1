import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { JournalCheckpoint } from '@cups/agency-contract';
import sample from '@cups/agency-contract/samples/messages/journal.checkpoint.json' with { type: 'json' };
import { CheckpointMonitor } from '../src/checkpoints/checkpoint-monitor.ts';
import { isConsistent } from '../src/checkpoints/consistency.ts';
import { parseVerifierKey, verifyCheckpoint } from '../src/checkpoints/signed-checkpoint.ts';
import type { VerifierKey } from '../src/checkpoints/signed-checkpoint.ts';

const ORIGIN = 'cups.md/journal';
/** The key of the sample, as the guide of the contract prints it. */
const SAMPLE_KEY = 'cups.md/journal+9eedaddf+AW1MDYKqCHrBPd9iLvFR1IpO9Tbg0WazCh4fc3XCCmrF';

const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaves = Array.from({ length: 70 }, (_, n) => sha256(Buffer.from(`leaf ${n}`)));

/** Largest power of two below `count` (RFC 9162, section 2.1.1). */
const split = (count: number): number => 2 ** Math.ceil(Math.log2(count) - 1);

/** Root hash by the definition of RFC 9162. */
function rootOf(some: Buffer[]): Buffer {
  if (some.length === 0) return sha256();
  if (some.length === 1) return some[0]!;
  const k = split(some.length);
  return sha256(Buffer.of(1), rootOf(some.slice(0, k)), rootOf(some.slice(k)));
}

/** Consistency proof by the definition of RFC 9162, section 2.1.4.1. */
function prove(m: number, some: Buffer[], whole = true): Buffer[] {
  if (m === some.length) return whole ? [] : [rootOf(some)];
  const k = split(some.length);
  return m <= k
    ? [...prove(m, some.slice(0, k), whole), rootOf(some.slice(k))]
    : [...prove(m - k, some.slice(k), false), rootOf(some.slice(0, k))];
}

const treeOf = (size: number, all = leaves) => ({ size, root: rootOf(all.slice(0, size)) });

/** Creates a signing key with its verifier key. */
function createKey(): { verifier: VerifierKey; privateKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const bytes = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
  const id = sha256(Buffer.from(`${ORIGIN}\n`), bytes)
    .subarray(0, 4)
    .toString('hex');
  return { verifier: parseVerifierKey(`${ORIGIN}+${id}+${bytes.toString('base64')}`), privateKey };
}

const [key, next] = [createKey(), createKey()];

/** Creates a published checkpoint. */
function publish(size: number, from?: number, { all = leaves, by = key, origin = ORIGIN } = {}): JournalCheckpoint {
  const root = rootOf(all.slice(0, size)).toString('base64');
  const time = '2026-11-24T09:30:00.000Z';
  const text = `${origin}\n${size}\n${root}\n${time}\n`;
  const signature = Buffer.concat([Buffer.from(by.verifier.id, 'hex'), sign(null, Buffer.from(text), by.privateKey)]);
  const note = `${text}\n\u2014 ${origin} ${signature.toString('base64')}\n`;
  const proof = from === undefined ? {} : { previousSize: from, consistency: encode(prove(from, all.slice(0, size))) };
  return { origin, size, root, time, note, ...proof };
}

const encode = (hashes: Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));
const monitorOf = (...given: ConstructorParameters<typeof CheckpointMonitor>) => new CheckpointMonitor(...given);

describe('isConsistent', () => {
  test('accepts every proof up to 34 leaves, and rejects it for another tree', () => {
    for (let larger = 1; larger <= 34; larger += 1) {
      for (let smaller = 1; smaller <= larger; smaller += 1) {
        const proof = prove(smaller, leaves.slice(0, larger));
        expect([smaller, larger, isConsistent(treeOf(smaller), treeOf(larger), proof)]).toEqual([
          smaller,
          larger,
          true,
        ]);
        const other = { size: smaller, root: sha256(treeOf(smaller).root) };
        expect(isConsistent(other, treeOf(larger), proof)).toBe(false);
        const altered = proof.map((hash, n) => (n === proof.length - 1 ? sha256(hash) : hash));
        if (proof.length > 0) expect(isConsistent(treeOf(smaller), treeOf(larger), altered)).toBe(false);
        if (proof.length > 0) expect(isConsistent(treeOf(smaller), treeOf(larger), proof.slice(1))).toBe(false);
        expect(isConsistent(treeOf(smaller), treeOf(larger), [...proof, leaves[0]!])).toBe(false);
      }
    }
  });

  test('accepts any tree after an empty one, and rejects a smaller one', () => {
    expect(isConsistent(treeOf(0), treeOf(5), [])).toBe(true);
    expect(isConsistent(treeOf(5), treeOf(4), [])).toBe(false);
  });
});

describe('verifyCheckpoint', () => {
  const keys = [parseVerifierKey(SAMPLE_KEY)];
  const { note } = sample.value;

  test('reads the sample of the contract, which proves its growth from three entries', () => {
    const { size, root, signers } = verifyCheckpoint(note, keys);
    expect({ size, root: root.toString('base64'), signers }).toEqual({
      size: 5,
      root: sample.value.root,
      signers: ['9eedaddf'],
    });
    const three = Buffer.from('Lmn/TirzRtBnplLKMdzXvFhqFoJUCGkZ7iSRzq0r1Fw=', 'base64');
    const proof = sample.value.consistency.map((hash) => Buffer.from(hash, 'base64'));
    expect(isConsistent({ size: 3, root: three }, { size, root }, proof)).toBe(true);
  });

  test('ignores signatures of unknown witnesses', () => {
    const witness = `\u2014 witness.example ${Buffer.alloc(68).toString('base64')}\n`;
    expect(verifyCheckpoint(note + witness, keys).size).toBe(5);
  });

  test.each([
    ['another size', note.replace('\n5\n', '\n6\n'), 'is wrong'],
    ['another origin', note.replaceAll(ORIGIN, 'cups.md/other'), 'No known key'],
    ['no signature', note.slice(0, note.indexOf('\n\n') + 2), 'malformed'],
    ['no end', note.slice(0, -1), 'no signatures'],
    ['a line that is no signature', `${note}x\n`, 'malformed'],
    ['many signatures', note + note.split('\n\n')[1]!.repeat(16), 'more than 16'],
  ])('rejects a note with %s', (_what, given, message) => {
    expect(() => verifyCheckpoint(given, keys)).toThrow(message);
  });

  test.each([['cups.md/journal'], [SAMPLE_KEY.replace('9eedaddf', '9eedadde')], [SAMPLE_KEY.slice(0, -4)]])(
    'rejects the verifier key %s',
    (text) => {
      expect(() => parseVerifierKey(text)).toThrow('verifier key');
    },
  );
});

describe('CheckpointMonitor', () => {
  const accept = async (monitor: CheckpointMonitor, ...all: JournalCheckpoint[]) => {
    const outcomes: string[] = [];
    for (const one of all) {
      const { outcome, reason } = await monitor.accept(one);
      outcomes.push(reason === undefined ? outcome : `${outcome}: ${reason}`);
    }
    return outcomes;
  };

  test('accepts a growing log, by the proofs in the messages', async () => {
    const outcomes = await accept(monitorOf([key.verifier]), publish(3), publish(3), publish(7, 3), publish(64, 7));
    expect(outcomes).toEqual(['first', 'repeated', 'consistent', 'consistent']);
  });

  test('asks the platform for a proof that the message lacks', async () => {
    const monitor = monitorOf([key.verifier], async (from, to) => prove(from, leaves.slice(0, to)));
    expect(await accept(monitor, publish(3), publish(40, 20))).toEqual(['first', 'consistent']);
  });

  test('reports a larger log without a proof as unproven, and still compares with the last proven one', async () => {
    const monitor = monitorOf([key.verifier]);
    expect(await accept(monitor, publish(3), publish(40, 20))).toEqual(['first', expect.stringMatching(/^unproven/)]);
    expect(monitor.newest?.size).toBe(3);
    expect(await accept(monitor, publish(41, 3))).toEqual(['consistent']);
  });

  const forged = leaves.map((leaf, n) => (n === 1 ? sha256(leaf) : leaf));
  test.each<[string, JournalCheckpoint, string]>([
    ['an altered entry', publish(20, 10, { all: forged }), 'does not begin'],
    ['an altered entry without new ones', publish(10, 10, { all: forged }), 'another root'],
    ['a rolled-back log', publish(9), 'smaller than before'],
    ['a signature by a stranger', publish(20, 10, { by: next }), 'No known key'],
    ['a log of another name', publish(20, 10, { origin: 'cups.md/other' }), 'No known key'],
  ])('finds %s', async (_what, given, reason) => {
    const monitor = monitorOf([key.verifier]);
    await accept(monitor, publish(10));
    expect(await accept(monitor, given)).toEqual([expect.stringMatching(new RegExp(`^fault: .*${reason}`))]);
    expect(monitor.newest?.size).toBe(10);
  });

  test('finds a signature by a key that another one has replaced, also after a restart', async () => {
    const keys = [key.verifier, next.verifier];
    const first = monitorOf(keys);
    const later = publish(20, 10, { by: next });
    expect(await accept(first, publish(10), later, publish(30, 20))).toEqual([
      'first',
      'consistent',
      'fault: A key signed it that another key has replaced.',
    ]);
    const second = monitorOf(keys);
    for (const kept of [publish(10), later]) second.resume(kept);
    expect(await accept(second, publish(30, 20))).toEqual(['fault: A key signed it that another key has replaced.']);
    expect(() => second.resume(publish(5, undefined, { by: next }))).toThrow('smaller than before');
  });
});
