import { isUlid, parseResourceName, resourceName } from '@cups/contracts';
import type { HeldFile__Output } from '@cups/contracts/gen/cups/intake/v1/HeldFile.ts';
import type { OfflineFile } from '@cups/contracts/gen/cups/intake/v1/OfflineFile.ts';
import type { OfflineRead__Output } from '@cups/contracts/gen/cups/intake/v1/OfflineRead.ts';
import { fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { centreOf, centresOf, sessionOf } from '@cups/rpc';
import { toAction, toApplication } from '../convert/application.ts';
import type { Viewer } from '../convert/application.ts';
import { newestRows } from '../domain/history.ts';
import { MAX_HELD_FILES, planCopy, resolveReadTime } from '../domain/offline-copy.ts';
import { invalidField } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';
import { countHistory } from '../store/history-segments.ts';
import { countDeviceCopies, listCopyCandidates, recordDelivery, recordEnds } from '../store/offline-copies.ts';
import { accessLogEntry, toAccessCause } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 25;
/** The newest history entries of a copied file. */
const MAX_COPIED_ACTIONS = 50;
/** A page ends after the file with which it has this number of characters: a response has at most 4 MiB. */
const MAX_PAGE_CHARACTERS = 512 * 1024;
/** Per report. */
const MAX_READS = 200;

type OfflineDeps = Pick<RpcDeps, 'applications' | 'deviceCopies' | 'accessLog' | 'persons' | 'workingTimes' | 'now'>;

/** RPC handlers of offline copies. Nothing is delivered before the access log and the record of copies have it. */
export function offlineCopyRpcs(
  deps: OfflineDeps,
): Pick<IntakeRpcs, 'UpdateOfflineCopy' | 'RecordOfflineReads' | 'ListOfflineCopies'> {
  const { applications, deviceCopies, accessLog, now } = deps;
  return {
    async UpdateOfflineCopy({ device, held: reported, pageSize }, context) {
      assertDevice(device);
      const held = parseHeld(reported);
      const viewer = toViewer(context, deps, now());
      const centres = centresOf(context);
      const plan = planCopy(await listCopyCandidates(applications, { centres, now: viewer.now }), held);
      const files = await readFiles(deps, plan.changed.slice(0, pageSizeOf(pageSize)), { viewer, centres });
      const delivered = files.map(({ id }) => id);
      for (const id of delivered) context.recordAccess(resourceName('applications', id));
      const { cause, entry } = accessLogEntry(context, 'offline-copy', viewer.now);
      const update = { device, operator: entry.operator, centre: entry.centre, now: viewer.now, cause };
      await recordDelivery(deviceCopies, update, delivered);
      await recordEnds(deviceCopies, update, (id) => held.has(id) || plan.selected.has(id));
      await accessLog.write(delivered, { cause, entry: { ...entry, device } });
      return {
        files: files.map(({ file }) => file),
        removed: plan.removed.map((id) => resourceName('applications', id)),
        remaining: plan.changed.length - files.length,
        copyTime: toTimestamp(viewer.now),
      };
    },

    async RecordOfflineReads({ device, reads: reported }, context) {
      assertDevice(device);
      const reads = parseReads(reported);
      const ids = [...new Set(reads.map(({ id }) => id))];
      const own = await applications.find(
        { _id: { $in: ids } },
        { scope: { centre: centresOf(context) }, limit: MAX_READS, projection: { _id: 1 } },
      );
      const known = new Set(own.map(({ _id }) => _id));
      const arrival = now();
      const { operator } = sessionOf(context);
      const centre = centreOf(context);
      const entries = reads
        .filter(({ id }) => known.has(id))
        .map(({ id, time: claimedTime }) => {
          const time = resolveReadTime(claimedTime, arrival);
          const entry = { operator, centre, kind: 'offline' as const, time, device, recordTime: arrival };
          return { subject: id, entry, claimedTime };
        });
      for (const id of known) context.recordAccess(resourceName('applications', id));
      return { recorded: await accessLog.writeLate(entries, { cause: toAccessCause(context), now: arrival }) };
    },

    async ListOfflineCopies(_request, context) {
      const copies = await countDeviceCopies(deviceCopies, centresOf(context));
      return {
        copies: copies.map(({ firstCopyTime, lastCopyTime, ...copy }) => ({
          ...copy,
          firstCopyTime: toTimestamp(firstCopyTime),
          lastCopyTime: toTimestamp(lastCopyTime),
        })),
      };
    },
  };
}

/** Reads files in this order, as many as fit into a page, at least one. One that has left the centre is skipped. */
async function readFiles(
  { applications }: Pick<OfflineDeps, 'applications'>,
  ids: readonly string[],
  { viewer, centres }: { viewer: Viewer; centres: readonly string[] },
): Promise<{ id: string; file: OfflineFile }[]> {
  if (ids.length === 0) return [];
  const found = await applications.find({ _id: { $in: ids } }, { scope: { centre: centres }, limit: ids.length });
  const byId = new Map(found.map((app) => [app._id, app]));
  const files: { id: string; file: OfflineFile }[] = [];
  let characters = 0;
  for (const id of ids) {
    const app = byId.get(id);
    if (!app) continue;
    files.push({ id, file: toOfflineFile(app, viewer) });
    characters += JSON.stringify(app).length;
    if (characters > MAX_PAGE_CHARACTERS) break;
  }
  return files;
}

function toOfflineFile(app: StoredApplication, viewer: Viewer): OfflineFile {
  const shown = newestRows(app).slice(-MAX_COPIED_ACTIONS);
  return {
    application: toApplication(app, viewer),
    actions: shown.map((row) => toAction(row, app)),
    olderActions: countHistory(app) - shown.length,
  };
}

function assertDevice(device: string): void {
  if (!isUlid(device)) throw invalidField(violation('/device', 'ULID'));
}

/** @throws Problem INVALID_ARGUMENT */
function parseHeld(reported: readonly HeldFile__Output[]): Map<string, string> {
  if (reported.length > MAX_HELD_FILES) throw invalidField(violation('/held', 'MAX_ITEMS', { max: MAX_HELD_FILES }));
  return new Map(
    reported.map(({ application, etag }, at) => [
      parseResourceName('applications', application, `/held/${at}/application`),
      etag,
    ]),
  );
}

/** @throws Problem INVALID_ARGUMENT */
function parseReads(reported: readonly OfflineRead__Output[]): { id: string; time: Date }[] {
  if (reported.length > MAX_READS) throw invalidField(violation('/reads', 'MAX_ITEMS', { max: MAX_READS }));
  return reported.map(({ application, readTime }, at) => {
    const id = parseResourceName('applications', application, `/reads/${at}/application`);
    const time = fromTimestamp(readTime);
    if (!time) throw invalidField(violation(`/reads/${at}/readTime`, 'REQUIRED'));
    return { id, time };
  });
}

/** @throws Problem INVALID_ARGUMENT for a negative number */
function pageSizeOf(pageSize: number): number {
  if (pageSize < 0) throw invalidField(violation('/pageSize', 'MINIMUM', { min: 0 }));
  return pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
}
