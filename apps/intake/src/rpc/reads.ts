import type { State } from '@cups/application';
import type { ListApplicationActionsRequest__Output } from '@cups/contracts/gen/cups/intake/v1/ListApplicationActionsRequest.ts';
import { normalizePageSize, createPageToken, parsePageToken } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
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
): Pick<IntakeRpcs, 'GetApplication' | 'ListApplications' | 'ListApplicationActions'> {
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
  };
}

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
