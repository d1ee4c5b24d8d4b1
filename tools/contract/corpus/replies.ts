import { REPLY_TYPES, SCHEMAS, sourceOf } from '@cups/agency-contract';
import type { MessageType, Violation } from '@cups/agency-contract';
import { CORPUS_APPLICATION, CORPUS_MOMENT } from '@cups/agency-contract/corpus';
import type { BadMessage, FiledHeaders } from '@cups/agency-contract/corpus';

/** Good replies, from which bad ones are made. */

export const APPLICATION = `applications/${CORPUS_APPLICATION}`;
export const KEY = `${CORPUS_APPLICATION}-asp`;
export const OTHER = '01KAVX3Z5T8W9Q2M4N6P7R8S9V';
export const TOPIC = 'agency.asp.replies';
export const RESULT = { kind: 'electronic', number: 'ASP-R-00012345', verificationCode: 'K7Q2M9XW4T' };

/** Good contents of each kind. */
export const GOOD = {
  acknowledged: { application: APPLICATION, submission: 1, agencyReference: 'ASP-2026-000123' },
  requested: { application: APPLICATION, documents: [{ kind: 'identity-document' }], answerBy: '2027-01-15' },
  approved: { application: APPLICATION, outcome: 'approved', result: RESULT, decideTime: CORPUS_MOMENT },
  rejected: {
    application: APPLICATION,
    outcome: 'rejected',
    reason: { ro: 'Lipsește dreptul.' },
    decideTime: CORPUS_MOMENT,
  },
  corrected: { application: APPLICATION, result: RESULT, reason: { ro: 'Greșeală de scriere.' } },
  revoked: { application: APPLICATION, reason: { ro: 'Eliberat din eroare.' } },
} as const;

/** A good reply; `headers` replaces some, where undefined stands for a missing one. */
export function reply(
  type: MessageType,
  value: unknown,
  headers: { [name: string]: FiledHeaders[string] | undefined } = {},
  over: Partial<BadMessage> = {},
): BadMessage {
  const all: { [name: string]: FiledHeaders[string] | undefined } = {
    ce_specversion: '1.0',
    ce_id: 'asp-1',
    ce_source: sourceOf('asp'),
    ce_type: type,
    ce_subject: `deliveries/${KEY}`,
    ce_time: CORPUS_MOMENT,
    ce_dataschema: SCHEMAS[type].$id,
    'content-type': 'application/json',
    ...headers,
  };
  const there = Object.entries(all).filter((entry): entry is [string, FiledHeaders[string]] => entry[1] !== undefined);
  return { topic: TOPIC, key: KEY, headers: Object.fromEntries(there), value, ...over };
}

export const withoutValue = (message: BadMessage, content: Partial<BadMessage> = {}): BadMessage => {
  const { value: _gone, ...rest } = message;
  return { ...rest, ...content };
};

export const ACK = reply(REPLY_TYPES.acknowledged, GOOD.acknowledged);
export const broken = (field: string, rule: string): Violation[] => [{ field, rule }];
