import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** TrackApplication: the holder of a tracking number asks how things stand, without a session. */

let world: World;
let port: number;
const at = (centre = 'CU-001') => world.deskAt(port, centre);

beforeAll(async () => {
  world = await openWorld();
  port = (await world.start()).grpcPort;
});
afterAll(() => world.close());

const track = (trackingNumber: string) => world.clientAt(port, 'gateway').trackApplication({ trackingNumber });

test('A tracking number tells state and dates, and nothing else.', async () => {
  const app = await at().file(31);
  const tracked = await track(app.trackingNumber.toLowerCase());
  expect(tracked).toEqual({
    state: 'STATE_SUBMITTED',
    submitTime: app.submitTime,
    updateTime: app.updateTime,
    dueDate: app.dueDate,
    answerBy: '',
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
