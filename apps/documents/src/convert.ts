import { resourceName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Document as DocumentMessage } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import { committedSize } from './domain/document.ts';
import type { DocumentRecord } from './store.ts';

/** gRPC boundary: a document without its content. @param expireTime planned time of erasure */
export function toDocument(record: DocumentRecord, expireTime?: Date): DocumentMessage {
  const { _id, content } = record;
  return {
    name: resourceName('documents', _id),
    application: record.application,
    purpose: toProtoEnum('PURPOSE_', record.purpose),
    kind: record.kind,
    state: toProtoEnum('STATE_', record.state),
    createTime: toTimestamp(record.createTime),
    uploadSize: String(record.uploadSize),
    uploadSha256: record.uploadSha256,
    committedSize: String(record.state === 'uploading' ? committedSize(record) : record.uploadSize),
    mediaType: content?.mediaType ?? '',
    size: String(content?.size ?? 0),
    sha256: content?.sha256 ?? '',
    pages: content?.pages ?? 0,
    scan: toProtoEnum('SCAN_', content?.scan),
    refusal: record.refusal ?? '',
    expireTime: toTimestamp(expireTime),
    training: record.training,
    delivery: record.delivery ?? '',
  };
}

/** Returns what a submission gets for a document that its application does not have. */
export const toUnknownDocument = (name: string, application: string): DocumentMessage => ({
  name,
  application,
  state: 'STATE_REFUSED',
  refusal: 'DOCUMENT_UNKNOWN',
});
