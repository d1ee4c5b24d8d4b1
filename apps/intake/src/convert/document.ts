import { fromProtoEnum, toProtoEnum } from '@cups/contracts/proto';
import type { Document__Output as DocumentIn } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { DocumentReference as ReferenceOut } from '@cups/contracts/gen/cups/intake/v1/DocumentReference.ts';
import type { DocumentReference } from '../domain/application.ts';
import { omitEmpty } from './omit-empty.ts';

/** Converts references to documents between the service documents, intake's messages and the domain. */

export function toDocumentReference({ state, scan, ...reference }: DocumentReference): ReferenceOut {
  return {
    ...reference,
    state: toProtoEnum('STATE_', state),
    scan: scan ? toProtoEnum('SCAN_', scan) : 'SCAN_UNSPECIFIED',
  };
}

/** Returns the reference to a document of the service documents. */
export function fromDocument(document: DocumentIn): DocumentReference {
  const { name, kind, uploadSize, uploadSha256, state } = document;
  return {
    name,
    kind,
    uploadSize: Number(uploadSize),
    uploadSha256,
    state: fromProtoEnum('STATE_', state) as DocumentReference['state'],
    ...fromCheckedFacts(document),
    ...omitEmpty({ refusal: document.refusal }),
  };
}

/** Returns what the check found; nothing before it. */
export function fromCheckedFacts({
  mediaType,
  size,
  sha256,
  pages,
  scan,
}: Pick<DocumentIn, 'mediaType' | 'size' | 'sha256' | 'pages' | 'scan'>): Pick<
  DocumentReference,
  'mediaType' | 'size' | 'sha256' | 'pages' | 'scan'
> {
  if (mediaType === '') return {};
  return {
    mediaType,
    size: Number(size),
    sha256,
    pages,
    ...omitEmpty({ scan: fromProtoEnum('SCAN_', scan) as DocumentReference['scan'] }),
  };
}
