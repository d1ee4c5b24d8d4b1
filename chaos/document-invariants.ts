import type {
  ChaosRecord,
  FrozenCopy,
  ObservedApplication,
  ObservedDocument,
  ObservedRequest,
} from './chaos-record.ts';
import { findDuplicates } from './duplicates.ts';

/** Checks documents: uploads, references of intake, copies at the agencies, and what is left over. Pure. */

/** A submission is sent at most this long after it was filed, whatever is known of its copies. */
const MAX_COPY_WAIT_MS = 15 * 60_000;

const byId = (documents: readonly ObservedDocument[]): Map<string, ObservedDocument> =>
  new Map(documents.map((document) => [document.id, document]));

/** Every acknowledged upload is a document with the expected result of its check, and the desk reads its content. */
function checkUploads({ uploads, documents }: ChaosRecord): string[] {
  const stored = byId(documents);
  return uploads.flatMap((upload) => {
    const wrong = upload.regressions.map((offset) => `acknowledged bytes are lost from ${offset} on`);
    const document = stored.get(upload.documents[0] ?? '');
    if (upload.isAcknowledged && !document) wrong.push('no document');
    if (upload.isAcknowledged && document) wrong.push(...findUploadErrors(upload, document));
    return wrong.map((what) => `upload ${upload.key} of ${upload.application}: ${what}`);
  });
}

function findUploadErrors(upload: ChaosRecord['uploads'][number], document: ObservedDocument): string[] {
  const { refusal, uploadSha256, isUnchanged, isRemoved, contentSha256 } = upload;
  const state = isRemoved ? 'erased' : refusal === undefined ? 'ready' : 'refused';
  if (document.uploadSha256 !== uploadSha256) return ['the document is of another upload'];
  if (document.state !== state) return [`the document is ${document.state} ${document.refusal ?? ''}`.trimEnd()];
  if (document.refusal !== refusal) return [`the document is refused for ${document.refusal}`];
  if (refusal !== undefined) return [];
  if (isRemoved) return contentSha256 === undefined ? [] : ['the desk reads a removed document'];
  if (isUnchanged && document.sha256 !== uploadSha256) return ['the content is not what was uploaded'];
  return contentSha256 === document.sha256 ? [] : ['the desk does not read the checked content'];
}

/** One key opens one document, and each evidence document has its own key. */
function checkUploadDuplicates({ uploads, documents }: ChaosRecord): string[] {
  const keys = new Set(uploads.map(({ key }) => key));
  const evidence = documents.filter(({ purpose }) => purpose === 'evidence');
  return [
    ...uploads
      .filter((upload) => upload.documents.length > 1)
      .map(({ key }) => `upload ${key}: the desk was told several documents`),
    ...findDuplicates(evidence.map(({ createdBy }) => createdBy)).map((key) => `upload ${key}: several documents`),
    ...evidence.filter(({ createdBy }) => !keys.has(createdBy)).map(({ id }) => `document ${id}: nobody uploaded it`),
  ];
}

/** Intake refers to each attached document, and its reference is what documents knows. */
function checkReferences({ applications, documents, uploads }: ChaosRecord): string[] {
  const stored = byId(documents);
  const referred = new Set(applications.flatMap((one) => one.documents.map(({ document }) => `${one.id} ${document}`)));
  const wrong = applications.flatMap(({ id, documents: references }) =>
    references.flatMap(({ document, state, uploadSha256, sha256 }) => {
      const record = stored.get(document);
      if (!record) return [`${id}: no document ${document}`];
      if (record.state !== state) return [`${id}: ${document} is ${state} in intake, ${record.state} in documents`];
      const isSame = record.uploadSha256 === uploadSha256 && record.sha256 === sha256;
      return isSame ? [] : [`${id}: ${document} has another SHA-256 in documents`];
    }),
  );
  const lost = uploads.filter(
    ({ isAttached, application, documents: [document] }) => isAttached && !referred.has(`${application} ${document}`),
  );
  return [...wrong, ...lost.map(({ application, documents: [document] }) => `${application}: lost ${document}`)];
}

const checkPendingWork = ({ documents }: ChaosRecord): string[] => [
  ...documents.filter(({ state }) => state === 'checking').map(({ id }) => `document ${id}: is being checked`),
  ...documents.filter(({ isDeleting }) => isDeleting).map(({ id }) => `document ${id}: is being erased`),
];

/** Each request names the copies of its submission with the result of their check, or waited for them long enough. */
function checkCopies({ applications, requests, documents }: ChaosRecord): string[] {
  const sent = Map.groupBy(requests, ({ delivery, submission }) => `${delivery}/${submission}`);
  const stored = byId(documents);
  return applications.flatMap((app) =>
    app.copies.flatMap((copy) => {
      // An agency to which the application was passed on numbers submissions from its own first one.
      const number = copy.submission - (app.firstSubmission ?? 1) + 1;
      const found = sent.get(`${app.id}-${app.agency}/${number}`) ?? [];
      const wrong = [
        ...(stored.get(copy.document)?.uploadSha256 === copy.uploadSha256 ? [] : ['frozen with another SHA-256']),
        ...found.flatMap((request) => findCopyError(copy, request, stored.get(copy.document)) ?? []),
      ];
      return [...new Set(wrong)].map((what) => `${nameOf(app, copy)}: ${what}`);
    }),
  );
}

const nameOf = ({ id }: ObservedApplication, { submission, document }: FrozenCopy): string =>
  `submission ${submission} of ${id}, copy ${document}`;

function findCopyError(
  { document, fileTime }: FrozenCopy,
  { copies, time }: ObservedRequest,
  record: ObservedDocument | undefined,
): string | undefined {
  if (copies === undefined) return undefined;
  const copy = copies.find((one) => one.document === document);
  switch (copy?.state) {
    case undefined:
      return 'not in the request';
    case 'coming':
      return time - fileTime >= MAX_COPY_WAIT_MS ? undefined : `sent after ${time - fileTime} ms without it`;
    case 'refused':
      return record?.state === 'refused' ? undefined : 'refused in the request only';
    default:
      return record?.sha256 !== undefined && copy!.sha256 === record.sha256 ? undefined : 'sent with another SHA-256';
  }
}

/** In report order. */
export const DOCUMENT_INVARIANTS = {
  'uploads present': checkUploads,
  'uploads once': checkUploadDuplicates,
  'checks and erasures ended': checkPendingWork,
  'references agree': checkReferences,
  'copies at their agency': checkCopies,
  'no orphans': ({ orphans }: ChaosRecord) => orphans,
};
