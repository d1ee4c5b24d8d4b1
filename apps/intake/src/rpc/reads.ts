import type { State } from '@cups/application';
import { pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import { enumValue } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { listByCentre } from '../store/rows.ts';
import type { StoredApplication } from '../store.ts';
import { lookAtList, lookOf } from './looking.ts';
import { ownApplication, viewerOf } from './own.ts';

/** The calls by which a desk reads the applications of its centre. Each look is recorded. */
export function readRpcs({
  applications,
  looks,
  persons,
  now,
}: Pick<Parts, 'applications' | 'looks' | 'persons' | 'now'>): Pick<
  IntakeRpcs,
  'GetApplication' | 'ListApplications' | 'ListApplicationActions'
> {
  return {
    async GetApplication(request, context) {
      const app = await ownApplication(applications, request.name, context);
      const viewer = viewerOf(context, persons, now());
      await looks.write([app._id], lookOf(context, 'file', viewer.now));
      return { application: toApplication(app, viewer) };
    },

    async ListApplications(request, context) {
      const centres = centresOf(context);
      const viewer = viewerOf(context, persons, now());
      const { documents, nextPageToken } = await listByCentre(applications, {
        centres,
        state: enumValue('STATE_', request.state) as State | '',
        pageSize: pageSizeOf(request.pageSize),
        pageToken: request.pageToken,
      });
      await lookAtList(looks, context, viewer.now);
      return { applications: documents.map((row) => toRow(row, viewer)), nextPageToken };
    },

    async ListApplicationActions(request, context) {
      const app = await ownApplication(applications, request.name, context);
      const { rows, nextPageToken } = pageOfHistory(app, request);
      await looks.write([app._id], lookOf(context, 'history', now()));
      return { actions: rows.map(toAction), nextPageToken, training: app.training ?? false };
    },
  };
}

/** A page of the history, oldest first; its token is the number of the row that comes next. */
function pageOfHistory(
  { history }: StoredApplication,
  request: { name: string; pageSize: number; pageToken: string },
): { rows: StoredApplication['history']; nextPageToken: string } {
  const size = pageSizeOf(request.pageSize);
  const start = Number(readPageToken(request.pageToken, request.name) ?? 0);
  if (!Number.isInteger(start) || start < 0 || start > history.length) {
    throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'Not a page token of this list.' });
  }
  const end = Math.min(start + size, history.length);
  return {
    rows: history.slice(start, end),
    nextPageToken: end < history.length ? pageToken(String(end), request.name) : '',
  };
}
