import type { IncomingMessage, Payload } from '../src/kafka.ts';

/** Returns a message of a reference topic as its service writes it. @param headers overrides; undefined removes a header */
export function referenceMessage(
  { key, type, subject, dataschema, datacontenttype, value }: Payload & { type: string; subject: string },
  source: string,
  headers: Record<string, string | undefined> = {},
): IncomingMessage {
  const all: Record<string, string | undefined> = {
    ce_specversion: '1.0',
    ce_id: '01KAVX3Z5T8W9Q2M4N6P7R8S9T',
    ce_source: source,
    ce_type: type,
    ce_subject: subject,
    ce_time: '2026-11-24T09:30:01Z',
    ce_dataschema: dataschema,
    'content-type': datacontenttype,
    ...headers,
  };
  return { key, value, headers: all };
}
