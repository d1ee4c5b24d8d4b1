import type { Behaviour } from './behaviour.ts';
import type { ReplyKind } from './replies.ts';

/** What an agency sends at a step of its work: a reply of the contract, or rubbish in place of one. */
export type StepKind = ReplyKind | 'bytes' | 'halfMessage' | 'brokenReply';
export type Step = readonly [kind: StepKind, hours: number];

const DECIDES: readonly Step[] = [
  ['acknowledged', 0.1],
  ['decided', 1],
];
const ASKS: readonly Step[] = [
  ['acknowledged', 0.1],
  ['documentsRequested', 1],
];

/** The course of each behaviour in working hours of the agency, one row for each submission; the last row repeats. */
export const COURSES: Record<Behaviour, readonly (readonly Step[])[]> = {
  quick: [DECIDES],
  slow: [
    [
      ['acknowledged', 4],
      ['progressed', 16],
      ['decided', 40],
    ],
  ],
  'asks-for-documents': [ASKS, DECIDES],
  'asks-twice': [ASKS, ASKS, DECIDES],
  rejects: [
    [
      ['acknowledged', 0.1],
      ['rejected', 1],
    ],
  ],
  silent: [[]],
  rubbish: [[['bytes', 0.02], ['halfMessage', 0.04], ['brokenReply', 0.06], ...DECIDES]],
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
  'corrects-result': [[...DECIDES, ['resultCorrected', 3]]],
  'revokes-result': [[...DECIDES, ['resultRevoked', 3]]],
};
