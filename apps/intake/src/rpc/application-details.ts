import { parseSubmissionName } from '@cups/contracts';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import { toFiledSubmission } from '../convert/filed-submission.ts';
import { isErased } from '../domain/data-end.ts';
import { newestRows } from '../domain/history.ts';
import { erasedProblem, notFound } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';
import { countHistory } from '../store/history-segments.ts';
import { findOpenForPerson } from '../store/person-search.ts';
import type { StoredRow } from '../store/application-rows.ts';
import { toAccessLogEntry } from './access-log.ts';
import { accessLogEntry } from './access-recording.ts';
import { getCentreApplication, toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** Maximum number of history entries shown. An ordinary application has fewer; ListApplicationActions has the others. */
const MAX_SHOWN_ACTIONS = 200;

/** RPC handlers of the details page: the application and its submissions. */
export function applicationDetailsRpcs(
  deps: Pick<
    RpcDeps,
    'applications' | 'versions' | 'accessLog' | 'hashes' | 'isBackfilled' | 'persons' | 'workingTimes' | 'now'
  >,
): Pick<IntakeRpcs, 'GetApplicationDetails' | 'GetFiledSubmission'> {
  const { applications, versions, accessLog, now } = deps;
  return {
    async GetApplicationDetails({ name, recordLater }, context) {
      const app = await getCentreApplication(applications, name, context);
      const viewer = toViewer(context, deps, now());
      const shown = newestRows(app).slice(-MAX_SHOWN_ACTIONS);
      const [accessSummary, duplicates] = await Promise.all([
        accessLog.summary(app._id, viewer.operator),
        findPossibleDuplicates(deps, app, centresOf(context)),
      ]);
      if (!recordLater) await accessLog.write([app._id], accessLogEntry(context, 'details', viewer.now));
      return {
        application: toApplication(app, viewer),
        actions: shown.map((row) => toAction(row, app)),
        olderActions: countHistory(app) - shown.length,
        lastAccess: accessSummary.lastAccess ? toAccessLogEntry(accessSummary.lastAccess) : null,
        accessCount: accessSummary.count,
        operatorCount: accessSummary.operatorCount,
        possibleDuplicates: duplicates.map((row) => toRow(row, viewer)),
      };
    },

    async GetFiledSubmission(request, context) {
      const { application, submission: number } = parseSubmissionName(request.name);
      const app = await getCentreApplication(applications, `applications/${application}`, context);
      if (isErased(app)) throw erasedProblem();
      const submission = app.submissions.find((frozen) => frozen.number === number);
      if (!submission) throw notFound();
      await accessLog.write([app._id], accessLogEntry(context, 'submission', now()));
      const { form } = await versions.get(app.service.versionId);
      return toFiledSubmission(app, submission, form);
    },
  };
}

/** Returns other open applications for the same person and public service, to detect duplicates before filing. */
async function findPossibleDuplicates(
  deps: Pick<RpcDeps, 'applications' | 'hashes' | 'isBackfilled'>,
  { _id, state, publicService, content }: StoredApplication,
  centres: readonly string[],
): Promise<StoredRow[]> {
  const idnp = (content.represented ?? content.applicant)?.idnp;
  if (state !== 'draft' || !idnp) return [];
  const open = await findOpenForPerson(deps, centres, idnp);
  return open.filter((other) => other._id !== _id && other.publicService === publicService);
}
