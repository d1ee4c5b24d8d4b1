import { Problem } from '@cups/problem';
import { fromContact, fromContent, fromUpdateFields } from '../convert/content.ts';
import { changeContact } from '../domain/commands/contact.ts';
import { correctApplication } from '../domain/commands/correction.ts';
import { changeApplication } from './change.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { submitContext, versionOf } from './filing.ts';
import { findMandate, readMandateUse, toMandateUse } from './mandates.ts';
import { findNewDocuments } from './new-documents.ts';

/** RPC handlers that correct what was filed. */
export function correctionRpcs(deps: RpcDeps): Pick<IntakeRpcs, 'ChangeContact' | 'CorrectApplication'> {
  return {
    async CorrectApplication(request, context) {
      if (!request.etag) throw new Problem({ reason: 'ETAG_MISSING', message: 'The etag is missing.' });
      const fields = fromUpdateFields(request.updateFields);
      const update = fromContent(request.content);
      const evidence = fields.includes('evidence') ? (update.evidence ?? []) : [];
      return changeApplication(deps, request, context, {
        async read(app) {
          const [version, found] = await Promise.all([
            versionOf(deps, app),
            findNewDocuments(deps, app, evidence, context),
          ]);
          const mandateUse = fields.includes('mandate')
            ? toMandateUse(deps, await findMandate(deps, update, context), version.theme)
            : await readMandateUse(deps, app, version);
          return { version, found, mandateUse };
        },
        decide: (app, actor, { version, found, mandateUse }) =>
          correctApplication(app, actor, { fields, update, found }, submitContext(deps, app, version, mandateUse)),
      });
    },

    async ChangeContact(request, context) {
      const contact = request.contact ? fromContact(request.contact) : {};
      return changeApplication(deps, request, context, {
        decide: (app, actor) => changeContact(app, actor, contact),
      });
    },
  };
}
