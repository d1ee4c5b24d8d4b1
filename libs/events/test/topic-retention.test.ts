import { expect, test } from '@jest/globals';
import { RETENTION_RULES } from '@cups/contracts/retention';
import { buildTopics } from '../src/topics.ts';

const DAY_MS = 86_400_000;
const REPEATED = /^cups\.(?:applications|documents|mandates|journal\.[a-z-]+)$/;

/** The rule of a topic whose messages end; undefined for a compacted one, which names no person. */
function ruleOf(name: string) {
  if (REPEATED.test(name)) return RETENTION_RULES['repeated-topics'];
  return name.startsWith('agency.') ? RETENTION_RULES['agency-topics'] : RETENTION_RULES['internal-topics'];
}

test('keeps the messages of each topic as long as its rule of retention says', () => {
  const topics = buildTopics('', { partitions: 1, agencies: ['asp'] });
  const ending = topics.filter(({ config }) => config['cleanup.policy'] === 'delete');
  expect(ending.length).toBeGreaterThan(10);
  for (const { name, config } of ending)
    expect([name, Number(config['retention.ms']) / DAY_MS]).toEqual([name, ruleOf(name).days]);
  // A restore from the oldest backup repeats what these topics announce.
  expect(RETENTION_RULES['repeated-topics'].days).toBeGreaterThan(RETENTION_RULES.backups.days!);
});
