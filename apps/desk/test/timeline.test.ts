import { expect, test } from '@jest/globals';
import type { ApplicationDetails } from '../src/api/types.ts';
import { escalationFacts } from '../src/application/facts.ts';
import { agreeWithSubject, buildTimeline } from '../src/application/timeline-entries.ts';
import type { NameContext } from '../src/application/timeline-entries.ts';

test.each([
  ['Национальная касса', 'Национальная касса запросила документы'],
  ['Агентство услуг', 'Агентство услуг запросило документы'],
  ['Инспекторат труда', 'Инспекторат труда запросил документы'],
  ['CNAS', 'CNAS запросило документы'],
])('agreeWithSubject inflects the verb for %s', (subject, sentence) => {
  expect(`${subject} ${agreeWithSubject('запросил(а) документы', subject)}`).toBe(sentence);
});

test('buildTimeline names another centre that handed over, and not the own one', () => {
  const step = (kind: string, centre?: string) => ({ kind, actor: 'operators/x', recordTime: kind, centre });
  const details = {
    application: {},
    history: [step('hand-over', 'centres/CU-005'), step('confirm-arrival'), step('submit', 'centres/CU-005')],
    operators: [],
  } as unknown as ApplicationDetails;
  const context = { t: (text?: { en?: string }) => text?.en ?? '', agency: String, centre: String };
  const entries = buildTimeline(details, context as unknown as NameContext);
  expect(entries.map(({ time, detail }) => [time, detail])).toEqual([
    ['submit', ''],
    ['hand-over', 'at the centre {centre}'],
    ['confirm-arrival', ''],
  ]);
});

test('buildTimeline names the agency to which an application was passed on', () => {
  const step = { kind: 'passed-on', actor: 'agencies/asp', recordTime: '1', agency: 'agencies/cnas' };
  const details = { application: {}, history: [step], operators: [] } as unknown as ApplicationDetails;
  const context = { t: (text?: { en?: string }) => text?.en ?? '', agency: String, centre: String };
  expect(buildTimeline(details, context as unknown as NameContext)).toMatchObject([
    { action: 'passed the application on', detail: 'agencies/cnas' },
  ]);
});

test('buildTimeline says which step of the clock of a silent agency fired', () => {
  const step = { kind: 'agency-escalation', actor: 'timer', recordTime: '1', escalationStep: 'term-100' };
  const details = { application: {}, history: [step], operators: [] } as unknown as ApplicationDetails;
  const context = { t: (text?: { en?: string }) => text?.en ?? '', agency: String, centre: String };
  expect(buildTimeline(details, context as unknown as NameContext)).toMatchObject([
    { detail: 'The legal term has passed' },
  ]);
});

test('buildTimeline and the facts name the day on which the agency expects to decide', () => {
  const step = { kind: 'progressed', actor: 'agencies/asp', recordTime: '1', expectedDecisionDate: '2026-12-18' };
  const application = { expectedDecisionDate: '2026-12-18' };
  const details = { application, history: [step], operators: [] } as unknown as ApplicationDetails;
  const t = (text?: { en?: string }) => text?.en ?? '';
  const context = { t, agency: String, centre: String } as unknown as NameContext;
  expect(buildTimeline(details, context)).toMatchObject([{ detail: 'Day announced by the agency: 18.12.2026' }]);
  expect(escalationFacts(details.application, context.t)).toEqual([['Day announced by the agency', '18.12.2026']]);
  expect(escalationFacts({} as ApplicationDetails['application'], context.t)).toEqual([]);
});

test('buildTimeline shows both times of an act without a line that arrived more than a minute later', () => {
  // The year is shown only if it is another one.
  const day = `${new Date().getFullYear()}-06-29`;
  const recordTime = `${day}T13:02:00.000Z`;
  const step = (time: string, bounded: boolean) => ({
    kind: 'submit',
    actor: 'operators/x',
    recordTime,
    deskTime: { time, device: 'devices/D', sequence: 1, anchorTime: time, bounded },
  });
  const soon = `${day}T13:01:00.000Z`;
  const early = `${day}T07:00:00.000Z`;
  const history = [
    step(early, true),
    step(early, false),
    step(soon, true),
    { ...step(soon, true), deskTime: undefined },
  ];
  const details = { application: {}, history, operators: [] } as unknown as ApplicationDetails;
  const t = (text?: { en?: string }, params: Record<string, string> = {}) =>
    (text?.en ?? '').replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const context = { t, agency: String, centre: String } as unknown as NameContext;
  expect(buildTimeline(details, context).map(({ times }) => times)).toEqual([
    'Done at the desk: 29.06, 10:00. Recorded: 29.06, 16:02.',
    'Clock of the computer: 29.06, 10:00, not confirmed. Recorded: 29.06, 16:02.',
    '',
    '',
  ]);
});

test('buildTimeline names who made an act that was released from quarantine', () => {
  const released = { operator: 'operators/x', deskTime: '2026-06-29T07:00:00.000Z' };
  const history = [{ kind: 'submit', actor: 'operators/supervisor', recordTime: '2026-06-30T07:00:00.000Z', released }];
  const operators = [{ name: 'operators/x', displayName: 'Test Specialist Lozova' }];
  const details = { application: {}, history, operators } as unknown as ApplicationDetails;
  const t = (text?: { en?: string; ro?: string }, params: Record<string, string> = {}) =>
    (text?.en ?? text?.ro ?? '').replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const context = { t, agency: String, centre: String } as unknown as NameContext;
  expect(buildTimeline(details, context).map(({ release }) => release)).toEqual([
    'Made at the desk by Test Specialist Lozova, released from quarantine.',
  ]);
});

test('buildTimeline names the documents whose scans a released act left out', () => {
  const entry = { kind: 'omit-scans', actor: 'operators/h', recordTime: '2026-06-30T07:00:00.000Z' };
  const documents = [{ kind: 'identity-document' }, { kind: 'power' }];
  const details = { application: {}, history: [{ ...entry, documents }], operators: [] };
  const titles: Record<string, string> = { 'identity-document': 'Identity card', power: 'Power of attorney' };
  const t = (text?: { en?: string; ro?: string }) => text?.en ?? text?.ro ?? '';
  const context = { t, agency: String, centre: String, evidence: (kind: string) => titles[kind] };
  expect(buildTimeline(details as unknown as ApplicationDetails, context as unknown as NameContext)).toMatchObject([
    { action: 'released the act without the scan, which exists no more', detail: 'Identity card, Power of attorney' },
  ]);
});
