import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '@cups/application';
import * as casework from '../src/domain/commands/casework.ts';
import { changeContact } from '../src/domain/commands/contact.ts';
import * as results from '../src/domain/commands/results.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { replayHistory } from '../src/domain/command.ts';
import type { ActionRecord, Application } from '../src/domain/application.ts';
import * as history from '../src/domain/history.ts';
import { listMandates, markRevocation } from '../src/domain/mandates.ts';
import { resolveQueueStatus } from '../src/domain/queue.ts';
import { toCountedRow } from '../src/domain/statistics.ts';
import {
  ACTOR,
  agencyUpdate,
  applicationInState,
  catchProblem,
  NOW,
  resultOrUndefined,
  SUBMIT_CONTEXT,
  WORKING_TIME,
} from './fixtures.ts';

/** The history of an application, with an archive in memory. */

const MANDATE = 'mandates/01J0000000000000000000000A';
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

/** An application with its archive, and the same application that archives nothing. */
interface Pair {
  bounded: Application;
  whole: Application;
  archive: ActionRecord[];
}

/** Archives as the store does, in the write of the next action. */
function act({ bounded, whole, archive }: Pair, command: (app: Application) => Application | undefined): Pair {
  const next = command(bounded);
  const wholeNext = command(whole);
  if (!next !== !wholeNext) throw new Error('An archived row changes what is allowed.');
  if (!next || !wholeNext) return { bounded, whole, archive };
  const rows = history.rowsToArchive(bounded);
  return {
    whole: wholeNext,
    bounded: rows.length > 0 ? history.withoutArchived(next, rows.length) : next,
    archive: [...archive, ...rows],
  };
}

/** The application, whose actions were done under a mandate. */
const withMandate = (app: Application): Application => ({
  ...app,
  history: app.history.map((row) => (row.actor.startsWith('operators/') ? { ...row, mandate: MANDATE } : row)),
});

const start = (): Pair => {
  const app = withMandate(applicationInState('submitted'));
  return { bounded: app, whole: app, archive: [] };
};

const messageOf = (message: Message, n: number) => ({
  ...agencyUpdate(message, later(n)),
  eventId: `event ${n}`,
  request: { id: `request ${n}`, evidenceKinds: ['birth-certificate'], answerBy: '2026-04-10' },
  agencyText: { ro: `text ${n}` },
});

/** What rules derive from the history. */
const derived = (app: Application) => ({
  state: replayHistory(app.history.filter(({ fromState, toState }) => fromState !== toState)),
  queue: resolveQueueStatus(app),
  counted: toCountedRow(app),
  mandates: listMandates(app),
  lastUpdate: history.lastUpdateTime(app),
  counts: ['note', 'assign', 'progressed', 'change-contact', 'mark-seen', 'supply-documents'].map((kind) =>
    history.countRows(app, [kind as ActionRecord['kind']]),
  ),
});

const MESSAGES: readonly Message[] = [
  'acknowledged',
  'progressed',
  'documents-requested',
  'approved',
  'result-corrected',
  'result-revoked',
  'delivery-deferred',
  'message-refused',
];
const COMMANDS: readonly ((app: Application, n: number) => Application)[] = [
  (app, n) => casework.addNote(app, { ...ACTOR, now: later(n) }, `note ${n}`).document,
  (app, n) => casework.assignApplication(app, { ...ACTOR, now: later(n) }, `operators/cu-001-${n % 3}`).document,
  (app, n) => casework.markSeen(app, { ...ACTOR, now: later(n) }).document,
  (app, n) => casework.recordPersonNotification(app, { ...ACTOR, now: later(n) }, { method: 'phone' }).document,
  (app, n) =>
    changeContact(app, { ...ACTOR, now: later(n) }, { phone: `+3736900${String(n).padStart(4, '0')}` }).document,
  (app, n) =>
    supplyDocuments(
      app,
      { ...ACTOR, now: later(n) },
      { evidence: [{ kind: n % 2 === 0 ? 'birth-certificate' : 'other', originalSeen: true }] },
      SUBMIT_CONTEXT,
    ).document,
  (app, n) => results.confirmArrival(app, { ...ACTOR, now: later(n) }).document,
  ...MESSAGES.map(
    (message) => (app: Application, n: number) => applyAgencyUpdate(app, messageOf(message, n), WORKING_TIME).document,
  ),
];

describe('a bounded history', () => {
  test('loses no row and changes no rule, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: COMMANDS.length - 1 }), fc.integer({ min: 1, max: 60 })), {
          minLength: 15,
          maxLength: 25,
        }),
        (runs) => {
          let pair = start();
          let n = 0;
          for (const [at, times] of runs) {
            for (let time = 0; time < times; time += 1) {
              n += 1;
              pair = act(pair, (app) => resultOrUndefined(() => COMMANDS[at]!(app, n)));
            }
            expect(derived(pair.bounded)).toEqual(derived(pair.whole));
          }
          const { bounded, whole, archive } = pair;
          expect([...archive, ...history.newestRows(bounded)]).toEqual(whole.history);
          expect(history.countArchived(bounded)).toBe(archive.length);
          expect(history.newestRows(bounded).length).toBeLessThanOrEqual(history.MAX_NEWEST_ROWS + 1);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  }, 60_000);

  test('bounds the document by the size of long texts too', () => {
    const agencyText = { ro: 'ț'.repeat(4_000), ru: 'щ'.repeat(4_000) };
    let pair = start();
    for (let n = 1; n <= 120; n += 1) {
      const update = { ...agencyUpdate('progressed', later(n)), agencyText };
      pair = act(pair, (app) => applyAgencyUpdate(app, update, WORKING_TIME).document);
      expect(Buffer.byteLength(JSON.stringify(pair.bounded.history))).toBeLessThan(600 * 1024);
    }
    expect(pair.archive.length + history.newestRows(pair.bounded).length).toBe(121);
  });

  /** The rows before 200 notes or messages are archived. */
  const withNotes = (pair: Pair): Pair => repeat(pair, (app, n) => COMMANDS[0]!(app, 1_000 + n));
  const withMessages = (pair: Pair): Pair =>
    repeat(pair, (app, n) => applyAgencyUpdate(app, messageOf('delivery-deferred', 1_000 + n), WORKING_TIME).document);

  function repeat(pair: Pair, command: (app: Application, n: number) => Application): Pair {
    let next = pair;
    for (let n = 0; n < 200; n += 1) next = act(next, (app) => command(app, n));
    return next;
  }

  test('remembers that an operator responded to the agency', () => {
    const ready = act(start(), (app) => applyAgencyUpdate(app, messageOf('approved', 1), WORKING_TIME).document);
    const { bounded, whole } = withNotes(act(ready, (app) => COMMANDS[3]!(app, 2)));
    expect(resolveQueueStatus(whole)?.agencyUpdateTime).toBeUndefined();
    expect(derived(bounded)).toEqual(derived(whole));
  });

  test('remembers that the agency sent something that nobody has seen', () => {
    const sent = act(start(), (app) => applyAgencyUpdate(app, messageOf('acknowledged', 1), WORKING_TIME).document);
    const news = act(sent, (app) => applyAgencyUpdate(app, messageOf('progressed', 2), WORKING_TIME).document);
    const { bounded, whole } = withNotes(news);
    expect(history.lastUpdateTime(whole)).toEqual(later(2));
    expect(derived(bounded)).toEqual(derived(whole));
  });

  test('marks archived actions of a revoked mandate', () => {
    const asked = act(start(), (app) => {
      const request = { id: 'request', evidenceKinds: ['birth-certificate', 'other'], answerBy: '2026-04-10' };
      return applyAgencyUpdate(app, { ...messageOf('documents-requested', 1), request }, WORKING_TIME).document;
    });
    const part = act(asked, (app) => withMandate(COMMANDS[5]!(app, 2)));
    const pair = withMessages(act(part, (app) => COMMANDS[3]!(app, 3)));
    expect(pair.archive.map(({ kind }) => kind).slice(0, 3)).toEqual([
      'submit',
      'documents-requested',
      'supply-documents',
    ]);
    const mandate = {
      _id: MANDATE.slice('mandates/'.length),
      revocations: [{ whole: true, publicServices: [], themes: [], revokeTime: NOW, recordTime: NOW }],
    };
    const named = act(pair, (app) => ({
      ...app,
      content: { ...app.content, mandate: { kind: 'own-presence', name: MANDATE } },
    }));
    const marked = act(named, (app) => markRevocation(app, mandate, { theme: undefined, now: later(2_000) }).document);
    const rows = [...history.withMarks(marked.archive, marked.bounded), ...history.newestRows(marked.bounded)];
    expect(rows).toEqual(marked.whole.history);
    expect([rows[0], rows[2]]).toMatchObject([{ mandateRevoked: true }, { mandateRevoked: true }]);
    // A repeat changes nothing, also when its own row is archived.
    const again = withMessages(marked);
    expect(markRevocation(again.bounded, mandate, { theme: undefined, now: NOW }).document).toBe(again.bounded);
  });

  test('keeps the limits of actions', () => {
    let pair = start();
    for (let n = 0; n < 500; n += 1) {
      const operator = `operators/cu-001-${n % 2}`;
      pair = act(pair, (app) => casework.assignApplication(app, ACTOR, operator).document);
    }
    expect(pair.archive.length).toBeGreaterThan(0);
    expect(catchProblem(() => casework.addNote(pair.bounded, ACTOR, 'one more')).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('keeps the first and the newest of 1,100 messages of a kind', () => {
    let pair = start();
    for (let n = 1; n <= 1_100; n += 1) {
      const update = { ...agencyUpdate('delivery-deferred', later(n)), cause: `CAUSE_${n % 60}` };
      pair = act(pair, (app) => applyAgencyUpdate(app, update, WORKING_TIME).document);
    }
    expect(pair.archive.length + history.newestRows(pair.bounded).length).toBe(1_001);
    expect(pair.bounded.omittedMessages).toBe(100);
    expect(history.newestRows(pair.bounded).at(-1)?.recordTime).toEqual(later(1_100));
    expect(pair.archive[1]?.recordTime).toEqual(later(1));
  });
});
