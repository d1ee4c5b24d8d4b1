import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { yamlParser } from '@cups/registry';
import schema from '../schemas/calendar.schema.json' with { type: 'json' };

test('the calendars of the data folder are as their schema says, and bear the name of their code', () => {
  const folder = join(import.meta.dirname, '../../../data/calendars');
  const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const { entries, problems } = yamlParser<{ code: string }>({ schema })(files);
  expect(problems).toEqual([]);
  expect(entries.size).toBe(files.length);
});
