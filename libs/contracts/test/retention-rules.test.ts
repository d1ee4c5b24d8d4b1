import { expect, test } from '@jest/globals';
import { DATA_ENDS, RETENTION_RULES } from '../src/retention-rules.ts';
import type { RetentionRule } from '../src/retention-rules.ts';

const rules: [string, RetentionRule][] = Object.entries(RETENTION_RULES);

test('names categories in kebab case, and one setting for each term', () => {
  expect(rules.filter(([category]) => !/^[a-z]+(?:-[a-z]+)*$/.test(category))).toEqual([]);
  const settings = rules.flatMap(([, { setting }]) => (setting === null ? [] : [setting]));
  expect(settings.filter((setting) => !/^RETENTION_[A-Z]+(?:_[A-Z]+)*_DAYS$/.test(setting))).toEqual([]);
  expect(new Set(settings).size).toBe(settings.length);
});

test.each(rules)('%s has a default within the bounds of its setting, and an end', (_category, rule) => {
  expect(Object.keys(DATA_ENDS)).toContain(rule.end);
  expect(rule.setting === null).toBe(rule.range === undefined);
  const [min, max] = rule.range ?? [0, Infinity];
  expect(rule.days ?? min).toBeGreaterThanOrEqual(min);
  expect(rule.days ?? min).toBeLessThanOrEqual(max);
});
