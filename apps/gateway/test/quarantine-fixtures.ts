import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { ChainBreak } from '@cups/contracts/gen/cups/intake/v1/ChainBreak.ts';
import type { QuarantinedAct } from '@cups/contracts/gen/cups/intake/v1/QuarantinedAct.ts';
import type { Rpcs } from '@cups/rpc';
import type { OperationRow } from './operation-row.ts';

/** Responses of intake about quarantined acts, and the operations that call it. */

const ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6';
const NAME = `quarantinedActs/${ID}`;
const MORNING = { seconds: String(Date.parse('2026-11-24T08:00:00Z') / 1000), nanos: 0 };
export const HAND_IN_KEY = { kid: ID, x: 'x'.repeat(43), y: 'y'.repeat(43) };
export const SEALED_ACT = 'aGVhZGVy..bm9uY2U.Y2lwaGVydGV4dA.dGFn';
export const ACT_KEY = '5a1c6e4e-7f5c-4d38-9a38-4c3b8f6d0a01';

export const quarantinedAct = {
  name: NAME,
  application: `applications/${ID}`,
  kind: 'notes',
  operator: 'operators/s-1',
  device: `devices/${ID}`,
  centre: 'centres/CU-001',
  deskTime: MORNING,
  deskTimeBounded: true,
  sequence: '7',
  handInTime: MORNING,
  anchorTime: MORNING,
  state: 'QUARANTINE_STATE_OPEN',
  refusal: { reason: 'ACTION_NOT_ALLOWED', operator: 'operators/h-1', time: MORNING },
} as const satisfies QuarantinedAct;

const decided = { ...quarantinedAct, decidedBy: 'operators/h-1', decideTime: MORNING };

const chainBreak = {
  device: `devices/${ID}`,
  operator: 'operators/s-1',
  centre: 'centres/CU-001',
  kind: 'CHAIN_BREAK_KIND_FORK',
  count: 2,
  firstTime: MORNING,
  lastTime: MORNING,
  application: `applications/${ID}`,
  sequence: '7',
  deskTime: MORNING,
} as const satisfies ChainBreak;

export const QUARANTINE_RESPONSES: Pick<
  Rpcs<IntakeServiceDefinition>,
  | 'QuarantineActs'
  | 'ListQuarantinedActs'
  | 'GetQuarantinedAct'
  | 'ReleaseQuarantinedAct'
  | 'RejectQuarantinedAct'
  | 'QuarantineSealedActs'
  | 'QuarantineOwnActs'
  | 'GetHandInKey'
  | 'ListChainBreaks'
> = {
  QuarantineActs: ({ acts }) => Promise.resolve({ kept: acts.length, known: 0, refused: [] }),
  QuarantineSealedActs: ({ acts }) => Promise.resolve({ outcomes: acts.map(() => 'SEALED_ACT_OUTCOME_KEPT') }),
  QuarantineOwnActs: ({ acts, sealedActs }) =>
    Promise.resolve({
      kept: acts.length,
      known: 0,
      refused: [],
      outcomes: sealedActs.map(() => 'SEALED_ACT_OUTCOME_KEPT'),
    }),
  GetHandInKey: () => Promise.resolve(HAND_IN_KEY),
  ListQuarantinedActs: () => Promise.resolve({ acts: [quarantinedAct], nextPageToken: 'next', openCount: 1 }),
  GetQuarantinedAct: () => Promise.resolve({ act: quarantinedAct, key: ACT_KEY, body: '{"text":"Notă"}' }),
  ReleaseQuarantinedAct: () =>
    Promise.resolve({ act: { ...decided, state: 'QUARANTINE_STATE_RELEASED', alreadyApplied: true } }),
  RejectQuarantinedAct: () =>
    Promise.resolve({ act: { ...decided, state: 'QUARANTINE_STATE_REJECTED', rejectReason: 'x' } }),
  ListChainBreaks: () => Promise.resolve({ breaks: [chainBreak] }),
};

export const QUARANTINE_ROWS: OperationRow[] = [
  ['listChainBreaks', 'GET', '/api/v1/chain-breaks', undefined, 200, 'ListChainBreaks', {}],
  [
    'listQuarantinedActs',
    'GET',
    '/api/v1/quarantined-acts?centre=CU-001&operator=s-1',
    undefined,
    200,
    'ListQuarantinedActs',
    { centre: 'centres/CU-001', operator: 'operators/s-1', application: '' },
  ],
  [
    'handInSealedActs',
    'POST',
    '/api/v1/sealed-acts',
    { acts: [SEALED_ACT] },
    200,
    'QuarantineSealedActs',
    { acts: [SEALED_ACT] },
  ],
  [
    'handInOwnActs',
    'POST',
    '/api/v1/own-acts',
    { device: ID, sealedActs: [SEALED_ACT] },
    200,
    'QuarantineOwnActs',
    { device: `devices/${ID}`, acts: [], sealedActs: [SEALED_ACT] },
  ],
  ['getQuarantinedAct', 'GET', `/api/v1/quarantined-acts/${ID}`, undefined, 200, 'GetQuarantinedAct', { name: NAME }],
  [
    'releaseQuarantinedAct',
    'POST',
    `/api/v1/quarantined-acts/${ID}/release`,
    undefined,
    200,
    'ReleaseQuarantinedAct',
    { name: NAME },
  ],
  [
    'rejectQuarantinedAct',
    'POST',
    `/api/v1/quarantined-acts/${ID}/reject`,
    { reason: 'Nu se mai aplică' },
    200,
    'RejectQuarantinedAct',
    { name: NAME, reason: 'Nu se mai aplică' },
  ],
];
