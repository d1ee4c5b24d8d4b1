import { expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** TrackApplication: the holder of a tracking number asks how things stand, without a session. */

const scene = useIntake();
const { at } = scene;

const track = (trackingNumber: string) =>
  scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber });

test('A tracking number tells state and dates, and nothing else.', async () => {
  const app = await at().file(31);
  const tracked = await track(app.trackingNumber.toLowerCase());
  expect(tracked).toEqual({
    state: 'STATE_SUBMITTED',
    submitTime: app.submitTime,
    updateTime: app.updateTime,
    dueDate: app.dueDate,
    answerBy: '',
    training: false,
  });
});

test('A number that is unknown, malformed or of a draft gets the same answer.', async () => {
  const draft = await at().open(31);
  const answers = await Promise.all(
    [draft.trackingNumber, '0000-0000-0000-00', 'rubbish', '', 'Ω'].map((number) =>
      track(number).catch((error: unknown) => error),
    ),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ reason: 'NOT_FOUND', message: 'No application has this tracking number.' });
  }
});
