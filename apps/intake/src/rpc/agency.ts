import type { Application } from '../domain/application.ts';
import { parseResourceName, resourceName, submissionName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { AgencyApplicant } from '@cups/contracts/gen/cups/intake/v1/AgencyApplicant.ts';
import { Problem, violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { toAction, toDocumentRequest } from '../convert/application.ts';
import { toAgencyView } from '../convert/conversation.ts';
import { toFiledSubmission } from '../convert/filed-submission.ts';
import { messagesWith } from '../domain/conversation.ts';
import { invalidField, notFound } from '../domain/problems.ts';
import type { AccessKind } from '../store/access-log.ts';
import type { StoredApplication } from '../store.ts';
import { newestRows } from '../domain/history.ts';
import { agencyWithAccess } from '../domain/passing-on.ts';
import { toAccessCause } from './access-recording.ts';
import { createGuardChecks } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** RPC handlers for the clerks of agencies. An agency reads what was filed with it, and nothing else of an application. */

const MAX_NAMES = 200;
const MAX_ACTIONS = 200;

/** Actions of desks that concern the agency. All messages of the agency are shown too. */
const DESK_ACTIONS: readonly string[] = [
  'submit',
  'supply-documents',
  'correct-submission',
  'withdraw',
  'answer-date-passed',
  'hand-over',
  'mandate-revoked',
  'send-message',
];

/** States in which nothing more is sent to the agency. */
const ENDED_STATES: readonly string[] = ['withdrawn', 'expired'];

export function agencyRpcs(
  deps: Pick<RpcDeps, 'applications' | 'versions' | 'accessLog' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'GetAgencyApplication' | 'ListAgencyApplicants' | 'CheckAgencyAct'> {
  const { applications, versions, accessLog, now } = deps;

  /** @throws Problem NOT_FOUND, also for a draft */
  async function find(name: string, context: Context): Promise<StoredApplication> {
    const { agency = '' } = sessionOf(context);
    const app = await applications.get(parseResourceName('applications', name), { scope: { agency } });
    if (!app || app.submissions.length === 0 || app.training || agencyWithAccess(app) !== agency) throw notFound();
    return app;
  }

  function recordAccess(subject: string, kind: AccessKind, context: Context): Promise<void> {
    const { operator, agency = '' } = sessionOf(context);
    const entry = { operator, centre: '', agency, kind, time: now() };
    return accessLog.write([subject], { entry, cause: toAccessCause(context) });
  }

  const isOwn = (app: Application, context: Context): boolean =>
    createGuardChecks(context, deps).isPartyTo(app.content);

  return {
    async GetAgencyApplication({ name }, context) {
      const app = await find(name, context);
      context.recordAccess(name);
      await recordAccess(app._id, 'details', context);
      const { form } = await versions.get(app.service.versionId);
      const submissions = ENDED_STATES.includes(app.state) ? [] : submissionsOfAgency(app);
      return {
        name,
        state: toProtoEnum('STATE_', app.state),
        ownApplication: isOwn(app, context),
        submissions: submissions.map(({ number, filed }) => ({
          ...toFiledSubmission(app, filed, form),
          name: submissionName(app._id, number),
          trackingNumber: '',
        })),
        actions: newestRows(app)
          .filter(({ kind, actor }) => DESK_ACTIONS.includes(kind) || actor.startsWith('agencies/'))
          .slice(-MAX_ACTIONS)
          .map((row) => toAction(row, app)),
        messages: messagesWith(app, sessionOf(context).agency ?? '').map(toAgencyView),
        documentRequest: toDocumentRequest(app.documentRequest),
      };
    },

    async ListAgencyApplicants({ names }, context) {
      if (names.length > MAX_NAMES) throw invalidField(violation('/names', 'MAX_ITEMS', { max: MAX_NAMES }));
      const { agency = '' } = sessionOf(context);
      const ids = names.map((name) => parseResourceName('applications', name));
      const projection = { content: 1, service: 1, submissions: 1, training: 1, agency: 1, passingOn: 1 } as const;
      const found = await applications.find({ _id: { $in: ids } }, { scope: { agency }, projection });
      context.recordAccess(agency);
      await recordAccess(parseResourceName('agencies', agency), 'list', context);
      return { applicants: found.filter((app) => !app.training && agencyWithAccess(app) === agency).map(toApplicant) };
    },

    async CheckAgencyAct({ name }, context) {
      const app = await find(name, context);
      if (isOwn(app, context)) {
        const message = 'The clerk is the applicant or the represented person.';
        throw new Problem({ reason: 'OWN_APPLICATION', message });
      }
      return {};
    },
  };
}

/** Returns what an agency received, under its numbers: after another agency passed the application on, it starts there. */
function submissionsOfAgency({ submissions, firstSubmission: { number: first } = { number: 1 } }: Application) {
  return submissions
    .filter(({ number }) => number >= first)
    .map((filed) => ({ number: filed.number - first + 1, filed }));
}

function toApplicant({
  _id,
  content,
  service,
}: Pick<StoredApplication, '_id' | 'content' | 'service'>): AgencyApplicant {
  const { givenName = '', familyName = '' } = content.applicant ?? {};
  return {
    application: resourceName('applications', _id),
    givenName,
    familyName,
    serviceTitle: service.title,
  };
}
