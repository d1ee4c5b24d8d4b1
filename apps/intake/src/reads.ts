import { pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import type { Documents } from '@cups/store';
import { Problem } from '@cups/problem';
import { checkIdnp, normalizeTrackingNumber } from '@cups/application';
import type { State } from '@cups/application';
import { isUlid, parseName } from '@cups/contracts';
import { enumValue, toTimestamp } from '@cups/contracts/proto';
import { centreOf, sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import * as convert from './convert.ts';
import { ABSENT } from './domain/acts.ts';
import { byTrackingNumber, listByCentre, search } from './store.ts';
import type { StoredApplication, Versions } from './store.ts';

/** The calls of intake that change nothing. */

type Reads =
  | 'GetApplication'
  | 'ListApplications'
  | 'SearchApplications'
  | 'ListApplicationActions'
  | 'TrackApplication'
  | 'GetSubmission'
  | 'GetContact';

export function reads(parts: {
  applications: Documents<StoredApplication>;
  versions: Versions;
}): Pick<Rpcs<IntakeServiceDefinition>, Reads> {
  const { applications, versions } = parts;
  const own = (name: string, context: Context) => ownApplication(applications, name, context);
  return {
    async GetApplication(request, context) {
      const app = await own(request.name, context);
      return { application: convert.toApplication(app, context.session!.roles) };
    },

    async ListApplications(request, context) {
      const state = enumValue('STATE_', request.state) as State | '';
      const page = await listByCentre(applications, {
        centre: centreOf(context),
        ...(state ? { state } : {}),
        pageSize: pageSizeOf(request.pageSize),
        pageToken: request.pageToken,
      });
      const { roles } = sessionOf(context);
      // One look at the list of a centre: a line for each row would drown what was really read.
      context.look(centreOf(context));
      return {
        applications: page.documents.map((row) => convert.toRow(row, roles)),
        nextPageToken: page.nextPageToken,
      };
    },

    async SearchApplications(request, context) {
      if ((request.trackingNumber === '') === (request.idnp === '')) {
        throw invalid('trackingNumber', 'ONE_OF', 'Give a tracking number or an IDNP.');
      }
      if (request.idnp && !checkIdnp(request.idnp)) {
        throw new Problem({
          reason: 'IDNP_INVALID',
          message: 'Not a valid IDNP.',
          violations: [{ field: 'idnp', rule: 'IDNP', message: '13 digits, the last one a check digit.' }],
        });
      }
      const number = normalizeTrackingNumber(request.trackingNumber);
      const found =
        request.idnp || number
          ? await search(
              applications,
              centreOf(context),
              request.idnp ? { idnp: request.idnp } : { trackingNumber: number! },
            )
          : [];
      const { roles } = sessionOf(context);
      for (const row of found) context.look(`applications/${row._id}`);
      return { applications: found.map((row) => convert.toRow(row, roles)) };
    },

    async ListApplicationActions(request, context) {
      const app = await own(request.name, context);
      const size = pageSizeOf(request.pageSize);
      const start = Number(readPageToken(request.pageToken, request.name) ?? 0);
      if (!Number.isInteger(start) || start < 0 || start > app.history.length) {
        throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'Not a page token of this list.' });
      }
      const end = Math.min(start + size, app.history.length);
      return {
        actions: app.history.slice(start, end).map(convert.toAction),
        nextPageToken: end < app.history.length ? pageToken(String(end), request.name) : '',
      };
    },

    async TrackApplication(request) {
      const app = await byTrackingNumber(applications, normalizeTrackingNumber(request.trackingNumber));
      return {
        state: convert.toState(app.state),
        submitTime: toTimestamp(app.submitTime),
        dueDate: app.dueDate ?? '',
        updateTime: toTimestamp(app.updateTime),
        answerBy: app.documentRequest?.answerBy ?? '',
      };
    },

    async GetSubmission(request, context) {
      const [name, number] = splitSubmission(request.name);
      const app = await applications.get(applicationId(name), { scope: 'service' });
      const submission = app?.submissions.find((frozen) => frozen.number === number);
      if (!app || !submission) throw notFound();
      context.look(request.name);
      const version = await versions.get(app.service.versionId);
      const fee = version.costOptions.find((option) => option.code === submission.content.costOption)?.fee;
      return {
        name: request.name,
        withdrawn: app.state === 'withdrawn' || app.state === 'expired',
        centre: app.centre,
        centreName: app.centreName,
        centreKind: app.centreKind,
        publicService: app.publicService,
        serviceVersion: app.serviceVersion,
        serviceTitle: app.service.title,
        agency: app.agency,
        content: convert.toContent(submission.content),
        submitTime: toTimestamp(submission.submitTime),
        dueDate: submission.dueDate ?? '',
        corrects: app.corrects ?? '',
        answersRequest: submission.answersRequest ?? '',
        fee: fee ? { amountMinor: String(fee.amountMinor), currencyCode: fee.currency } : null,
      };
    },

    async GetContact(request, context) {
      const app = await applications.get(applicationId(request.name), { scope: 'service' });
      if (!app) throw notFound();
      context.look(request.name);
      const { applicant, contact } = app.content;
      return {
        language: applicant?.language ?? 'ro',
        contact: contact ?? { none: true },
        personName: [applicant?.givenName, applicant?.familyName].filter(Boolean).join(' '),
        serviceTitle: app.service.title,
        centreName: app.centreName,
        trackingNumber: app.trackingNumber,
        dueDate: app.dueDate ?? '',
        state: convert.toState(app.state),
        documentRequest: convert.toDocumentRequest(app.documentRequest),
        decision: convert.toDecision(app.decision),
      };
    },
  };
}

/** An application of the caller's centre; the look is recorded. */
export async function ownApplication(
  applications: Documents<StoredApplication>,
  name: string,
  context: Context,
): Promise<StoredApplication> {
  const app = await applications.get(applicationId(name), { scope: { centre: centreOf(context) } });
  if (!app) throw notFound();
  context.look(name);
  return app;
}

/** The id in a name; a name that could be no application of ours is one that is not there. */
export function applicationId(name: string): string {
  const id = parseName('applications', name);
  if (!isUlid(id)) throw notFound();
  return id;
}

function splitSubmission(name: string): [string, number] {
  const match = /^(applications\/[^/]+)\/submissions\/([1-9][0-9]{0,3})$/.exec(name);
  if (!match) throw invalid('name', 'RESOURCE_NAME', 'applications/{id}/submissions/{n}.');
  return [match[1]!, Number(match[2])];
}

/** Refuses a request with all its violations. */
export function refuse(violations: Problem['violations']): void {
  if (violations.length > 0) {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Some fields are wrong.', violations });
  }
}

/** One wrong field. */
export function invalid(field: string, rule: string, message: string): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [{ field, rule, message }] });
}

/** Absent, or not the caller's: the two get the same answer. */
function notFound(): Problem {
  return new Problem({ reason: 'NOT_FOUND', message: ABSENT });
}
