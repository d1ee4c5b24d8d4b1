import { isUlid, parseName } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import { centreOf } from '@cups/rpc';
import { toApplication } from '../convert/application.ts';
import { fromContent, fromUpdateFields } from '../convert/content.ts';
import * as drafts from '../domain/acts/draft.ts';
import { wrongField } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { actorOf, causeOf, change } from './change.ts';
import { openDraft } from './opening.ts';
import { ownApplication, viewerOf } from './own.ts';

/** The calls that make and edit a draft. */
export function draftRpcs(
  parts: Parts,
): Pick<IntakeRpcs, 'CreateApplication' | 'UpdateApplication' | 'RenewApplication'> {
  const { applications, versions, neighbours, persons, secret, now } = parts;
  return {
    async CreateApplication(request, context) {
      const cause = causeOf(request, context, secret());
      const actor = actorOf(context, cause, { persons, now: now() });
      if (request.applicationId && !isUlid(request.applicationId)) {
        throw wrongField(violation('/id', 'ULID'));
      }
      parseName('publicServices', request.publicService, '/publicService');
      const { document, replayed } = await openDraft(parts, request, { context, cause, actor }).catch(
        async (error: unknown) => {
          // A repeat is answered whatever has become of the centre, the service or the neighbours meanwhile.
          const made = await applications.madeBy(cause.request, { scope: { centre: actor.centre } });
          if (!made) throw error;
          return { document: made, replayed: true };
        },
      );
      return { application: toApplication(document, viewerOf(context, persons, actor.now)), replayed };
    },

    async UpdateApplication(request, context) {
      if (!request.etag) throw new Problem({ reason: 'ETAG_MISSING', message: 'An edit needs the etag.' });
      const fields = fromUpdateFields(request.updateFields);
      const content = fromContent(request.content);
      return change(parts, request, context, {
        decide: (app, actor) => drafts.edit(app, actor, fields, content),
      });
    },

    async RenewApplication(request, context) {
      // Asked before the change: other writers of the application do not wait for the neighbours.
      const app = await ownApplication(applications, request.name, context);
      // Where it is renewed, which is another one when its own has closed.
      const wish = { publicService: app.publicService, centre: centreOf(context), now: now() };
      const { version, centre } = await neighbours.fileable(wish, context);
      const copy = version.copyFor(centre);
      await versions.keep(copy);
      return change(parts, request, context, {
        decide: (current, actor) => drafts.renew(current, actor, copy),
      });
    },
  };
}
