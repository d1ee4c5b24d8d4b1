import { describe, expect, test } from '@jest/globals';
import { SimulatedDisk } from '../disk.ts';

/** Takes none, or all, of the unsynced writes. */
const NONE = () => 0;
const ALL = () => 0.999;

describe('a simulated disk', () => {
  test('keeps a strict write and all before it over a power cut, and loses later ones', async () => {
    const disk = new SimulatedDisk();
    const page = disk.open();
    await page.write('write', 'first', 1);
    await page.write('write', 'second', 2, { isStrict: true });
    await page.write('write', 'third', 3);
    disk.cutPower(NONE);
    expect(await disk.open().list('write')).toEqual([1, 2]);
  });

  test('may keep the newest writes', async () => {
    const disk = new SimulatedDisk();
    await disk.open().write('write', 'first', 1);
    disk.cutPower(ALL);
    expect(await disk.open().list('write')).toEqual([1]);
  });

  test('keeps bytes and their record, or neither', async () => {
    for (const [random, isKept] of [[NONE, false] as const, [ALL, true] as const]) {
      const disk = new SimulatedDisk();
      const record = { kind: 'upload', id: 'one', value: 1 };
      await disk.open().writeBytes('bytes', 'one', new Uint8Array([1, 2]), { record });
      disk.cutPower(random);
      expect(await disk.open().list('upload')).toEqual(isKept ? [1] : []);
      expect(await disk.open().readBytes('bytes', 'one')).toEqual(isKept ? new Uint8Array([1, 2]) : undefined);
    }
  });

  test('keeps all writes when the browser is killed, and none of a page that has ended', async () => {
    const disk = new SimulatedDisk();
    const page = disk.open();
    await page.write('write', 'first', 1);
    const late = page.write('write', 'late', 2);
    disk.kill();
    void late;
    expect(await disk.open().list('write')).toEqual([1]);
    await Promise.resolve();
    expect(await disk.open().read('write', 'late')).toBeUndefined();
  });

  test('refuses writes while it is full, and still removes', async () => {
    const disk = new SimulatedDisk();
    const page = disk.open();
    await page.write('write', 'first', 1);
    disk.isFull = true;
    await expect(page.write('write', 'second', 2)).rejects.toMatchObject({ name: 'QuotaExceededError' });
    await page.remove('write', 'first');
    expect(await page.list('write')).toEqual([]);
  });
});
