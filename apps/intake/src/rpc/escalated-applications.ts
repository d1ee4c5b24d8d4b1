import { ESCALATION_STEPS } from '@cups/application/escalation';
import { parseResourceName, resourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import { toTimestamp } from '@cups/contracts/proto';
import type { EscalatedApplication } from '@cups/contracts/gen/cups/intake/v1/EscalatedApplication.ts';
import { violation } from '@cups/problem';
import { invalidField } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';
import type { WorkingTimes } from '../working-times.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** What supervisors see of silent agencies: names, codes and times, never what was filed. */
export function escalatedApplicationRpcs({
  applications,
  workingTimes,
}: Pick<RpcDeps, 'applications' | 'workingTimes'>): Pick<IntakeRpcs, 'ListEscalatedApplications'> {
  return {
    async ListEscalatedApplications({ agency, step, pageSize, pageToken }) {
      if (agency) parseResourceName('agencies', agency, '/agency');
      if (step && !ESCALATION_STEPS.some((known) => known === step)) {
        throw invalidField(violation('/step', 'ONE_OF', { choices: ESCALATION_STEPS }));
      }
      const { documents, nextPageToken } = await applications.list({
        filter: {
          // Matches any present value, as a range of the index.
          'queue.oversight.time': { $gt: new Date(0) },
          ...(step && { 'queue.oversight.step': step }),
          ...(agency && { agency }),
        },
        scope: 'platform',
        orderBy: 'queue.oversight.time',
        order: 'asc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: { escalated: true, agency, step },
        projection: PROJECTION,
      });
      return { applications: documents.map((app) => toEscalatedApplication(app, workingTimes)), nextPageToken };
    },
  };
}

const PROJECTION = {
  centre: 1,
  publicService: 1,
  agency: 1,
  dueDate: 1,
  queue: 1,
  'escalations.agency': 1,
  'escalations.actions': 1,
  'history.actor': 1,
  'history.recordTime': 1,
} as const;

type EscalatedRow = Pick<
  StoredApplication,
  '_id' | 'centre' | 'publicService' | 'agency' | 'dueDate' | 'queue' | 'escalations'
> & { history: Pick<StoredApplication['history'][number], 'actor' | 'recordTime'>[] };

function toEscalatedApplication(
  app: EscalatedRow,
  workingTimes: Pick<WorkingTimes, 'contactOf'>,
): EscalatedApplication {
  const { agency, queue, escalations = [], history } = app;
  const reminders = escalations.filter((one) => one.agency === agency && one.actions.includes('remind-agency'));
  return {
    application: resourceName('applications', app._id),
    centre: app.centre,
    publicService: app.publicService,
    agency,
    step: queue?.oversight?.step ?? '',
    time: toTimestamp(queue?.oversight?.time),
    dueDate: app.dueDate ?? '',
    reminders: reminders.length,
    lastReplyTime: toTimestamp(history.findLast(({ actor }) => actor === agency)?.recordTime),
    complaintDate: queue?.complaintDate ?? '',
    agencyEmail: workingTimes.contactOf(agency)?.email ?? '',
  };
}
