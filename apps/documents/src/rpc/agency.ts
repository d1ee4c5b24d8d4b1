import { parseResourceName, resourceName } from '@cups/contracts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import { toProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import { toDocument } from '../convert.ts';
import type { RpcDeps } from '../deps.ts';
import { isWithAgency } from '../domain/application-facts.ts';
import { MAX_RESULT_DOCUMENTS } from '../domain/limits.ts';
import type { DocumentRecord } from '../store.ts';
import { appendChunk } from '../uploads.ts';
import { openUpload } from './open-upload.ts';
import { findDocument, notFound, readableContent, readRange } from './reading.ts';
import { parseDelivery, parseOffset, toCause, toCreateCause, validateDeclaration, validateRange } from './requests.ts';

type AgencyRpcs = Pick<
  Rpcs<DocumentsServiceDefinition>,
  'CreateResultDocument' | 'AppendResultContent' | 'GetAgencyDocument' | 'ReadAgencyContent'
>;

/** Kind of every result. */
const RESULT_KIND = 'result';

function agencyOf(context: Context): string {
  const { agency } = sessionOf(context);
  if (!agency) throw new Error(`the access row of ${context.method} does not require an agency`);
  return parseResourceName('agencies', agency);
}

const scopeOf = (context: Context) => ({ agency: agencyOf(context) });

/** RPCs of the machines and the clerks of agencies. What was not released to the agency is NOT_FOUND. */
export function agencyRpcs(deps: RpcDeps): AgencyRpcs {
  const { applications } = deps;

  /** @throws Problem NOT_FOUND, also for the document of an application that the agency passed on */
  async function findReleased(name: string, context: Context): Promise<DocumentRecord> {
    const document = await findDocument(parseResourceName('documents', name), scopeOf(context), deps);
    const application = parseResourceName('applications', document.application);
    const facts = await applications.get(application, { scope: 'service' });
    if (!isWithAgency(facts, agencyOf(context))) throw notFound();
    return document;
  }

  return {
    async CreateResultDocument(request, context) {
      const { application, agency } = parseDelivery(request.delivery);
      const { size } = validateDeclaration(request, deps.now());
      const cause = toCreateCause(context, request);
      const facts = await applications.get(application, { scope: 'service' });
      if (agency !== agencyOf(context) || facts?.agency !== agency || !isWithAgency(facts, agency))
        throw new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });
      const draft = {
        application: resourceName('applications', application),
        ...(facts.centre && { centre: facts.centre }),
        agency,
        delivery: request.delivery,
        purpose: 'result' as const,
        kind: RESULT_KIND,
        uploadSize: size,
        uploadSha256: request.sha256,
        pageSizes: [],
        training: facts.training,
      };
      const options = { scope: { agency }, cause, maxLive: MAX_RESULT_DOCUMENTS };
      const { document, replayed } = await openUpload(draft, { ...options, context }, deps);
      return { document: toDocument(document), replayed };
    },

    async AppendResultContent({ name, offset, data }, context) {
      const id = parseResourceName('documents', name);
      const scope = scopeOf(context);
      // An agency continues uploads of its own, never those of a desk.
      if ((await findDocument(id, scope, deps)).purpose !== 'result') throw notFound();
      const chunk = { id, scope, cause: toCause(context), offset: parseOffset(offset), data };
      const { committed, state } = await appendChunk(chunk, deps);
      return { committedSize: String(committed), state: toProtoEnum('STATE_', state) };
    },

    async GetAgencyDocument({ name }, context) {
      const document = await findReleased(name, context);
      context.recordAccess(name);
      return { document: toDocument(document) };
    },

    async ReadAgencyContent({ name, offset, limit }, context) {
      const range = validateRange({ offset, limit });
      const document = await findReleased(name, context);
      return readRange(readableContent(document), range, context, deps);
    },
  };
}
