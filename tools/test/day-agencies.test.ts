import { describe, expect, test } from '@jest/globals';
import { ESCALATION_STEPS } from '@cups/application/escalation';
import { AgencyClerk } from '../day/agency-clerk.ts';
import type { SentReply } from '../day/agency-clerk.ts';
import { checkAgencies } from '../day/agency-books.ts';
import { ApiError } from '../day/desk.ts';
import type { ApiRequest, Desk } from '../day/desk.ts';
import type { Centre, PublicService } from '../day/filings.ts';
import { consentToPassingOn } from '../day/passing-on.ts';
import type { ExpectedApplication, Reconciliation } from '../day/reconcile.ts';
import { planChannelJobs } from '../day/scenarios.ts';
import { awaitEscalation } from '../day/silence.ts';
import { moveBack } from '../platform/elapse-term.ts';

/** The part of a day that agencies of every channel play, and its books. */

const ID = '01JD0000000000000000000000';
const idOf = (ending: string): string => ID.slice(0, -ending.length) + ending;

const bookOf = (changes: Partial<ExpectedApplication>): ExpectedApplication => ({
  id: ID,
  centre: 'CU-012',
  service: 'social-aid',
  agency: 'social',
  state: 'closed',
  actions: ['submit'],
  notices: [],
  uploads: [],
  mandates: [],
  results: [],
  ...changes,
});

interface Call extends ApiRequest {
  method: string;
  path: string;
}

/** Returns a desk whose calls the test answers. A thrown error is the response. */
function openFakeDesk(answer: (call: Call) => unknown): { desk: Desk; calls: Call[]; contents: string[] } {
  const calls: Call[] = [];
  const contents: string[] = [];
  const desk = {
    call: async (method: string, path: string, given: ApiRequest = {}) => {
      const call = { method, path, ...given };
      calls.push(call);
      return { body: await Promise.resolve(answer(call)) };
    },
    readContent: async (name: string) => {
      contents.push(name);
      return Buffer.alloc(0);
    },
    cookie: () => '',
  } as unknown as Desk;
  return { desk, calls, contents };
}

describe('planChannelJobs', () => {
  const centre = (code: string, ...agencies: string[]): Centre => ({
    name: `centres/${code}`,
    code,
    kind: 'town-hall',
    status: 'active',
    displayName: code,
    agencies: agencies.map((agency) => `agencies/${agency}`),
  });
  const service = (code: string, agency: string, providerChannel: string): PublicService => ({
    code,
    providerChannel,
    version: { provider: `agencies/${agency}`, centreKinds: ['town-hall'] },
  });
  const centres = [centre('CU-001', 'asp'), centre('CU-002', 'asp', 'archive', 'social', 'town')];
  const services = [
    service('register', 'asp', 'kafka'),
    service('aid', 'social', 'page'),
    service('permit', 'town', 'page'),
    service('copy', 'archive', 'pull'),
    service('elsewhere', 'nobody', 'page'),
  ];
  const plan = (canElapse: boolean) =>
    planChannelJobs(centres, services, { canElapse }).map(
      (job) => `${job.centre.code} ${job.service.code} ${job.course.ending}${job.course.escalates ? ' escalated' : ''}`,
    );

  test('visits every agency of a page and of a pull system where a centre works for it, and passes one on', () => {
    expect(plan(false)).toEqual([
      'CU-002 aid ZQ',
      'CU-002 permit ZD',
      'CU-002 copy ZQ',
      'CU-002 copy ZD',
      'CU-002 copy ZT',
      'CU-001 register ZP',
    ]);
  });

  test('keeps one agency silent if a term can be made to pass', () => {
    expect(plan(true)).toContain('CU-002 permit ZN escalated');
  });

  test('has applicants of its own', () => {
    const numbers = planChannelJobs(centres, services, { canElapse: true }).map(({ n }) => n);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(70_000);
  });
});

describe('a clerk', () => {
  const name = `deliveries/${idOf('ZQ')}-social`;
  const queued = (ending: string) => ({
    name: `deliveries/${idOf(ending)}-social`,
    application: `applications/${idOf(ending)}`,
    submission: 1,
  });
  interface Scene {
    toAcknowledge?: object[];
    inProgress?: object[];
    submissions?: object[];
    refuses?: (path: string) => boolean;
  }
  function work({ toAcknowledge = [], inProgress = [], submissions = [{}], refuses = () => false }: Scene) {
    const sent: SentReply[] = [];
    const fake = openFakeDesk(({ method, path }) => {
      if (refuses(path)) throw new ApiError(path, { status: 409, reason: 'ACTION_NOT_ALLOWED' });
      const counts = [{ stage: 'in-progress', count: inProgress.length }];
      const rows = (all: object[]) => ({ deliveries: all.map((delivery) => ({ delivery })), counts });
      if (path.includes('stage=to-acknowledge')) return rows(toAcknowledge);
      if (path.includes('stage=in-progress')) return rows(inProgress);
      return method === 'GET' ? { delivery: { name: path.slice(1) }, submissions } : {};
    });
    const clerk = new AgencyClerk('social', fake.desk, 'http://platform', { onReply: (reply) => sent.push(reply) });
    return { ...fake, sent, clerk, done: clerk.work() };
  }
  const repliesOf = (calls: Call[]) =>
    calls.filter(({ path }) => path.endsWith('/replies')).map(({ body }) => body as SentReply['body']);

  test('takes and acknowledges what is new', async () => {
    const { calls, sent, done } = work({ toAcknowledge: [queued('ZQ')] });
    await done;
    expect(calls.map(({ path }) => path)).toContain(`/${name}/assign`);
    expect(repliesOf(calls)).toEqual([
      {
        type: 'md.cups.reply.acknowledged.v1',
        content: {
          application: `applications/${idOf('ZQ')}`,
          submission: 1,
          agencyReference: expect.stringMatching(/^SOCIAL-/) as unknown,
        },
      },
    ]);
    expect(sent).toMatchObject([{ delivery: name, isAcknowledged: true }]);
  });

  test.each([
    ['ZQ', [{}], 'md.cups.reply.decided.v1', { outcome: 'approved', result: { kind: 'paper' } }],
    ['ZR', [{}], 'md.cups.reply.decided.v1', { outcome: 'rejected' }],
    ['ZD', [{}], 'md.cups.reply.documents-requested.v1', { documents: [{ kind: 'identity-document' }] }],
    ['ZD', [{}, {}], 'md.cups.reply.decided.v1', { outcome: 'approved' }],
  ])('proceeds with %s', async (ending, submissions, type, content) => {
    const { calls, done } = work({ inProgress: [queued(ending)], submissions });
    await done;
    expect(repliesOf(calls)).toMatchObject([{ type, content }]);
  });

  test('reads each copy once before a decision', async () => {
    const evidence = [{ kind: 'a', copy: 'documents/ONE' }, { kind: 'b' }];
    const { contents, clerk, done } = work({ inProgress: [queued('ZQ')], submissions: [{ evidence }, { evidence }] });
    await done;
    expect(contents).toEqual([`${name}/documents/ONE`]);
    expect(clerk.counts.copies).toBe(1);
  });

  test('says nothing about some applications', async () => {
    const { calls, done } = work({ toAcknowledge: [queued('ZN')], inProgress: [queued('ZN')] });
    await done;
    expect(repliesOf(calls)).toEqual([]);
  });

  test('sends every second reply again with the same key', async () => {
    const { calls, clerk, done } = work({ toAcknowledge: [queued('ZQ'), queued('ZR')] });
    await done;
    const keys = calls.filter(({ path }) => path.endsWith('/replies')).map(({ key }) => key);
    expect(keys).toHaveLength(3);
    expect(keys[2]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(2);
    expect(clerk.counts).toMatchObject({ replies: 2, repeated: 1 });
  });

  test('continues with the others after a refusal, which it reports', async () => {
    const isFirst = (path: string) => path === `/${name}/replies`;
    const { sent, done } = work({ toAcknowledge: [queued('ZQ'), queued('ZR')], refuses: isFirst });
    await expect(done).rejects.toThrow('ACTION_NOT_ALLOWED');
    expect(sent.map(({ isAcknowledged }) => isAcknowledged)).toEqual([false, true]);
  });
});

describe('an agency that says nothing', () => {
  const escalation = (step: string) => ({
    step,
    agency: 'agencies/social',
    actions: step === 'term-150' ? ['mail-agency'] : ['remind-agency'],
  });
  async function play(steps: readonly string[]) {
    const expected = bookOf({ state: 'submitted' });
    const elapsed: [string, number][] = [];
    const { desk } = openFakeDesk(() => ({ escalations: steps.map(escalation), escalationMark: steps.at(-1) }));
    const elapseTerm = async (id: string, days: number) => void elapsed.push([id, days]);
    await awaitEscalation(desk, expected, { elapseTerm, patienceSeconds: 1 });
    return { expected, elapsed };
  }

  test('is expected to be escalated to the end, once', async () => {
    const { expected, elapsed } = await play(ESCALATION_STEPS);
    expect(elapsed).toEqual([[ID, expect.any(Number)]]);
    expect(expected.actions).toEqual(['submit', ...ESCALATION_STEPS.map(() => 'agency-escalation')]);
    expect(expected).toMatchObject({ notices: ['term-passed'], reminders: 3 });
  });

  test.each([
    ['a step that fired twice', [...ESCALATION_STEPS, 'term-150']],
    ['steps out of order', [...ESCALATION_STEPS].reverse()],
  ])('is an error with %s', async (_, steps) => {
    await expect(play(steps)).rejects.toThrow('the clock of a silent agency fired');
  });
});

describe('moveBack', () => {
  const now = new Date('2026-11-30T10:00:00Z');
  const filed = new Date('2026-11-30T09:00:00Z');
  const moved = moveBack(
    {
      submitTime: filed,
      dueDate: '2026-12-14',
      history: [
        { kind: 'assign', recordTime: filed },
        { kind: 'submit', recordTime: filed, occurTime: filed },
      ],
    },
    30,
    now,
  );

  test('moves the times of the clock by the same days, and makes the timer due', () => {
    const earlier = new Date('2026-10-31T09:00:00Z');
    expect(moved).toEqual({
      submitTime: earlier,
      dueDate: '2026-11-14',
      'history.1.recordTime': earlier,
      'history.1.occurTime': earlier,
      timer: { kind: 'agency-escalation', due: now },
    });
  });
});

describe('an application that is passed on', () => {
  const asked = {
    agency: 'agencies/asp',
    allowedActions: ['consent-to-passing-on'],
    passingOn: { competentAgency: 'agencies/cnas' },
  };
  const play = async (after: object) => {
    const expected = bookOf({ agency: 'asp' });
    const { desk, calls } = openFakeDesk(({ method }) => (method === 'GET' ? asked : after));
    await consentToPassingOn(desk, expected, 1);
    return { expected, calls };
  };

  test('goes to the competent agency with the consent of the person', async () => {
    const formerAgencies = [{ agency: 'agencies/asp' }];
    const { expected, calls } = await play({ agency: 'agencies/cnas', formerAgencies });
    expect(calls.at(-1)).toMatchObject({ path: `/applications/${ID}/passing-on`, body: { consents: true } });
    expect(expected).toMatchObject({ agency: 'cnas', formerAgencies: ['asp'] });
    expect(expected.actions).toEqual(['submit', 'passed-on', 'consent-to-passing-on']);
  });

  test.each([
    ['stays where it was', { agency: 'agencies/asp', formerAgencies: [] }],
    ['forgets who had it', { agency: 'agencies/cnas', formerAgencies: [] }],
  ])('is an error if it %s', async (_, after) => {
    await expect(play(after)).rejects.toThrow('an application was passed on from');
  });
});

describe('the books of the agencies', () => {
  const PASSED = bookOf({ id: idOf('ZP'), agency: 'cnas', formerAgencies: ['asp'] });
  const SILENT = bookOf({ id: idOf('ZN'), state: 'submitted', reminders: 3 });
  const BOOKS = [bookOf({}), PASSED, SILENT];
  const createDeliveries = (): Record<string, { application: string; state: string }[]> => ({
    social: [
      { application: `applications/${ID}`, state: 'answered' },
      { application: `applications/${SILENT.id}`, state: 'sent' },
    ],
    cnas: [{ application: `applications/${PASSED.id}`, state: 'answered' }],
    asp: [{ application: `applications/${PASSED.id}`, state: 'cancelled' }],
  });
  async function check(deliveries: ReturnType<typeof createDeliveries>, reminders = 3) {
    const balance: Reconciliation = { lost: [], doubled: [], states: [], notices: 0, fetches: 0 };
    const { desk } = openFakeDesk(({ path }) => {
      const agency = new URLSearchParams(path.split('?')[1]).get('agency');
      if (agency !== null) return { deliveries: deliveries[agency] ?? [] };
      return { delivery: { reminders: Array.from({ length: reminders }, () => ({})) } };
    });
    const channelOf = new Map([
      ['asp', 'kafka'],
      ['cnas', 'kafka'],
      ['social', 'page'],
    ]);
    const counts = await checkAgencies(balance, BOOKS, { channelOf, signIn: () => Promise.resolve(desk) });
    return { balance, counts };
  }

  test('balance, by agency and by channel', async () => {
    const { balance, counts } = await check(createDeliveries());
    expect(balance).toMatchObject({ lost: [], doubled: [] });
    expect(counts).toEqual({ byAgency: { asp: 0, cnas: 1, social: 2 }, byChannel: { kafka: 1, page: 2 } });
  });

  test.each<[string, (all: ReturnType<typeof createDeliveries>) => unknown, object]>([
    ['a delivery is missing', (all) => all['social']!.shift(), { lost: [`delivery ${ID}-social`] }],
    [
      'a decision did not reach the delivery',
      (all) => (all['cnas']![0]!.state = 'acknowledged'),
      { lost: [`delivery ${PASSED.id}-cnas: answered, now acknowledged`] },
    ],
    [
      'the agency that passed it on still has it',
      (all) => (all['asp']![0]!.state = 'acknowledged'),
      { lost: [`delivery ${PASSED.id}-asp: cancelled, now acknowledged`] },
    ],
    [
      'a delivery exists twice',
      (all) => all['cnas']!.push(all['cnas']![0]!),
      { doubled: [`delivery ${PASSED.id}-cnas (2)`] },
    ],
    [
      'another agency has a delivery',
      (all) => all['asp']!.push(all['social']![0]!),
      { doubled: [`a delivery of ${ID} at asp`] },
    ],
  ])('notice that %s', async (_, change, found) => {
    const deliveries = createDeliveries();
    change(deliveries);
    const { balance } = await check(deliveries);
    expect({ lost: [], doubled: [], ...found }).toEqual({ lost: balance.lost, doubled: balance.doubled });
  });

  test('notice a reminder that was sent twice', async () => {
    const { balance } = await check(createDeliveries(), 4);
    expect(balance.doubled).toEqual([`a reminder of ${SILENT.id} (4 of 3)`]);
  });
});
