import type { State } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import type { ActionHash } from '@cups/contracts/gen/cups/intake/v1/ActionHash.ts';
import type { ListApplicationActionsRequest__Output } from '@cups/contracts/gen/cups/intake/v1/ListApplicationActionsRequest.ts';
import { normalizePageSize, createPageToken, parsePageToken } from '@cups/contracts/node';
import { fromProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import type { ActionRecord } from '../domain/application.ts';
import { isErased } from '../domain/data-end.ts';
import { notFound } from '../domain/problems.ts';
import { rehash } from '../journal.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { listByCentre } from '../store/application-rows.ts';
import type { StoredApplication } from '../store.ts';
import { countHistory, readHistory } from '../store/history-segments.ts';
import type { HistoryRange } from '../store/history-segments.ts';
import { recordListAccess, accessLogEntry } from './access-recording.ts';
import { getCentreApplication, toViewer } from './caller.ts';

/** RPC handlers for reads of a centre's applications. Each access is recorded. */
export function readRpcs(
  deps: Pick<RpcDeps, 'applications' | 'history' | 'accessLog' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'GetApplication' | 'ListApplications' | 'ListApplicationActions' | 'ListActionHashes'> {
  const { applications, history, accessLog, now } = deps;
  return {
    async GetApplication(request, context) {
      const app = await getCentreApplication(applications, request.name, context);
      const viewer = toViewer(context, deps, now());
      await accessLog.write([app._id], accessLogEntry(context, 'details', viewer.now));
      return { application: toApplication(app, viewer) };
    },

    async ListApplications(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, deps, now());
      const { documents, nextPageToken } = await listByCentre(applications, {
        centres,
        state: fromProtoEnum('STATE_', request.state) as State | '',
        pageSize: normalizePageSize(request.pageSize),
        pageToken: request.pageToken,
      });
      await recordListAccess(accessLog, context, viewer.now);
      return { applications: documents.map((row) => toRow(row, viewer)), nextPageToken };
    },

    async ListApplicationActions(request, context) {
      const app = await getCentreApplication(applications, request.name, context);
      const range = toRange(app, request);
      const rows = await readHistory(history, app, range);
      await accessLog.write([app._id], accessLogEntry(context, 'history', now()));
      const isLast = request.before > 0 || range.to >= countHistory(app);
      return {
        actions: rows.map((row) => toAction(row, app)),
        nextPageToken: isLast ? '' : createPageToken(String(range.to), request.name),
        training: app.training ?? false,
        olderActions: range.from,
      };
    },

    async ListActionHashes(request) {
      const app = await applications.get(parseResourceName('applications', request.name), { scope: 'service' });
      if (!app) throw notFound();
      if (isErased(app)) throw erased();
      const range = toRange(app, { ...request, before: 0 });
      // Which of several actions wrote what the application keeps depends on all of them.
      const all = await readHistory(history, app, { from: 0, to: countHistory(app) });
      const hashes = rehash(app, all);
      return {
        actions: all.slice(range.from, range.to).map((row) => toActionHash(row, hashes.get(row))),
        nextPageToken: range.to >= countHistory(app) ? '' : createPageToken(String(range.to), request.name),
        omittedMessages: app.omittedMessages ?? 0,
      };
    },
  };
}

const erased = (): Problem =>
  new Problem({ reason: 'PERSONAL_DATA_ERASED', message: 'The personal data of this resource were erased.' });

const toActionHash = (row: ActionRecord, hash: Uint8Array | undefined): ActionHash => ({
  action: row.kind,
  result: row.toState,
  contentHash: Buffer.from(hash ?? []),
  recordTime: toTimestamp(row.recordTime),
});

/** Returns the numbers of the first row and after the last row of a page. The page token is the number of its first row. */
function toRange(
  app: StoredApplication,
  { name, pageSize, pageToken, before }: ListApplicationActionsRequest__Output,
): HistoryRange {
  const [size, count] = [normalizePageSize(pageSize), countHistory(app)];
  if (before > 0) {
    const to = Math.min(before, count);
    return { from: Math.max(0, to - size), to };
  }
  const from = Number(parsePageToken(pageToken, name) ?? 0);
  if (!Number.isInteger(from) || from < 0 || from > count) {
    throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'The page token is invalid.' });
  }
  return { from, to: Math.min(from + size, count) };
}
