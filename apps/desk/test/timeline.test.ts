import { expect, test } from '@jest/globals';
import type { ApplicationDetails } from '../src/api/types.ts';
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
