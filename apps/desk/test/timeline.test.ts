import { expect, test } from '@jest/globals';
import { agreeWithSubject } from '../src/application/timeline-entries.ts';

test.each([
  ['Национальная касса', 'Национальная касса запросила документы'],
  ['Агентство услуг', 'Агентство услуг запросило документы'],
  ['Инспекторат труда', 'Инспекторат труда запросил документы'],
  ['CNAS', 'CNAS запросило документы'],
])('agreeWithSubject inflects the verb for %s', (subject, sentence) => {
  expect(`${subject} ${agreeWithSubject('запросил(а) документы', subject)}`).toBe(sentence);
});
