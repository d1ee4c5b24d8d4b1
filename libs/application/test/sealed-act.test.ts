import { describe, expect, test } from '@jest/globals';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { importJWK } from 'jose/key/import';
import { createHandInKeyPair, MAX_SEALED_ACT_LENGTH, openSealedAct, sealAct } from '../src/sealed-act.ts';
import type { ActToSeal } from '../src/sealed-act.ts';

/** Sealing of unsent acts for intake. */

const act = (body: Record<string, unknown> = { text: 'Notă, ă î ș ț' }): ActToSeal => ({
  offlineGrant: 'a.b.c',
  key: '5a1c6e4e-7f5c-4d38-9a38-4c3b8f6d0a01',
  application: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6',
  kind: 'notes',
  body,
  time: '2026-11-29T10:00:00.000Z',
  sequence: 7,
});
const keys = [await createHandInKeyPair(), await createHandInKeyPair()] as const;
const [own, other] = keys.map(({ x, y }, at) => ({ kid: `k${at}`, x, y })) as [HandIn, HandIn];
type HandIn = { kid: string; x: string; y: string };
const find = (kid: string) => Promise.resolve(keys[['k0', 'k1'].indexOf(kid)]);

describe('a sealed act', () => {
  test.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    ['letters of three languages', { text: 'Ștefan Щукин O’Brien 👩‍⚕️' }],
    ['nested values', { applicant: { idnp: '2900', list: [1, null, { x: true }] } }],
    ['172 KiB', { text: 'x'.repeat(172 * 1024) }],
  ])('opens to the same act: %s', async (_name, body) => {
    const sealed = await sealAct(own, act(body));
    expect(sealed.length).toBeLessThanOrEqual(MAX_SEALED_ACT_LENGTH);
    expect(await openSealedAct(sealed, find)).toEqual(act(body));
    expect(sealed).not.toContain('2900');
  });

  test('is refused above its maximum length', async () => {
    const large = act({ text: 'x'.repeat(180 * 1024) });
    await expect(sealAct(own, large)).rejects.toThrow('too large');
  });

  test('differs each time, also for the same act', async () => {
    const sealed = await Promise.all(Array.from({ length: 20 }, () => sealAct(own, act())));
    expect(new Set(sealed.map((text) => text.split('.')[3])).size).toBe(20);
    expect(new Set(sealed.map((text) => text.split('.')[0])).size).toBe(20);
  });

  test('opens with no other key', async () => {
    const sealed = await sealAct(own, act());
    expect(await openSealedAct(sealed, () => find('k1'))).toBeUndefined();
    expect(await openSealedAct(sealed, () => Promise.resolve(undefined))).toBeUndefined();
    expect(await openSealedAct(await sealAct({ ...other, kid: 'k0' }, act()), find)).toBeUndefined();
  });

  test('does not open after a change of any part', async () => {
    const sealed = await sealAct(own, act());
    const parts = sealed.split('.');
    expect(parts.map((part) => part.length > 0)).toEqual([true, false, true, true, true]);
    for (const at of [0, 2, 3, 4]) {
      for (let from = 0; from < parts[at]!.length; from += Math.ceil(parts[at]!.length / 12)) {
        const part = parts[at]!;
        const letter = part[from] === 'A' ? 'B' : 'A';
        const changed = parts.with(at, part.slice(0, from) + letter + part.slice(from + 1)).join('.');
        // The last letter of base64url may have unused bits.
        if (from < part.length - 1)
          expect([at, from, await openSealedAct(changed, find)]).toEqual([at, from, undefined]);
      }
    }
  });

  test('is refused as something else, compressed, or too long', async () => {
    const key = await importJWK({ kty: 'EC', crv: 'P-256', ...own }, 'ECDH-ES');
    const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'k0' };
    const plain = new TextEncoder().encode(JSON.stringify(act()));
    const sealWith = (more: object) =>
      new CompactEncrypt(plain).setProtectedHeader({ ...header, ...more }).encrypt(key);
    expect(await openSealedAct(await sealWith({ typ: 'cups-act+jwe' }), find)).toEqual(act());
    expect(await openSealedAct(await sealWith({ typ: 'other' }), find)).toBeUndefined();
    expect(await openSealedAct(await sealWith({ typ: 'cups-act+jwe', enc: 'A128GCM' }), find)).toBeUndefined();
    expect(await openSealedAct(await sealWith({ typ: 'cups-act+jwe', zip: 'DEF' }), find)).toBeUndefined();
    for (const text of ['', '....', 'a.b.c.d.e', 'x'.repeat(MAX_SEALED_ACT_LENGTH + 1)])
      expect(await openSealedAct(text, find)).toBeUndefined();
  });

  test('reports an unavailable key store instead of an unreadable act', async () => {
    const unavailable = () => Promise.reject(new Error('unavailable'));
    await expect(openSealedAct(await sealAct(own, act()), unavailable)).rejects.toThrow('unavailable');
  });
});
