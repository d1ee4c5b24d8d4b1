import { newSalt, newUlid } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';
import type { Context } from '@cups/rpc';
import type { Cause, Draft, Scope } from '@cups/store';
import type { RpcDeps } from '../deps.ts';
import { abandonTime, isLive, isVisible } from '../domain/document.ts';
import { withRetentionDue } from '../domain/application-facts.ts';
import { actOfCaller, entryOfAct } from '../journal.ts';
import { newApplicationRecord } from '../store.ts';
import type { DocumentRecord } from '../store.ts';

/** How a new document differs from the others. */
export type NewDocument = Pick<
  DocumentRecord,
  'application' | 'purpose' | 'kind' | 'uploadSize' | 'uploadSha256' | 'pageSizes' | 'training'
> &
  Partial<Pick<DocumentRecord, 'centre' | 'agency' | 'delivery'>> & {
    /** ULID set by the client. */
    id?: string;
  };

/** Records of an application, of any state. Above it no upload is opened. */
const MAX_RECORDS = 200;
/** Time after which a late upload of an ended application is complete or abandoned. */
const UPLOAD_END_MS = 97 * 60 * 60 * 1000;

/** Who opens an upload, and how many documents may be live. */
interface OpenOptions {
  scope: Scope;
  cause: Cause & Required<Pick<Cause, 'request'>>;
  maxLive: number;
  context: Context;
}

/**
 * Creates the key and the record of an upload. A repeat returns the stored document.
 * @throws Problem REQUEST_ID_REUSED, ALREADY_EXISTS, DOCUMENT_LIMIT_REACHED, DOCUMENT_QUOTA_REACHED, STORE_UNAVAILABLE
 */
export async function openUpload(
  { id: chosenId, ...draft }: NewDocument,
  { scope, cause, maxLive, context }: OpenOptions,
  deps: RpcDeps,
): Promise<{ document: DocumentRecord; replayed: boolean }> {
  const { records, dataKeys, quota, now } = deps;
  // A taken ID must not reach the key, which another document may have.
  const earlier = await records.findByCreateRequest(cause.request, { scope, id: chosenId });
  if (!earlier) {
    await assertWithinLimit(draft, { scope, maxLive }, deps);
    if (draft.purpose === 'evidence' && draft.centre) await quota.reserve(draft.centre, draft.uploadSize);
    await scheduleRetention(draft, deps);
  }
  const time = now();
  const id = chosenId ?? newUlid(time);
  // The key comes first: a crash leaves a key without a document, which the sweep removes.
  if (!earlier) await dataKeys.create(id);
  const made = toDraft(id, draft, time);
  const result = await records
    .create(made, { scope, cause, now: time, events: [entryOfAct(made, actOfCaller('create-document', context))] })
    .catch(async (error: unknown) => {
      // After any other failure the document may exist all the same. A document of a chosen ID has this key.
      if (!chosenId && isProblem(error) && error.kind === 'EXISTS') await dataKeys.destroy(id);
      throw error;
    });
  if (!earlier && result.document._id !== id) await dataKeys.destroy(id);
  if (!isVisible(result.document)) throw new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });
  return result;
}

const toDraft = (_id: string, document: NewDocument, createTime: Date): Draft<DocumentRecord> => ({
  _id,
  ...document,
  state: 'uploading',
  journalSalt: newSalt(),
  uploadChunks: [],
  checkAttempts: 0,
  timer: { kind: 'abandon', due: abandonTime(createTime, document.purpose) },
});

async function assertWithinLimit(
  { application, purpose }: NewDocument,
  { scope, maxLive }: { scope: Scope; maxLive: number },
  { records }: RpcDeps,
): Promise<void> {
  const projection = { state: 1, purpose: 1 } as const;
  const all = await records.find({ application }, { scope, projection, limit: MAX_RECORDS });
  const live = all.filter((document) => document.purpose === purpose && isLive(document));
  if (all.length < MAX_RECORDS && live.length < maxLive) return;
  throw new Problem({
    reason: 'DOCUMENT_LIMIT_REACHED',
    message: `An application has at most ${maxLive} documents.`,
    metadata: { max: String(maxLive) },
  });
}

/** Plans the next computation of the terms of the application, before it has the document. */
async function scheduleRetention(
  { application: name, purpose }: NewDocument,
  { applications, terms, now }: RpcDeps,
): Promise<void> {
  const application = name.slice('applications/'.length);
  const time = now();
  const options = { scope: 'service' as const, cause: {}, now: time, initial: newApplicationRecord(application) };
  await applications.update(application, options, (facts) => {
    const hasTerm = facts.endTime !== undefined || facts.handOverTime !== undefined;
    const termMs = purpose === 'evidence' ? terms.draftMs : terms.unclaimedMs;
    const delayMs = hasTerm ? UPLOAD_END_MS : termMs;
    return { document: withRetentionDue(facts, new Date(time.getTime() + delayMs)), events: [] };
  });
}
