import { normalizeTrackingNumber } from '@cups/application';
import { isClientUlid, MAX_ID_LEAD_DAYS, parseResourceName } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import { centreOf } from '@cups/rpc';
import { toApplication } from '../convert/application.ts';
import { fromContent, fromUpdateFields } from '../convert/content.ts';
import * as drafts from '../domain/commands/draft.ts';
import { invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { toActor, toCause, changeApplication } from './change.ts';
import { findMandate } from './mandates.ts';
import { findNewDocuments } from './new-documents.ts';
import { openDraft } from './open-draft.ts';
import { getCentreApplication, toViewer } from './caller.ts';

export function draftRpcs(
  deps: RpcDeps,
): Pick<IntakeRpcs, 'CreateApplication' | 'UpdateApplication' | 'RenewApplication'> {
  const { applications, versions, clients, secret, now } = deps;
  return {
    async CreateApplication(request, context) {
      const cause = toCause(request, context, secret(), deps.release);
      if (request.applicationId && !isClientUlid(request.applicationId, now())) {
        const message = `The ID must be a ULID whose time is at most ${MAX_ID_LEAD_DAYS} days ahead.`;
        throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [violation('/id', 'ULID')] });
      }
      const actor = await toActor(context, cause, deps, { now: now(), application: request.applicationId });
      const trackingNumber = parseTrackingNumber(request.trackingNumber);
      parseResourceName('publicServices', request.publicService, '/publicService');
      const { document, replayed } = await openDraft(
        deps,
        { ...request, trackingNumber },
        { context, cause, actor },
      ).catch(async (error: unknown) => {
        // A replay succeeds even if the centre, the service or an upstream service has changed since.
        const created = await applications.findByCreateRequest(cause.request, { scope: { centre: actor.centre } });
        if (!created) throw error;
        return { document: created, replayed: true };
      });
      return { application: toApplication(document, toViewer(context, deps, actor.now)), replayed };
    },

    async UpdateApplication(request, context) {
      if (!request.etag) throw new Problem({ reason: 'ETAG_MISSING', message: 'The etag is missing.' });
      const fields = fromUpdateFields(request.updateFields);
      const content = fromContent(request.content);
      const evidence = fields.includes('evidence') ? (content.evidence ?? []) : [];
      return changeApplication(deps, request, context, {
        async read(app) {
          const [found, mandate] = await Promise.all([
            findNewDocuments(deps, app, evidence, context),
            fields.includes('mandate') ? findMandate(deps, content, context) : undefined,
          ]);
          return { found, mandate };
        },
        decide: (app, actor, found) => drafts.editDraft(app, actor, { fields, update: content, ...found }),
      });
    },

    async RenewApplication(request, context) {
      // Called before the change, so that other writers of the application do not wait for upstream services.
      const app = await getCentreApplication(applications, request.name, context);
      // The caller's centre, which differs if the application's own centre has closed.
      const filingRequest = { publicService: app.publicService, centre: centreOf(context), now: now() };
      const { version, centre } = await clients.resolveFiling(filingRequest, context);
      const copy = version.createCopy(centre);
      await versions.save(copy);
      return changeApplication(deps, request, context, {
        decide: (current, actor) => drafts.renewDraft(current, actor, copy),
      });
    },
  };
}

/** Returns a client's tracking number in its canonical notation; empty without one. @throws Problem INVALID_ARGUMENT */
function parseTrackingNumber(text: string): string {
  if (text === '') return '';
  const trackingNumber = normalizeTrackingNumber(text);
  if (trackingNumber === undefined) throw invalidField(violation('/trackingNumber', 'TRACKING_NUMBER'));
  return trackingNumber;
}
