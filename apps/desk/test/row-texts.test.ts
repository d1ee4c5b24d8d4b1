import { describe, expect, test } from '@jest/globals';
import { isRowUnpaid } from '../src/application/cost-options.ts';
import { buildTicks } from '../src/application/deadline-ticks.ts';
import { formatBucketCount } from '../src/queue/bucket-count.ts';
import { GROUP_ORDER, resolveGroup, isRevoked, describeRow } from '../src/queue/row-texts.ts';
import type { Group } from '../src/queue/row-texts.ts';
import type { ApplicationRow, Bucket, Catalog } from '../src/api/types.ts';

const context = { language: 'ro' as const, today: '2026-11-25', agency: (name: string) => name.slice(9).toUpperCase() };
const row = (more: Partial<ApplicationRow>): ApplicationRow =>
  Object.assign(
    {
      name: 'applications/01J0000000000000000000000A',
      id: '01J0000000000000000000000A',
      centre: 'centres/CU-001',
      publicService: 'publicServices/criminal-record',
      agency: 'agencies/mai',
      state: 'draft' as const,
      etag: '"1"',
      createTime: '2026-11-05T07:12:00Z',
      updateTime: '2026-11-05T07:12:00Z',
      training: false,
      allowedActions: [],
    },
    more,
  );

describe('formatBucketCount', () => {
  test('shows counts above 999 as a lower bound', () => {
    expect([undefined, 0, 999, 1_000].map(formatBucketCount)).toEqual(['', '0', '999', '999+']);
  });
});

describe('describeRow', () => {
  test('quotes the message of the agency, cut at its length', () => {
    const wrote = (text: string) =>
      describeRow(
        row({ state: 'in-progress', agencyMessage: { number: 1, text, sendTime: '2026-11-25T08:00:00Z' } }),
        context,
      ).more;
    expect(wrote('Sunați-ne.')).toBe('„Sunați-ne.”');
    expect(wrote('cuvânt '.repeat(50))).toMatch(/^„(cuvânt ){8}cuv…”$/);
  });

  test.each([
    ['a draft', row({ sinceTime: '2026-11-25T08:38:00Z' }), 'brand', 'De completat', 'astăzi, 10:38', 'modificată'],
    [
      'an expiring draft',
      row({ sinceTime: '2026-10-28T08:00:00Z' }),
      'brand',
      'De completat',
      'vineri, 27 noiembrie',
      'expiră',
    ],
    [
      'an application at the agency',
      row({ state: 'in-progress', dueDate: '2026-12-04' }),
      'agency',
      'La MAI',
      'vineri, 4 decembrie',
      'termen',
    ],
    [
      'a late agency',
      row({ state: 'submitted', dueDate: '2026-11-23' }),
      'trouble',
      'MAI întârzie',
      'luni, 23 noiembrie',
      'depășit cu 2\u00a0zile',
    ],
    [
      'an agency that did not acknowledge',
      row({ state: 'submitted', dueDate: '2026-12-04', escalationMark: 'unacknowledged' }),
      'trouble',
      'La MAI',
      'vineri, 4 decembrie',
      'termen',
    ],
    [
      'a document request',
      row({ state: 'documents-requested', documentRequest: { answerBy: '2026-11-25' } }),
      'citizen',
      'Așteptăm actele',
      'astăzi',
      'ultima zi',
    ],
    ['a result', row({ state: 'ready', sinceTime: '2026-11-24T12:55:00Z' }), 'give', 'De înmânat', 'ieri', 'la ghișeu'],
    [
      'an uncollected result',
      row({ state: 'ready', sinceTime: '2026-11-09T08:00:00Z' }),
      'give',
      'De înmânat',
      'luni, 9 noiembrie',
      'la ghișeu de 16\u00a0zile',
    ],
    [
      'a paper result on its way',
      row({ state: 'ready', sinceTime: '2026-11-24T12:55:00Z', buckets: ['on-the-way', 'open'] }),
      'agency',
      'Rezultat pe drum',
      'ieri',
      'decisă',
    ],
    [
      'a result to notify',
      row({
        state: 'ready',
        sinceTime: '2026-11-24T12:00:00Z',
        buckets: ['to-notify'],
        contact: { phone: '0600 00 014' },
      }),
      'give',
      'De anunțat',
      'ieri',
      'la ghișeu',
    ],
    [
      'a revoked result',
      row({
        state: 'ready',
        sinceTime: '2026-11-24T12:00:00Z',
        decision: { approved: true, revokeTime: '2026-11-24T12:00:00Z' },
      }),
      'trouble',
      'Rezultat revocat',
      'ieri',
      'la ghișeu',
    ],
    [
      'a rejection',
      row({ state: 'rejected', sinceTime: '2026-11-24T12:00:00Z' }),
      'trouble',
      'Decizie de înmânat',
      'ieri',
      'la ghișeu',
    ],
    [
      'a rejection to notify',
      row({
        state: 'rejected',
        sinceTime: '2026-11-24T12:00:00Z',
        buckets: ['to-notify'],
        contact: { phone: '0600 00 014' },
      }),
      'trouble',
      'Respinsă, de anunțat',
      'ieri',
      'la ghișeu',
    ],
    [
      'a handed-over application',
      row({ state: 'handed-over', sinceTime: '2026-11-24T12:00:00Z' }),
      'brand',
      'De închis',
      'ieri',
      'înmânată',
    ],
    [
      'a withdrawn application',
      row({ state: 'withdrawn', sinceTime: '2026-11-24T12:00:00Z' }),
      'none',
      'Retrasă',
      'ieri',
      'încheiată',
    ],
  ])('describes %s', (_case, item, tone, todo, date, dateMore) => {
    expect(describeRow(item, context)).toMatchObject({ tone, todo, date, dateMore });
  });

  test('shows a rejection with its icon and the phone number', () => {
    const rejected = row({ state: 'rejected', buckets: ['to-notify'], contact: { phone: '0600 00 014' } });
    expect(describeRow(rejected, context)).toMatchObject({ icon: 'refused', more: '0600 00 014' });
  });

  test('isRevoked ignores a corrected result, unless it was revoked again', () => {
    const decision = { approved: true, revokeTime: '2026-11-20T00:00:00Z', correctTime: '2026-11-21T00:00:00Z' };
    expect(isRevoked({ decision })).toBe(false);
    expect(isRevoked({ decision: Object.assign({}, decision, { revokeTime: '2026-11-22T00:00:00Z' }) })).toBe(true);
  });

  const day = (n: number) => `2026-11-${String(n).padStart(2, '0')}`;
  const at = (n: number) => `${day(n)}T08:00:00Z`;
  const paper = { state: 'ready' as const, buckets: ['today', 'on-the-way', 'agency-replied'] as Bucket[] };
  test.each<[string, Bucket, Partial<ApplicationRow>, Group]>([
    ['a new reply', 'today', { state: 'in-progress', buckets: ['today', 'agency-replied'] }, 'news'],
    ['a late agency', 'today', { state: 'in-progress', dueDate: day(24) }, 'overdue'],
    ['a passed legal term', 'today', { state: 'submitted', escalationMark: 'term-100' }, 'overdue'],
    ['no acknowledgement', 'today', { state: 'submitted', escalationMark: 'unacknowledged' }, 'unanswered'],
    ['a near term', 'today', { state: 'submitted', escalationMark: 'term-75', dueDate: day(27) }, 'unanswered'],
    ['a consent', 'today', { state: 'submitted', allowedActions: ['consent-to-passing-on'] }, 'consent'],
    ['an open complaint alone', 'today', { state: 'in-progress', complaintDate: day(20) }, 'other'],
    ['a paper result decided today', 'today', Object.assign({ sinceTime: at(25) }, paper), 'onTheWay'],
    ['a paper result that does not arrive', 'today', Object.assign({ sinceTime: at(11) }, paper), 'notArrived'],
    ['a result', 'today', { state: 'ready' }, 'ready'],
    ['a rejection', 'today', { state: 'rejected' }, 'rejected'],
    ['a rejection in its list', 'ready', { state: 'rejected' }, 'rejected'],
    ['a revoked result', 'ready', { state: 'ready', decision: { approved: true, revokeTime: at(20) } }, 'revoked'],
    ['somebody with a phone', 'to-notify', { state: 'ready', contact: { phone: '0600 00 014' } }, 'call'],
    ['somebody without a phone', 'to-notify', { state: 'rejected' }, 'noPhone'],
    ['a passed term', 'due-soon', { state: 'submitted', dueDate: day(24) }, 'passed'],
    [
      'a passed last day',
      'due-soon',
      { state: 'documents-requested', documentRequest: { answerBy: day(24) }, dueDate: day(30) },
      'passed',
    ],
    ['a term today', 'due-soon', { state: 'submitted', dueDate: day(25) }, 'near'],
    ['a draft', 'due-soon', { state: 'draft' }, 'near'],
  ])('resolveGroup of %s', (_case, bucket, item, group) => {
    expect(resolveGroup(row(item), bucket, context.today)).toBe(group);
  });

  test('the work of the desk comes before results on their way, and before late agencies', () => {
    const order = (group: Group) => GROUP_ORDER.indexOf(group);
    expect(GROUP_ORDER.at(-1)).toBe('onTheWay');
    expect(order('drafts')).toBeLessThan(order('overdue'));
  });

  test('a paper result that does not arrive names the agency to ask', () => {
    const texts = describeRow(row(Object.assign({ agency: 'agencies/mai', sinceTime: at(9) }, paper)), context);
    expect(texts).toMatchObject({ todo: 'Nu a sosit', more: 'întrebați MAI', dateMore: 'decisă de 16\u00a0zile' });
  });
});

describe('buildTicks', () => {
  /** Monday to Friday, without 30 November. */
  const isWorking = (date: string) =>
    ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay()) && date !== '2026-11-30';

  test('returns working days after the first, with gaps at days off', () => {
    const ticks = buildTicks('2026-11-23', '2026-12-02', '2026-11-25', isWorking);
    expect(ticks.map(({ date, phase: is, hasGap: gap, isLast: last }) => [date.slice(5), is, gap, last])).toEqual([
      ['11-24', 'past', false, false],
      ['11-25', 'today', false, false],
      ['11-26', 'future', false, false],
      ['11-27', 'future', false, false],
      ['12-01', 'future', true, false],
      ['12-02', 'future', false, true],
    ]);
  });

  test('includes a last day off, and returns nothing for long periods', () => {
    expect(buildTicks('2026-11-26', '2026-11-29', '2026-11-25', isWorking).map(({ date }) => date)).toEqual([
      '2026-11-27',
      '2026-11-29',
    ]);
    expect(buildTicks('2026-01-01', '2026-12-31', '2026-11-25', isWorking)).toEqual([]);
    expect(buildTicks('2026-11-25', '2026-11-20', '2026-11-25', isWorking)).toEqual([]);
  });
});

test('shows a missing phone in the notify list, and a missing email elsewhere', () => {
  const ready = row({ state: 'ready', buckets: ['to-notify'] });
  expect(describeRow(ready, { ...context, isNotifyList: true }).more).toBe('fără telefon');
  expect(describeRow(ready, context).more).toBe('fără e-mail');
  const phone = row({ state: 'ready', buckets: ['to-notify'], contact: { phone: '+373 60 000 001' } });
  expect(describeRow(phone, { ...context, isNotifyList: true }).more).toBe('+373 60 000 001');
});

test('names an unpaid fee beside what the row already says', () => {
  const isUnpaid = ({ costOption }: ApplicationRow) => costOption === 'urgent';
  const unpaid = row({ state: 'in-progress', costOption: 'urgent' });
  const paid = row({ state: 'in-progress', costOption: 'normal' });
  const withoutText = row({ costOption: 'urgent' });
  const texts = [unpaid, paid, withoutText].map((item) => describeRow(item, { ...context, isUnpaid }).more);
  expect(texts).toEqual(['În lucru la instituție · taxa neachitată', 'În lucru la instituție', 'taxa neachitată']);
});

test('asks for payment only where a fee exists and the caller may record it', () => {
  const costOptions = [
    { code: 'normal', title: { ro: 'Normal' } },
    { code: 'urgent', title: { ro: 'Urgent' }, fee: { amountMinor: 7_000, currency: 'MDL' } },
  ];
  const services = [{ name: 'publicServices/criminal-record', version: { costOptions } }];
  const catalog = { publicServices: services } as unknown as Catalog;
  const cases = [
    row({ costOption: 'urgent', allowedActions: ['withdraw', 'record-payment'] }),
    row({ costOption: 'urgent', allowedActions: ['withdraw'] }),
    row({ costOption: 'normal', allowedActions: ['record-payment'] }),
    row({ allowedActions: ['record-payment'] }),
  ];
  expect(cases.map((item) => isRowUnpaid(item, catalog))).toEqual([true, false, false, false]);
  expect(isRowUnpaid(cases[0]!, undefined)).toBe(false);
});

describe('a row of a silent agency', () => {
  const late = { state: 'in-progress' as const, dueDate: '2026-11-23' };

  test.each([
    ['no mark', row(late), 'agency', 'fără răspuns'],
    ['a mark', row({ ...late, escalationMark: 'term-150' }), 'silent', 'mult peste termen'],
    ['no due date', row({ state: 'submitted', escalationMark: 'unacknowledged' }), 'silent', 'primire neconfirmată'],
  ])('with %s', (_name, shown, icon, more) => {
    expect(describeRow(shown, context)).toMatchObject({ icon, more, tone: 'trouble' });
  });

  test('shows the age of a complaint without an answer, also after the decision', () => {
    const open = { complaintDate: '2026-11-13', escalationMark: 'term-150' as const };
    expect(describeRow(row({ ...late, ...open }), context).more).toBe('plângere de 12\u00a0zile · mult peste termen');
    const decided = row({ state: 'ready', sinceTime: '2026-11-24T12:55:00Z', complaintDate: '2026-11-13' });
    expect(describeRow(decided, context).more).toMatch(/^plângere de 12\u00a0zile · /);
  });
});
