import { parseResourceName, resourceName } from '@cups/contracts';
import type { Document as DocumentMessage } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import { isProblem, Problem } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toDocument, toUnknownDocument } from '../convert.ts';
import type { RpcDeps } from '../deps.ts';
import { isWithAgency, withRetentionDue } from '../domain/application-facts.ts';
import { acceptResult, isVisible, release } from '../domain/document.ts';
import { MAX_ACCEPTED_DOCUMENTS, MAX_RELEASED_DOCUMENTS } from '../domain/limits.ts';
import { toChange } from '../event-encoder.ts';
import { newApplicationRecord } from '../store.ts';
import type { DocumentRecord } from '../store.ts';
import { assertMaxItems, parseDelivery, toCause } from './requests.ts';

const ACTOR = 'services/agency-bridge';
const RELEASE = { action: 'release-document', actor: ACTOR, ground: 'filed-application' } as const;
const ACCEPTANCE = { action: 'accept-document', actor: ACTOR, ground: 'agency-decision' } as const;

type BridgeRpcs = Pick<Rpcs<DocumentsServiceDefinition>, 'ReleaseDocuments' | 'AcceptResultDocuments'>;

/** RPCs of the agency bridge. */
export function bridgeRpcs(deps: RpcDeps): BridgeRpcs {
  return {
    async ReleaseDocuments({ delivery, agency: agencyName, documents }, context) {
      const { application, agency } = parseDelivery(delivery);
      if (parseResourceName('agencies', agencyName, '/agency') !== agency)
        throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The delivery is of another agency.' });
      assertMaxItems('/documents', documents, MAX_RELEASED_DOCUMENTS);
      const target = { delivery, agency, application: resourceName('applications', application) };
      const released: DocumentMessage[] = [];
      for (const submitted of documents) released.push(await releaseDocument(submitted, target, context, deps));
      return { documents: released };
    },

    async AcceptResultDocuments({ delivery, documents: names }, context) {
      const { application } = parseDelivery(delivery);
      assertMaxItems('/documents', names, MAX_ACCEPTED_DOCUMENTS);
      const ids = names.map((name) => parseResourceName('documents', name, '/documents'));
      // All are valid before any is changed.
      for (const id of ids) assertAcceptable(await deps.records.get(id, { scope: 'service' }), delivery);
      if (ids.length > 0) await scheduleUncollectedReport(application, deps);
      const accepted: DocumentMessage[] = [];
      for (const id of ids) accepted.push(await acceptDocument(id, delivery, context, deps));
      return { documents: accepted };
    },
  };
}

interface ReleaseTarget {
  delivery: string;
  /** Code of the agency. */
  agency: string;
  /** applications/{id} */
  application: string;
}

/**
 * Binds a document to a delivery, once. If an agency passed the application on, the document is bound again to the delivery of
 * the next one, and the former agency loses it.
 * @throws Problem DOCUMENT_NOT_READY while this service does not know yet that the application has another agency
 */
async function releaseDocument(
  submitted: { name: string; uploadSha256: string },
  target: ReleaseTarget,
  context: Context,
  deps: RpcDeps,
): Promise<DocumentMessage> {
  const { name, uploadSha256 } = submitted;
  const { delivery, agency, application } = target;
  const id = parseResourceName('documents', name, '/documents');
  const isSubmitted = (document: DocumentRecord): boolean =>
    isVisible(document) &&
    document.purpose === 'evidence' &&
    document.application === application &&
    document.uploadSha256 === uploadSha256;
  const bind = async (isFree: (document: DocumentRecord) => boolean): Promise<DocumentRecord> => {
    const options = { scope: 'service' as const, cause: toCause(context), now: deps.now() };
    const { document } = await deps.records.update(id, options, (before) =>
      isSubmitted(before) && isFree(before)
        ? toChange(release(before, delivery, agency), { before, ...RELEASE })
        : { document: before, events: [] },
    );
    return document;
  };
  try {
    let document = await bind((before) => (before.delivery ?? delivery) === delivery);
    if (isSubmitted(document) && document.delivery !== delivery && (await isNextAgency(target, deps)))
      document = await bind(() => true);
    return isSubmitted(document) && document.delivery === delivery
      ? toDocument(document)
      : toUnknownDocument(name, application);
  } catch (error) {
    if (isProblem(error) && error.reason === 'NOT_FOUND') return toUnknownDocument(name, application);
    throw error;
  }
}

/**
 * Returns whether the application has this agency now; false if nothing is known of the application.
 * @throws Problem DOCUMENT_NOT_READY if the newest event that arrived names another one
 */
async function isNextAgency({ agency, application }: ReleaseTarget, { applications }: RpcDeps): Promise<boolean> {
  const facts = await applications.get(parseResourceName('applications', application), { scope: 'service' });
  if (facts?.agency === undefined) return false;
  if (isWithAgency(facts, agency)) return true;
  const message = 'The application has another agency.';
  throw new Problem({ reason: 'DOCUMENT_NOT_READY', message, metadata: { application } });
}

/** @throws Problem RESULT_DOCUMENT_INVALID, DOCUMENT_NOT_READY */
function assertAcceptable(document: DocumentRecord | undefined, delivery: string): asserts document is DocumentRecord {
  const isOwn = document && isVisible(document) && document.purpose === 'result' && document.delivery === delivery;
  if (!isOwn || document.state === 'refused' || document.state === 'erased')
    throw new Problem({
      reason: 'RESULT_DOCUMENT_INVALID',
      message: 'A result document was not uploaded for this delivery, or was refused.',
      ...(isOwn && { metadata: { document: document._id, refusal: document.refusal ?? '' } }),
    });
  if (document.state !== 'ready')
    throw new Problem({
      reason: 'DOCUMENT_NOT_READY',
      message: 'A result document is not checked yet.',
      metadata: { document: document._id },
    });
}

async function acceptDocument(
  id: string,
  delivery: string,
  context: Context,
  { records, now }: RpcDeps,
): Promise<DocumentMessage> {
  const time = now();
  const options = { scope: 'service' as const, cause: toCause(context), now: time };
  const { document } = await records.update(id, options, (before) => {
    assertAcceptable(before, delivery);
    return toChange(acceptResult(before, time), { before, ...ACCEPTANCE });
  });
  return toDocument(document);
}

/** Plans the report of a result that nobody collects, before the result counts. */
async function scheduleUncollectedReport(application: string, { applications, terms, now }: RpcDeps): Promise<void> {
  const time = now();
  const options = { scope: 'service' as const, cause: {}, now: time, initial: newApplicationRecord(application) };
  await applications.update(application, options, (facts) => ({
    document: withRetentionDue(facts, new Date(time.getTime() + terms.uncollectedMs)),
    events: [],
  }));
}
