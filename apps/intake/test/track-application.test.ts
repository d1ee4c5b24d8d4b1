import { describe, expect, test } from '@jest/globals';
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
    });
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
