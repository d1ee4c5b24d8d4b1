import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contactOf, happened, startNotifications } from './harness.ts';

/** PersonTold: a colleague told the person by word of mouth what a notice says. */

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

test('The notice that they were told of says how and when, once however often the event comes; the others say nothing.', async () => {
  const id = n.application(contactOf(''));
  const time = new Date(Date.now() - 1000);
  const told = happened(id, 3, 'PersonTold', { how: 'TELLING_MEANS_IN_PERSON', notice: `notices/${id}-1` }, { time });
  await n.say(
    happened(id, 1, 'ApplicationSubmitted'),
    happened(id, 2, 'DocumentsRequested', { answerBy: '2026-12-20' }),
    told,
    told,
    happened(id, 4, 'ApplicationInProgress'),
  );
  await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 4);
  const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
  expect(notices.map(({ toldHow }) => toldHow)).toEqual(['in-person', '']);
  expect(Number(notices[0]!.toldTime!.seconds)).toBe(Math.floor(time.getTime() / 1000));
});

test('Of a notice of another application nothing is said.', async () => {
  const [mine, other] = [n.application(contactOf('')), n.application(contactOf(''))];
  await n.say(happened(other, 1, 'ApplicationSubmitted'), happened(mine, 1, 'ApplicationSubmitted'));
  await n.thread(other);
  const about = { how: 'TELLING_MEANS_PHONE', notice: `notices/${other}-1` } as const;
  await n.say(happened(mine, 2, 'PersonTold', about));
  await n.thread(mine, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
  const { notices } = await n.desk().listNotices({ application: `applications/${other}` });
  expect(notices.map(({ toldHow }) => toldHow)).toEqual(['']);
});
