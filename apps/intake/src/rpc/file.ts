import { parseSubmissionName, submissionName } from '@cups/contracts';
import { toTimestamp } from '@cups/contracts/proto';
import { centresOf } from '@cups/rpc';
import { toAction, toApplication, toRow } from '../convert/application.ts';
import { toContent } from '../convert/content.ts';
import { absent } from '../domain/refusals.ts';
import type { StoredApplication } from '../store.ts';
import { openFor } from '../store/rows.ts';
import type { StoredRow } from '../store/rows.ts';
import { toLook } from './access-log.ts';
import { lookOf } from './looking.ts';
import { ownApplication, viewerOf } from './own.ts';
import type { IntakeRpcs, Parts } from './parts.ts';

/** So many rows of a history are shown at once: more than the life of an application without quarrels has. */
const SHOWN_ACTIONS = 200;

/** The calls of the page of one application: all about it, and what was filed. */
export function fileRpcs(
  parts: Pick<Parts, 'applications' | 'versions' | 'looks' | 'persons' | 'now'>,
): Pick<IntakeRpcs, 'GetApplicationFile' | 'GetFiledSubmission'> {
  const { applications, versions, looks, persons, now } = parts;
  return {
    async GetApplicationFile({ name, recordLater }, context) {
      const app = await ownApplication(applications, name, context);
      const viewer = viewerOf(context, persons, now());
      const [looked, same] = await Promise.all([
        looks.summary(app._id, viewer.me),
        sameAs(parts, app, centresOf(context)),
      ]);
      if (!recordLater) await looks.write([app._id], lookOf(context, 'file', viewer.now));
      return {
        application: toApplication(app, viewer),
        actions: app.history.slice(-SHOWN_ACTIONS).map(toAction),
        olderActions: Math.max(0, app.history.length - SHOWN_ACTIONS),
        lastLook: looked.last ? toLook(looked.last) : null,
        lookCount: looked.count,
        lookerCount: looked.lookers,
        same: same.map((row) => toRow(row, viewer)),
      };
    },

    async GetFiledSubmission(request, context) {
      const { application, submission: number } = parseSubmissionName(request.name);
      const app = await ownApplication(applications, `applications/${application}`, context);
      const submission = app.submissions.find((frozen) => frozen.number === number);
      if (!submission) throw absent();
      await looks.write([app._id], lookOf(context, 'submission', now()));
      const { form } = await versions.get(app.service.versionId);
      return {
        name: submissionName(app._id, number),
        submitTime: toTimestamp(submission.submitTime),
        content: toContent(submission.content),
        dueDate: submission.dueDate ?? '',
        answersRequest: submission.answersRequest ?? '',
        publicService: app.publicService,
        serviceVersion: app.serviceVersion,
        serviceTitle: app.service.title,
        agency: app.agency,
        centre: app.centre,
        centreName: app.centreName,
        trackingNumber: app.trackingNumber,
        training: app.training ?? false,
        formSchema: Buffer.from(JSON.stringify(form)),
        unavailable: submission.unavailable ?? [],
      };
    },
  };
}

/** The same person twice is noticed before filing: others of hers for the same public service that are open here. */
async function sameAs(
  { applications }: Pick<Parts, 'applications'>,
  { _id, state, publicService, content }: StoredApplication,
  centres: readonly string[],
): Promise<StoredRow[]> {
  const idnp = (content.represented ?? content.applicant)?.idnp;
  if (state !== 'draft' || !idnp) return [];
  const open = await openFor(applications, centres, idnp);
  return open.filter((other) => other._id !== _id && other.publicService === publicService);
}
