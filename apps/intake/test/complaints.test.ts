import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, idnp, readTopic } from '@cups/testing';
import { openStoredApplications } from './stored-applications.ts';
import { DAY, idOf, useIntake } from './world.ts';

/** Complaints about a silent agency, over the RPCs of a running intake, and what supervisors see. */

const scene = useIntake({ topics: true });
const BOUND = { timeoutMs: 60_000 };
const CENTRE = 'CU-861';
const desk = () => scene.at(CENTRE);
const supervisor = () => scene.world.supervisorAt(scene.port);
const START = new Date('2027-03-09T09:00:00Z');
const SILENT = new Date(START.getTime() + 60 * DAY);

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
});
afterEach(() => (scene.world.clock.now = undefined));
afterAll(() => stored.close());

/** Files an application, and lets its agency say nothing for 60 days. */
async function fileUnanswered(person: number): Promise<string> {
  scene.world.clock.now = START;
  const { name } = await desk().file(person);
  scene.world.clock.now = SILENT;
  await eventually(async () => (await desk().read(name)).allowedActions.includes('ACTION_PREPARE_COMPLAINT'), BOUND);
  return name;
}
const prepare = (name: string) => desk().prepareComplaint({ requestId: randomUUID(), name });
const DATE = '2027-05-08';
const file = (name: string, more: object = {}) =>
  desk().recordComplaint({ requestId: randomUUID(), name, number: 1, date: DATE, way: 'at-agency', ...more });
const answer = (name: string, more: object = {}) =>
  desk().recordComplaintAnswer({ requestId: randomUUID(), name, number: 1, date: DATE, outcome: 'upheld', ...more });
const rowOf = async (name: string, filter: object = {}) =>
  (await supervisor().listEscalatedApplications(filter)).applications.find(({ application }) => application === name);

describe('a complaint about a silent agency', () => {
  test('is prepared, recorded and answered; it is sealed, and its events have no content', async () => {
    const topic = await readTopic(scene.world.place, 'cups.applications');
    const name = await fileUnanswered(861);
    const request = { requestId: randomUUID(), name };
    const prepared = await desk().prepareComplaint(request);
    expect(prepared.application!.complaints).toMatchObject([
      { number: 1, agency: 'agencies/asp', step: 'term-150', filing: null, answer: null },
    ]);
    const { text, textSha256 } = prepared.application!.complaints[0]!;
    expect(text!.ro).toContain(idOf(name));
    expect(textSha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await desk().prepareComplaint(request)).replayed).toBe(true);
    expect((await desk().read(name)).complaints).toHaveLength(1);

    const filed = await file(name, { registrationNumber: ' P-2027/\n5 ' });
    expect(filed.application).toMatchObject({
      complaintDate: DATE,
      complaints: [
        { text: { ro: text!.ro }, filing: { date: DATE, way: 'at-agency', registrationNumber: 'P-2027/ 5' } },
      ],
    });
    expect(filed.application!.allowedActions).not.toContain('ACTION_PREPARE_COMPLAINT');
    const [row] = (await desk().listQueue({ bucket: 'BUCKET_TODAY' })).applications.filter((one) => one.name === name);
    expect(row).toMatchObject({ complaintDate: DATE });
    expect(row!.complaints ?? []).toEqual([]);
    expect(row!.allowedActions).toContain('ACTION_RECORD_COMPLAINT_ANSWER');

    const raw = await stored.store.collection<{ _id: string }>('applications').findOne({ _id: idOf(name) });
    expect(raw).toMatchObject({ complaints: [{ number: 1, filing: { date: DATE, way: 'at-agency' } }] });
    expect(JSON.stringify(raw)).not.toMatch(/conducătorul|P-2027/);

    const answered = await answer(name, { text: 'Decizia\nvine.' });
    expect(answered.application).toMatchObject({
      complaintDate: '',
      complaints: [{ answer: { date: DATE, outcome: 'upheld', text: 'Decizia vine.' } }],
    });
    const kinds = (await desk().history(name)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['prepare-complaint', 'record-complaint', 'record-complaint-answer']));

    const changes = await topic.until((received) => received.filter(isComplaintEvent(name)).length >= 3);
    await topic.stop();
    const events = changes.filter(isComplaintEvent(name));
    expect(events).toHaveLength(3);
    for (const { data } of events) expect(Buffer.from(data).toString('latin1')).not.toMatch(/P-2027|Decizia/);
  }, 200_000);

  test('is in a copy of the person, and another centre finds nothing', async () => {
    const name = await fileUnanswered(862);
    await prepare(name);
    const foreign = scene.at('CU-862').recordComplaint({
      requestId: randomUUID(),
      name,
      number: 1,
      date: DATE,
      way: 'by-post',
    });
    await expect(foreign).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const person = scene.world.deskAt(scene.port, 'CU-001', { role: 'supervisor' });
    const copy = { idnp: idnp(862), reason: 'COPY_REASON_PERSON_REQUEST', evidence: 'CD-14/2027' } as const;
    const { applications } = await eventually(() => person.exportPerson(copy));
    expect(applications[0]!.application!.complaints).toMatchObject([{ number: 1 }]);
  }, 200_000);

  test.each([
    ['a date that does not exist', { date: '2027-02-30' }, '/date', 'DATE'],
    ['an unknown way', { way: 'by-pigeon' }, '/way', 'ONE_OF'],
    ['a long number', { registrationNumber: 'x'.repeat(101) }, '/registrationNumber', 'MAX_LENGTH'],
  ])('rejects %s', async (_name, more, field, rule) => {
    const { name } = await desk().file(863);
    await expect(file(name, more)).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test.each([
    ['an unknown outcome', { outcome: 'maybe' }, '/outcome', 'ONE_OF'],
    ['a long text', { text: 'x'.repeat(501) }, '/text', 'MAX_LENGTH'],
  ])('rejects an answer with %s', async (_name, more, field, rule) => {
    const { name } = await desk().file(864);
    await expect(answer(name, more)).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test('is not offered about an agency that is in time', async () => {
    const { name, allowedActions } = await desk().file(865);
    expect(allowedActions).not.toContain('ACTION_PREPARE_COMPLAINT');
    await expect(prepare(name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });
});

describe('ListEscalatedApplications', () => {
  test('shows a supervisor names, steps and times, never people', async () => {
    const name = await fileUnanswered(866);
    const row = await rowOf(name);
    expect(row).toMatchObject({
      centre: `centres/${CENTRE}`,
      agency: 'agencies/asp',
      step: 'term-150',
      dueDate: '2027-03-23',
      reminders: 3,
      lastReplyTime: null,
      complaintDate: '',
    });
    expect(JSON.stringify(row)).not.toMatch(/Testescu|2900/);
    await prepare(name);
    await file(name);
    expect(await rowOf(name)).toMatchObject({ complaintDate: DATE });
    expect(await rowOf(name, { agency: 'agencies/asp', step: 'term-150' })).toMatchObject({ step: 'term-150' });
    expect(await rowOf(name, { step: 'term-100' })).toBeUndefined();
    expect(await rowOf(name, { agency: 'agencies/cnas' })).toBeUndefined();
  }, 200_000);

  test('pages, and rejects an unknown step', async () => {
    const names = [await fileUnanswered(867), await fileUnanswered(868)];
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await supervisor().listEscalatedApplications({ pageSize: 1, pageToken });
      found.push(...page.applications.map(({ application }) => application));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(found).toEqual(expect.arrayContaining(names));
    expect(new Set(found).size).toBe(found.length);
    await expect(supervisor().listEscalatedApplications({ step: 'term-400' })).rejects.toMatchObject({
      violations: [{ field: '/step', rule: 'ONE_OF' }],
    });
  }, 200_000);

  test('is for supervisors only', async () => {
    await expect(desk().listEscalatedApplications({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});

const isComplaintEvent =
  (name: string) =>
  ({ type, subject }: { type: string; subject: string }): boolean =>
    type === 'cups.intake.v1.ApplicationComplaintChanged' && subject === name;
