import { checkIdnp, normalizeTrackingNumber } from '@cups/application';
import type { State } from '@cups/application';
import { pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import { enumValue } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf, sessionOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import { wrongField } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { listByCentre, search } from '../store.ts';
import type { StoredApplication } from '../store.ts';
import { ownApplication } from './own.ts';

/** The calls by which a desk reads the applications of its centre. Each look is recorded. */
export function readRpcs({
  applications,
}: Pick<Parts, 'applications'>): Pick<
  IntakeRpcs,
  'GetApplication' | 'ListApplications' | 'SearchApplications' | 'ListApplicationActions'
> {
  return {
    async GetApplication(request, context) {
      const app = await ownApplication(applications, request.name, context);
      return { application: toApplication(app, sessionOf(context).roles) };
    },

    async ListApplications(request, context) {
      const centres = centresOf(context);
      const { roles } = sessionOf(context);
      const { documents, nextPageToken } = await listByCentre(applications, {
        centres,
        state: enumValue('STATE_', request.state) as State | '',
        pageSize: pageSizeOf(request.pageSize),
        pageToken: request.pageToken,
      });
      // One look at the list of a centre: a line for each row would drown what was really read.
      for (const centre of centres) context.look(centre);
      return { applications: documents.map((row) => toRow(row, roles)), nextPageToken };
    },

    async SearchApplications(request, context) {
      const by = searchedFor(request);
      const found = by ? await search(applications, centresOf(context), by) : [];
      const { roles } = sessionOf(context);
      for (const row of found) context.look(`applications/${row._id}`);
      return { applications: found.map((row) => toRow(row, roles)) };
    },

    async ListApplicationActions(request, context) {
      const app = await ownApplication(applications, request.name, context);
      const { rows, nextPageToken } = pageOfHistory(app, request);
      return { actions: rows.map(toAction), nextPageToken, training: app.training ?? false };
    },
  };
}

/** What is searched for; undefined for a tracking number that none of ours can be. */
function searchedFor({ idnp, trackingNumber }: { idnp: string; trackingNumber: string }) {
  if ((trackingNumber === '') === (idnp === '')) {
    throw wrongField('trackingNumber', 'ONE_OF', 'Give a tracking number or an IDNP.');
  }
  if (idnp === '') {
    const number = normalizeTrackingNumber(trackingNumber);
    return number === undefined ? undefined : { trackingNumber: number };
  }
  if (checkIdnp(idnp)) return { idnp };
  throw new Problem({
    reason: 'IDNP_INVALID',
    message: 'Not a valid IDNP.',
    violations: [{ field: 'idnp', rule: 'IDNP', message: '13 digits, the last one a check digit.' }],
  });
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
