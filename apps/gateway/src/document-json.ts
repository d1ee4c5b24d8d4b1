import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import { idOf } from './convert.ts';

/** Returns a document as openapi.yaml describes it. */
export function documentJson(document: Document__Output) {
  const { name, application, kind, training, uploadSize, committedSize, size, pages } = document;
  const text = (value: string) => value || undefined;
  return {
    name,
    id: idOf(name),
    application,
    purpose: fromProtoEnum('PURPOSE_', document.purpose),
    kind,
    state: fromProtoEnum('STATE_', document.state),
    createTime: fromTimestamp(document.createTime)?.toISOString(),
    uploadSize: Number(uploadSize),
    uploadSha256: document.uploadSha256,
    committedSize: Number(committedSize),
    mediaType: text(document.mediaType),
    size: Number(size) || undefined,
    sha256: text(document.sha256),
    pages: pages || undefined,
    scan: document.scan === 'SCAN_UNSPECIFIED' ? undefined : fromProtoEnum('SCAN_', document.scan),
    refusal: text(document.refusal),
    expireTime: fromTimestamp(document.expireTime)?.toISOString(),
    training,
    delivery: text(document.delivery),
  };
}
