import type { Behaviour } from './behaviour.ts';
import type { ReplyKind } from './replies.ts';

/** A reply of the contract, or an invalid message. */
export type ScriptedReplyKind = ReplyKind | 'bytes' | 'halfMessage' | 'brokenReply';
export type ScriptedReply = readonly [kind: ScriptedReplyKind, hours: number];

const DECIDE: readonly ScriptedReply[] = [
  ['acknowledged', 0.1],
  ['decided', 1],
];
const REQUEST_DOCUMENTS: readonly ScriptedReply[] = [
  ['acknowledged', 0.1],
  ['documentsRequested', 1],
];

/** Replies of each behaviour, with their time in working hours: one row per submission; the last row repeats. */
export const REPLY_SCRIPTS: Record<Behaviour, readonly (readonly ScriptedReply[])[]> = {
  quick: [DECIDE],
  slow: [
    [
      ['acknowledged', 4],
      ['progressed', 16],
      ['decided', 40],
    ],
  ],
  'asks-for-documents': [REQUEST_DOCUMENTS, DECIDE],
  'asks-twice': [REQUEST_DOCUMENTS, REQUEST_DOCUMENTS, DECIDE],
  rejects: [
    [
      ['acknowledged', 0.1],
      ['rejected', 1],
    ],
  ],
  silent: [[]],
  garbage: [[['bytes', 0.02], ['halfMessage', 0.04], ['brokenReply', 0.06], ...DECIDE]],
  'sends-twice': [
    [
      ['acknowledged', 0.1],
      ['acknowledged', 0.2],
      ['decided', 1],
      ['decided', 1.1],
    ],
  ],
  'out-of-order': [
    [
      ['decided', 0.5],
      ['acknowledged', 1],
    ],
  ],
  'decides-anyway': [
    [
      ['acknowledged', 0.1],
      ['decided', 1000],
    ],
  ],
  'corrects-result': [[...DECIDE, ['resultCorrected', 3]]],
  'revokes-result': [[...DECIDE, ['resultRevoked', 3]]],
  'passes-on': [
    [
      ['acknowledged', 0.1],
      ['passedOn', 1],
    ],
  ],
};
