import { REPLY_TYPES, SCHEMAS, sourceOf } from '@cups/agency-contract';
import type { MessageType, Violation } from '@cups/agency-contract';
import { CORPUS_APPLICATION, CORPUS_TIME } from '@cups/agency-contract/corpus';
import type { InvalidMessage, SerializedHeaders } from '@cups/agency-contract/corpus';

/** Valid replies, from which invalid ones derive. */

export const APPLICATION = `applications/${CORPUS_APPLICATION}`;
export const KEY = `${CORPUS_APPLICATION}-asp`;
export const OTHER_APPLICATION = '01KAVX3Z5T8W9Q2M4N6P7R8S9V';
export const TOPIC = 'agency.asp.replies';
export const RESULT = { kind: 'electronic', number: 'ASP-R-00012345', verificationCode: 'K7Q2M9XW4T' };

/** Valid content of each kind. */
export const VALID_CONTENT = {
  acknowledged: { application: APPLICATION, submission: 1, agencyReference: 'ASP-2026-000123' },
  progressed: { application: APPLICATION, note: 'La verificare.' },
  requested: { application: APPLICATION, documents: [{ kind: 'identity-document' }], answerBy: '2027-01-15' },
  approved: { application: APPLICATION, outcome: 'approved', result: RESULT, decideTime: CORPUS_TIME },
  rejected: {
    application: APPLICATION,
    outcome: 'rejected',
    reason: { ro: 'Lipsește dreptul.' },
    decideTime: CORPUS_TIME,
  },
  corrected: { application: APPLICATION, result: RESULT, reason: { ro: 'Greșeală de scriere.' } },
  revoked: { application: APPLICATION, reason: { ro: 'Eliberat din eroare.' } },
  messageSent: { application: APPLICATION, text: 'Este destulă o copie?', language: 'ro' },
  passedOn: { application: APPLICATION, agency: 'cnas', reason: { ro: 'Este competentă altă autoritate.' } },
} as const;

/** Creates a valid reply; `headers` replaces some, and undefined removes one. */
export function createReply(
  type: MessageType,
  value: unknown,
  headers: { [name: string]: SerializedHeaders[string] | undefined } = {},
  over: Partial<InvalidMessage> = {},
): InvalidMessage {
  const all: { [name: string]: SerializedHeaders[string] | undefined } = {
    ce_specversion: '1.0',
    ce_id: 'asp-1',
    ce_source: sourceOf('asp'),
    ce_type: type,
    ce_subject: `deliveries/${KEY}`,
    ce_time: CORPUS_TIME,
    ce_dataschema: SCHEMAS[type].$id,
    'content-type': 'application/json',
    ...headers,
  };
  const there = Object.entries(all).filter(
    (entry): entry is [string, SerializedHeaders[string]] => entry[1] !== undefined,
  );
  return { topic: TOPIC, key: KEY, headers: Object.fromEntries(there), value, ...over };
}

export const withoutValue = (message: InvalidMessage, content: Partial<InvalidMessage> = {}): InvalidMessage => {
  const { value: _gone, ...rest } = message;
  return { ...rest, ...content };
};

export const ACKNOWLEDGEMENT = createReply(REPLY_TYPES.acknowledged, VALID_CONTENT.acknowledged);
export const createViolations = (field: string, rule: string): Violation[] => [{ field, rule }];
