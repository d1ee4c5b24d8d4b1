import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../day/desk.ts';
import type { Application, Desk } from '../day/desk.ts';
import { Scanner } from '../day/scans.ts';

/** A scripted desk edits a draft while the reports of its documents make the etag stale. */

const DRAFT = { id: '01JD000000000000000000000Q', etag: '"1"' } as Application;
const EVIDENCE = [{ kind: 'identity-document' }, { kind: 'photo', copy: 'documents/photo' }];

/** A desk whose draft is at `revision`, and the edits that it accepted. */
function openFakeDesk(revision: number) {
  const edits: unknown[] = [];
  const call = (method: string, path: string, { body, etag }: { body?: unknown; etag?: string } = {}) => {
    const current = `"${revision}"`;
    if (method === 'PATCH' && etag !== current) {
      return Promise.reject(new ApiError(`PATCH ${path}`, { status: 412, reason: 'ETAG_STALE' }));
    }
    if (method === 'PATCH') edits.push(body);
    return Promise.resolve({ body: { ...DRAFT, etag: current } });
  };
  const upload = () => Promise.resolve({ name: 'documents/scan', sha256: 'aa' });
  return { desk: { call, upload } as unknown as Desk, edits };
}

describe('Scanner.attach', () => {
  test.each([1, 3])('names the scan in a draft at revision %s', async (revision) => {
    const { desk, edits } = openFakeDesk(revision);
    const draft = await new Scanner(desk, DRAFT.id, 1, []).attach(DRAFT, EVIDENCE, 'pdf');
    expect(draft.etag).toBe(`"${revision}"`);
    expect(edits).toEqual([{ evidence: [{ kind: 'identity-document', copy: 'documents/scan' }, EVIDENCE[1]] }]);
  });

  test('gives up on a draft whose etag is stale at each attempt', async () => {
    const { desk } = openFakeDesk(1);
    const failing = { ...desk, call: (method: string, path: string) => desk.call(method, path, { etag: '"0"' }) };
    await expect(new Scanner(failing as Desk, DRAFT.id, 1, []).attach(DRAFT, EVIDENCE, 'pdf')).rejects.toThrow(
      '412 ETAG_STALE',
    );
  });
});
