import type { Entry as EntryMessage } from '@cups/contracts/gen/cups/journal/v1/Entry.ts';
import type { InspectJournalResponse } from '@cups/contracts/gen/cups/journal/v1/InspectJournalResponse.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { LoggedEntry } from '@cups/contracts/gen/cups/journal/v1/LoggedEntry.ts';
import type { Log } from '@cups/contracts';
import { createPageToken, normalizePageSize, parsePageToken } from '@cups/contracts/node';
import { toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import type { Alterations } from './alterations.ts';
import { parseEntry, splitRecord } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { EntryIndex } from './entry-index.ts';
import { listKeyEntries } from './key-entries.ts';
import type { Dismissals } from './dismissals.ts';
import type { Checkpoint } from './log/checkpoint.ts';
import type { LogFolder } from './log/log-folder.ts';
import { parseTilePath, TILE_WIDTH } from './log/tiles.ts';
import type { Tile } from './log/tiles.ts';
import type { MissingEntries } from './missing-entries.ts';
import type { Refusal } from './refusal.ts';
import type { Verification } from './verification.ts';

export interface RpcDeps {
  log: LogFolder;
  index: EntryIndex;
  missing: MissingEntries;
  dismissals: Dismissals;
  alterations: Alterations;
  verification: Pick<Verification, 'completeTime'>;
  refusal: Refusal;
  processLog: Log;
}

/** Missing ranges that are reported. */
const MAX_MISSING = 1_000;
const RESOURCE = /^[\w.-]{1,60}(\/[\w.-]{1,160})?$/;

/** RPCs of cups.journal.v1.JournalService. While the log is refused, only its state is served. */
export const journalRpcs = (deps: RpcDeps): Rpcs<JournalServiceDefinition> => ({
  GetCheckpoint: () => {
    const { note, checkpoint } = newest(deps);
    const { size, root, time } = checkpoint;
    return Promise.resolve({ note, size, root, signTime: toTimestamp(time) });
  },

  GetConsistencyProof: ({ fromSize, toSize }) => {
    const { size } = newest(deps).checkpoint;
    const [from, to] = [parseSize(fromSize, '/fromSize', size), parseSize(toSize, '/toSize', size) || size];
    if (from > to) throw tooLarge('/fromSize', to);
    // Every log begins with the empty one.
    const hashes = from === 0 ? [] : deps.log.proveConsistency(from, to);
    return Promise.resolve({ toSize: to, hashes });
  },

  GetTile: ({ path }) => {
    deps.refusal.assertNone();
    const tile = parseTilePath(path);
    const content = tile && deps.log.readTile(tile as Tile & { level: number });
    if (!content) throw new Problem({ reason: 'NOT_FOUND', message: 'Tile not found.' });
    return Promise.resolve({ content, full: tile.width === TILE_WIDTH });
  },

  ListEntries: ({ resource, pageSize, pageToken }) => {
    if (!RESOURCE.test(resource)) throw invalid('The resource is invalid.', '/resource', 'PATTERN');
    const limit = normalizePageSize(pageSize);
    const after = parsePageToken(pageToken, resource);
    const before = after === undefined ? {} : { before: Number(after) };
    const { note } = newest(deps);
    if (deps.index.size < deps.log.size) throw notYet('The journal builds its index.');
    // Without a pause: all proofs lead to one checkpoint.
    const positions = deps.index.listPositions(resource, { limit: limit + 1, ...before });
    const listed = positions.slice(0, limit);
    const hasMore = positions.length > limit;
    return Promise.resolve({
      entries: listed.map((position) => readLoggedEntry(position, deps)),
      nextPageToken: hasMore ? createPageToken(String(listed.at(-1)), resource) : '',
      checkpoint: note,
    });
  },

  InspectJournal: () => inspect(deps),

  ListVerifierKeys: () => {
    deps.refusal.assertNone();
    const keys = listKeyEntries(deps.index, deps.log);
    return Promise.resolve({
      keys: keys.map(({ verifier, position }) => ({ text: verifier, firstSize: position + 1 })),
    });
  },

  async DismissMissingEntries({ source, subject, fromSequence, toSequence, reason, actor }) {
    deps.refusal.assertNone();
    const range = { source, subject, first: Number(fromSequence), last: Number(toSequence) };
    const sequence = await deps.dismissals.dismiss(range, reason);
    deps.processLog.warn({ event: 'missing-entries-dismissed', operator: actor, reason, caller: source });
    return { sequence };
  },
});

/** Reports the state of the log, also of a refused one. */
async function inspect(deps: RpcDeps): Promise<InspectJournalResponse> {
  const { log, index, missing, alterations, verification, refusal } = deps;
  const listed = await missing.list();
  // The index of a refused log is not that of its entries.
  const keys = refusal.current ? [] : listKeyEntries(index, log);
  const { code = '', message = '', expireTime } = refusal.current ?? {};
  return {
    size: log.size,
    signTime: log.checkpoint && toTimestamp(log.checkpoint.time),
    keys: keys.map(({ verifier }) => verifier),
    missing: listed.slice(0, MAX_MISSING).map(({ source, subject, first, last, detectTime }) => ({
      source,
      subject,
      fromSequence: first,
      toSequence: last,
      detectTime: toTimestamp(detectTime),
    })),
    refusal: code,
    refusalText: message,
    expireTime: expireTime && toTimestamp(expireTime),
    alterationCount: alterations.count,
    verifyTime: verification.completeTime && toTimestamp(verification.completeTime),
  };
}

/** @throws Problem STORE_UNAVAILABLE before the first checkpoint, and while the log is refused */
function newest({ log, refusal }: RpcDeps): { note: string; checkpoint: Checkpoint } {
  refusal.assertNone();
  const { note, checkpoint } = log;
  if (note === undefined || checkpoint === undefined) throw notYet('The journal has no checkpoint yet.');
  return { note, checkpoint };
}

const notYet = (message: string): Problem => new Problem({ reason: 'STORE_UNAVAILABLE', message });

function readLoggedEntry(index: number, { log, alterations }: RpcDeps): LoggedEntry {
  const { record, proof } = alterations.watch(() => log.readProvenRecord(index));
  const { salt, text } = splitRecord(record);
  const entry = parseEntry(text);
  const { source, time } = entry;
  return {
    index,
    text,
    salt,
    proof,
    entry: toMessage(entry),
    source,
    time: toTimestamp(time),
  };
}

function toMessage({
  resource,
  action,
  actor,
  centre,
  ground,
  reason,
  result,
  contentHash,
  count = 0,
}: Entry): EntryMessage {
  const hash = Buffer.from(contentHash, 'hex');
  return { resource, action, actor, centre, ground, reason, result, contentHash: hash, count };
}

/** @param text int64 as text @throws Problem INVALID_ARGUMENT unless it is from 0 to `max` */
function parseSize(text: string, field: string, max: number): number {
  const size = Number(text);
  if (!(size >= 0)) throw invalid('The size must not be negative.', field, 'MINIMUM');
  if (size > max) throw tooLarge(field, max);
  return size;
}

const tooLarge = (field: string, max: number): Problem =>
  new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The log is smaller.',
    violations: [violation(field, 'MAXIMUM', { max })],
  });

function invalid(message: string, field: string, rule: 'PATTERN' | 'MINIMUM'): Problem {
  const found = rule === 'MINIMUM' ? violation(field, rule, { min: 0 }) : violation(field, rule);
  return new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [found] });
}
