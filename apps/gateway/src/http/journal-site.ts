import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import { Problem, violation, withLocation } from '@cups/problem';
import type { CallContext, Client } from '@cups/rpc';
import type { FileResponse } from './desk-page.ts';

/**
 * Serves what anybody may have of the journal: signed checkpoints, tiles of salted hashes, proofs of consistency and
 * keys. Entries are not part of it.
 */
export type JournalSite = ReturnType<typeof createJournalSite>;

type Journal = Pick<
  Client<JournalServiceDefinition>,
  'getCheckpoint' | 'getConsistencyProof' | 'getTile' | 'listVerifierKeys'
>;
type Query = Record<string, unknown>;

const TEXT = 'text/plain; charset=utf-8';
const JSON_MEDIA_TYPE = 'application/json';
const BYTES = 'application/octet-stream';
const REVALIDATED = 'no-cache';
/** A complete tile never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const TILE_PREFIX = 'tile/';
const SIZE = /^(0|[1-9]\d{0,15})$/;

export function createJournalSite(journal: Journal) {
  return {
    /**
     * Returns a file of the journal; undefined for any other path.
     * @param path relative to /journal/
     * @throws Problem of the journal, and INVALID_ARGUMENT for sizes that are none
     */
    async file(path: string, query: Query, context: CallContext): Promise<FileResponse | undefined> {
      if (path === 'checkpoint') {
        const { note } = await journal.getCheckpoint({}, context);
        return respond(TEXT, Buffer.from(note));
      }
      if (path === 'verifier') return respondJson(await readKeys(context));
      if (path === 'consistency') return respondJson(await readProof(query, context));
      if (!path.startsWith(TILE_PREFIX)) return undefined;
      const { content, full } = await journal.getTile({ path: path.slice(TILE_PREFIX.length) }, context);
      return respond(BYTES, content, full ? IMMUTABLE : REVALIDATED);
    },
  };

  async function readKeys(context: CallContext): Promise<object> {
    const { keys } = await journal.listVerifierKeys({}, context);
    return { keys: keys.map(({ text, firstSize }) => ({ verifier: text, firstSize: Number(firstSize) })) };
  }

  async function readProof({ from, to = '0' }: Query, context: CallContext): Promise<object> {
    const [fromSize, toSize] = [parseSize(from, '/from'), parseSize(to, '/to')];
    const { toSize: proven, hashes } = await journal.getConsistencyProof({ fromSize, toSize }, context);
    return { from: Number(fromSize), to: Number(proven), hashes: hashes.map((hash) => hash.toString('base64')) };
  }
}

function respond(contentType: string, bytes: Buffer, cacheControl = REVALIDATED): FileResponse {
  return { status: 200, headers: { 'Content-Type': contentType, 'Cache-Control': cacheControl }, bytes };
}

const respondJson = (body: object): FileResponse => respond(JSON_MEDIA_TYPE, Buffer.from(JSON.stringify(body)));

/** @throws Problem INVALID_ARGUMENT */
function parseSize(value: unknown, field: string): string {
  if (typeof value === 'string' && SIZE.test(value)) return value;
  const violations = [withLocation('query', violation(field, value === undefined ? 'REQUIRED' : 'PATTERN'))];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The sizes must be whole numbers.', violations });
}
