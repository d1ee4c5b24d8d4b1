import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgencyParser } from '../src/index.ts';

const folder = join(import.meta.dirname, '../../../data/agencies');
const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const asp = files.find(({ path }) => path === 'asp.yaml')!.text;

describe('the files of agencies', () => {
  test('those of this repository are without faults, and each agency stands by its code', () => {
    const { entries, problems } = createAgencyParser()(files);
    expect(problems).toEqual([]);
    expect([...entries.keys()].map((code) => `${code}.yaml`)).toEqual(files.map(({ path }) => path));
    expect(entries.get('asp')).toMatchObject({
      timeZone: 'Europe/Chisinau',
      workingTime: { from: '08:00', to: '17:00' },
    });
  });

  test.each([
    ['another name', 'mai.yaml', asp, 'the file must be named asp.yaml'],
    ['a time zone that is none', 'asp.yaml', asp.replace('Europe/Chisinau', 'Europe/Chisinev'), 'is unknown'],
    [
      'hours that end before they begin',
      'asp.yaml',
      asp.replace("'08:00'", "'18:00'"),
      'ends at 17:00, before it begins',
    ],
    ['an hour that is none', 'asp.yaml', asp.replace("'17:00'", "'25:00'"), '/workingTime/to'],
    ['a word that nobody knows', 'asp.yaml', `${asp}\nfax: '1'\n`, 'additional properties'],
  ])('one with %s is refused by name, and the others are read', (_what, path, text, reason) => {
    const others = files.filter((file) => file.path !== 'asp.yaml');
    const { entries, problems } = createAgencyParser()([
      ...others.filter((file) => file.path !== path),
      { path, text },
    ]);
    expect(problems).toEqual([{ file: path, message: expect.stringContaining(reason) as unknown }]);
    expect(entries.has('asp')).toBe(false);
    expect(entries.has('cnas')).toBe(true);
  });
});
