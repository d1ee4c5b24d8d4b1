import { beforeEach, describe, expect, test } from '@jest/globals';
import { ApiError, NetworkError } from '../src/api/client.ts';
import type { Application, Catalog, QueuePage, StoredMandate } from '../src/api/types.ts';
import type { LocalStore } from '../src/local-store/local-store.ts';
import { orCopy, provideCopy } from '../src/offline-copy/copy-source.ts';
import { openCopySource } from '../src/offline-copy/read-copy.ts';
import { refreshOfflineCopy } from '../src/offline-copy/refresh.ts';
import type { CopyTransport } from '../src/offline-copy/refresh.ts';
import type { CopiedRead, OfflineFile } from '../src/offline-copy/records.ts';

/** The offline copy over a platform that fails in the middle, a full disk, and 72 hours. */

const DEVICE = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z9';
const CENTRE = 'CU-001';
const HOUR_MS = 3_600_000;

/** A local store in memory that counts its records, and may be full. */
class MemoryStore implements LocalStore {
  readonly isDurable = true;
  readonly hasUnstoredInput = false;
  readonly records = new Map<string, string>();
  maxFiles = Infinity;
  read<T>(kind: string, id: string): Promise<T | undefined> {
    const text = this.records.get(`${kind}/${id}`);
    return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as T));
  }
  list<T>(kind: string): Promise<T[]> {
    const own = [...this.records].filter(([key]) => key.startsWith(`${kind}/`));
    return Promise.resolve(own.map(([, text]) => JSON.parse(text) as T));
  }
  write(kind: string, id: string, value: unknown): Promise<void> {
    const key = `${kind}/${id}`;
    if (!this.records.has(key) && this.count(kind) >= this.maxFiles)
      return Promise.reject(new DOMException('full', 'QuotaExceededError'));
    this.records.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
  readBytes = () => Promise.resolve(undefined);
  writeBytes = () => Promise.resolve();
  remove(kind: string, id: string): Promise<void> {
    this.records.delete(`${kind}/${id}`);
    return Promise.resolve();
  }
  close = () => undefined;
  count = (kind: string) => [...this.records.keys()].filter((key) => key.startsWith(`${kind}/`)).length;
}

const idOf = (n: number) => `01JDZ3V7Q8R9S0T1V2W3X4Y${String(n).padStart(3, '0')}`;
const nameOf = (n: number) => `applications/${idOf(n)}`;

function fileOf(n: number, etag: string): OfflineFile {
  const application = {
    id: idOf(n),
    name: nameOf(n),
    etag,
    state: 'submitted',
    updateTime: '2026-11-29T08:00:00Z',
    trackingNumber: `AB${n}`,
    applicant: { givenName: 'Ștefan', familyName: n === 1 ? 'Sîrbu' : 'Rusu', idnp: `290000000000${n}` },
    contact: { phone: '+373 60 000 00' + String(n) },
    buckets: ['open', 'with-agency'],
  } as unknown as Application;
  return { application, history: [], olderActions: 0 };
}

/** A platform with files by number, and faults. */
class Platform implements CopyTransport {
  readonly files = new Map<number, string>();
  readonly reads: { application: string; readTime: string }[] = [];
  readonly pages: number[] = [];
  mandates: StoredMandate[] = [];
  /** Called before each request. */
  onRequest: (request: string) => void = () => {};
  now = () => new Date();

  #begin = (request: string) => Promise.resolve().then(() => this.onRequest(request));
  async reportReads(_device: string, reads: { application: string; readTime: string }[]): Promise<void> {
    await this.#begin('reads');
    this.reads.push(...reads);
  }
  async getQueue(): Promise<QueuePage> {
    await this.#begin('queue');
    return { applications: [{ id: idOf(1) }], counts: [{ bucket: 'today', count: 1 }], cursor: 'c' } as never;
  }
  async updateCopy({ held, pageSize }: Parameters<CopyTransport['updateCopy']>[0]) {
    await this.#begin('copy');
    const etags = new Map(held.map(({ application, etag }) => [application, etag]));
    const changed = [...this.files].filter(([n, etag]) => etags.get(nameOf(n)) !== etag);
    const shown = changed.slice(0, pageSize);
    this.pages.push(shown.length);
    const known = new Set([...this.files.keys()].map(nameOf));
    return {
      files: shown.map(([n, etag]) => fileOf(n, etag)),
      removed: [...etags.keys()].filter((name) => !known.has(name)),
      remaining: changed.length - shown.length,
      copyTime: this.now().toISOString(),
      operators: [{ name: 'operators/x', displayName: 'Ion Popa' }],
    };
  }
  async getCatalog(_centre: string, etag: string | undefined) {
    await this.#begin('catalog');
    return etag === '"c"' ? undefined : { etag: '"c"', catalog: { publicServices: [] } as unknown as Catalog };
  }
  async listMandates() {
    await this.#begin('mandates');
    return { mandates: this.mandates };
  }
}

let store: MemoryStore;
let platform: Platform;
let time: Date;
const now = () => time;
const refresh = () => refreshOfflineCopy({ store, transport: platform, device: DEVICE, centre: CENTRE, now });
const pass = (ms: number) => (time = new Date(time.getTime() + ms));
const addFiles = (count: number) => {
  for (let n = 1; n <= count; n += 1) platform.files.set(n, '"1"');
};

beforeEach(() => {
  store = new MemoryStore();
  platform = new Platform();
  time = new Date('2026-11-29T08:42:00Z');
  platform.now = now;
  provideCopy(undefined);
});

describe('a refresh', () => {
  test('stores all files in pages, and again only what changed', async () => {
    addFiles(40);
    expect(await refresh()).toBe('complete');
    expect([store.count('copy-file'), platform.pages]).toEqual([40, [5, 25, 10]]);
    platform.files.set(7, '"2"');
    platform.files.delete(8);
    platform.pages.length = 0;
    expect(await refresh()).toBe('recent');
    pass(601_000);
    expect(await refresh()).toBe('complete');
    expect([store.count('copy-file'), platform.pages]).toEqual([39, [1]]);
  });

  test('continues after an interruption with what it had stored', async () => {
    addFiles(40);
    let copies = 0;
    platform.onRequest = (request) => {
      if (request === 'copy' && (copies += 1) === 3) throw new NetworkError('x');
    };
    expect(await refresh()).toBe('interrupted');
    expect(store.count('copy-file')).toBe(30);
    platform.pages.length = 0;
    expect(await refresh()).toBe('complete');
    expect([store.count('copy-file'), platform.pages]).toEqual([40, [5, 5]]);
  });

  test('stops on a full disk, and keeps what is stored', async () => {
    addFiles(20);
    store.maxFiles = 12;
    expect(await refresh()).toBe('disk-full');
    expect(store.count('copy-file')).toBe(12);
    store.maxFiles = Infinity;
    expect(await refresh()).toBe('complete');
    expect(store.count('copy-file')).toBe(20);
  });

  test('removes a file that the platform erased', async () => {
    addFiles(2);
    await refresh();
    platform.files.delete(1);
    pass(601_000);
    await refresh();
    expect(await openCopySource(store, now).readDetails(idOf(1))).toBeUndefined();
    expect(store.count('copy-file')).toBe(1);
  });

  test('keeps mandates of people in the files only', async () => {
    addFiles(1);
    const of = (idnp: string) => ({ person: { idnp }, expireTime: '2027-01-01T00:00:00Z' }) as unknown as StoredMandate;
    platform.mandates = [of('2900000000001'), of('2900000000099')];
    await refresh();
    const copy = openCopySource(store, now);
    expect(await copy.listPersonMandates('2900000000001')).toHaveLength(1);
    expect(await copy.listPersonMandates('2900000000099')).toEqual([]);
  });

  test('reports a refusal, and stops between two requests', async () => {
    platform.onRequest = () => {
      throw new ApiError({ reason: 'PERMISSION_DENIED', status: 403 } as never);
    };
    expect(await refresh()).toBe('refused');
    platform.onRequest = () => {};
    const options = { store, transport: platform, device: DEVICE, centre: CENTRE, now, isStopped: () => true };
    expect(await refreshOfflineCopy(options)).toBe('interrupted');
  });
});

describe('72 hours after the last contact', () => {
  test('nothing of the copy is shown, and the next refresh removes it', async () => {
    addFiles(3);
    await refresh();
    pass(72 * HOUR_MS + 1);
    const copy = openCopySource(store, now);
    expect(await copy.readDetails(idOf(1))).toBeUndefined();
    expect(await copy.readQueue('today')).toBeUndefined();
    expect((await copy.search('Rusu'))?.applications).toEqual([]);
    platform.onRequest = () => {
      throw new NetworkError('x');
    };
    expect(await refresh()).toBe('interrupted');
    expect([store.count('copy-file'), store.count('copy-queue'), store.count('copy-mandates')]).toEqual([0, 0, 0]);
  });

  test('an unchanged file counts from the last complete refresh', async () => {
    addFiles(1);
    await refresh();
    pass(71 * HOUR_MS);
    await refresh();
    pass(2 * HOUR_MS);
    expect((await openCopySource(store, now).readDetails(idOf(1)))?.copyTime).toBe('2026-12-02T07:42:00.000Z');
  });
});

describe('a read without a line', () => {
  test('returns the details with their time, and is reported once', async () => {
    addFiles(2);
    await refresh();
    pass(HOUR_MS);
    expect(await openCopySource(store, now).readDetails(idOf(2))).toMatchObject({
      application: { id: idOf(2) },
      operators: [{ displayName: 'Ion Popa' }],
      unavailableParts: ['notices', 'delivery'],
      copyTime: '2026-11-29T08:42:00.000Z',
    });
    pass(HOUR_MS);
    await refresh();
    await refresh();
    expect(platform.reads).toEqual([{ application: nameOf(2), readTime: '2026-11-29T09:42:00.000Z' }]);
  });

  test('shows nothing if it cannot be recorded', async () => {
    addFiles(1);
    await refresh();
    store.maxFiles = 0;
    await expect(openCopySource(store, now).readDetails(idOf(1))).rejects.toThrow('full');
  });

  test('is reported later if the platform does not respond, and alone if it refuses another one', async () => {
    const read = (id: string, application: string): CopiedRead => ({ id, application, readTime: time.toISOString() });
    await store.write('copy-read', 'a', read('a', nameOf(1)));
    await store.write('copy-read', 'b', read('b', 'applications/invalid'));
    platform.onRequest = (request) => {
      if (request === 'reads') throw new NetworkError('x');
    };
    expect(await refresh()).toBe('interrupted');
    expect(store.count('copy-read')).toBe(2);
    platform.onRequest = () => {};
    const report = platform.reportReads.bind(platform);
    platform.reportReads = (device, reads) =>
      reads.some(({ application }) => application === 'applications/invalid')
        ? Promise.reject(new ApiError({ reason: 'INVALID_ARGUMENT', status: 400 } as never))
        : report(device, reads);
    expect(await refresh()).toBe('complete');
    expect([platform.reads.map(({ application }) => application), store.count('copy-read')]).toEqual([[nameOf(1)], 0]);
  });

  test.each<[string, string]>([
    ['a name, whatever the diacritics', 'sarb'],
    ['a name in the other alphabet', 'Сырбу'],
    ['an IDNP', '2900000000001'],
    ['a part of the number', 'AB1'],
    ['a phone number', '060000001'],
  ])('finds a file by %s', async (_by, query) => {
    addFiles(2);
    const first = fileOf(1, '"1"');
    first.application.trackingNumber = 'AB1K-7';
    first.application.applicant!.idnp = '2900000000001';
    platform.updateCopy = () =>
      Promise.resolve({
        files: [first, fileOf(2, '"1"')],
        removed: [],
        remaining: 0,
        copyTime: time.toISOString(),
        operators: [],
      });
    await refresh();
    const found = await openCopySource(store, now).search(query === 'AB1' ? 'AB1K' : query);
    expect(found?.applications.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(store.count('copy-read')).toBe(1);
  });
});

describe('a request without a response', () => {
  const silence = () => Promise.reject(new NetworkError('x'));
  test('reads the copy, and not after the screen was locked', async () => {
    addFiles(1);
    await refresh();
    const copy = openCopySource(store, now);
    provideCopy(() => Promise.resolve(copy));
    expect(await orCopy(silence(), (source) => source.readDetails(idOf(1)))).toMatchObject({
      application: { id: idOf(1) },
    });
    const late = orCopy(silence(), async (source) => {
      const details = await source.readDetails(idOf(1));
      provideCopy(undefined);
      return details;
    });
    await expect(late).rejects.toThrow(NetworkError);
  });

  test('fails as before without a copy, and a refusal stays a refusal', async () => {
    await expect(orCopy(silence(), () => Promise.resolve(1))).rejects.toThrow(NetworkError);
    provideCopy(() => Promise.resolve(openCopySource(store, now)));
    await expect(orCopy(silence(), (source) => source.readDetails(idOf(9)))).rejects.toThrow(NetworkError);
    const refusal = new ApiError({ reason: 'NOT_FOUND', status: 404 } as never);
    await expect(orCopy(Promise.reject(refusal), () => Promise.resolve(1))).rejects.toThrow(refusal);
  });
});
