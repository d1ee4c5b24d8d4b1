import { describe, expect, test } from '@jest/globals';
import type { State } from '@cups/application';
import { toTracked } from '../src/rpc/tracking.ts';
import type { TrackedFields } from '../src/store.ts';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

const track = (trackingNumber: string) =>
  scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber });

describe('TrackApplication', () => {
  test('returns state and dates only', async () => {
    const app = await at().file(31);
    const tracked = await track(app.trackingNumber.toLowerCase());
    expect(tracked).toEqual({
      state: 'STATE_SUBMITTED',
      submitTime: app.submitTime,
      updateTime: app.updateTime,
      dueDate: app.dueDate,
      answerBy: '',
      training: false,
      resultLocation: 'RESULT_LOCATION_UNSPECIFIED',
      eraseTime: null,
      passOnTime: null,
      expectedDecisionDate: '',
      appealDeadline: '',
    });
  });

  const filed = { training: false, agency: 'agencies/mai', updateTime: new Date(0), dueDate: '2026-12-04' };
  const decision = { approved: false, appeal: { instructions: {}, deadline: '2026-12-20' } };
  test.each<[State, object]>([
    ['submitted', { dueDate: '2026-12-04', appealDeadline: '' }],
    ['documents-requested', { dueDate: '2026-12-04', answerBy: '2026-12-01' }],
    ['ready', { dueDate: '', answerBy: '', appealDeadline: '2026-12-20' }],
    ['rejected', { dueDate: '', appealDeadline: '2026-12-20' }],
    ['closed', { dueDate: '', appealDeadline: '2026-12-20' }],
    ['withdrawn', { dueDate: '', appealDeadline: '' }],
  ])('returns the days that count in state %s', (state, days) => {
    const app = { ...filed, state, decision, documentRequest: { answerBy: '2026-12-01' } } as unknown as TrackedFields;
    expect(toTracked(app)).toMatchObject(days);
  });

  test('gives one answer for unknown, malformed and draft numbers', async () => {
    const draft = await at().open(31);
    const answers = await Promise.all(
      [draft.trackingNumber, '0000-0000-0000-00', 'garbage', '', 'Ω'].map((number) =>
        track(number).catch((error: unknown) => error),
      ),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ reason: 'NOT_FOUND', message: 'Application not found.' });
    }
  });
});
