import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgencyParser, isWritable } from '../src/index.ts';

const folder = join(import.meta.dirname, '../../../data/agencies');
const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const asp = files.find(({ path }) => path === 'asp.yaml')!.text;

describe('createAgencyParser', () => {
  test('accepts all files of the data folder', () => {
    const { entries, problems } = createAgencyParser()(files);
    expect(problems).toEqual([]);
    expect([...entries.keys()].map((code) => `${code}.yaml`)).toEqual(files.map(({ path }) => path));
    expect(entries.get('asp')).toMatchObject({
      timeZone: 'Europe/Chisinau',
      workingTime: { from: '08:00', to: '17:00' },
    });
  });

  test('accepts messages of desks over any channel', () => {
    const channels = ['kafka', 'pull', 'page'].map((channel) => {
      const { entries, problems } = createAgencyParser()([{ path: 'asp.yaml', text: `${asp}\nchannel: ${channel}\n` }]);
      expect(problems).toEqual([]);
      const agency = entries.get('asp')!;
      return [isWritable(agency), isWritable({ ...agency, acceptsMessages: false })];
    });
    expect(channels).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
  });

  test('accepts rules of escalation and a contact', () => {
    const more = [
      'escalation: { unacknowledged: { workingHours: 8, actions: [remind-agency] }, term-150: { actions: [] } }',
      'contact: { email: registratura@asp.test, languages: [ro, ru] }',
      'acceptsReminders: true',
    ];
    const { entries, problems } = createAgencyParser()([{ path: 'asp.yaml', text: `${asp}\n${more.join('\n')}\n` }]);
    expect(problems).toEqual([]);
    expect(entries.get('asp')).toMatchObject({
      escalation: { unacknowledged: { workingHours: 8, actions: ['remind-agency'] }, 'term-150': { actions: [] } },
      contact: { email: 'registratura@asp.test', languages: ['ro', 'ru'] },
      acceptsReminders: true,
    });
  });

  test.each([
    ['another name', 'mai.yaml', asp, 'the file must be named asp.yaml'],
    ['an unknown time zone', 'asp.yaml', asp.replace('Europe/Chisinau', 'Europe/Chisinev'), 'is unknown'],
    [
      'working time that ends before it starts',
      'asp.yaml',
      asp.replace("'08:00'", "'18:00'"),
      'ends at 17:00, before it starts',
    ],
    ['an invalid hour', 'asp.yaml', asp.replace("'17:00'", "'25:00'"), '/workingTime/to'],
    ['an unknown member', 'asp.yaml', `${asp}\nfax: '1'\n`, 'additional properties: fax'],
    [
      'an unknown step of escalation',
      'asp.yaml',
      `${asp}\nescalation: { term-80: { actions: [] } }\n`,
      '/escalation must NOT have additional properties: term-80',
    ],
    [
      'an unknown action of escalation',
      'asp.yaml',
      `${asp}\nescalation: { term-75: { actions: [sue-agency] } }\n`,
      '/escalation/term-75/actions/0 must be equal to one of the allowed values: remind-agency, mail-agency',
    ],
    [
      'a time for a part of the term',
      'asp.yaml',
      `${asp}\nescalation: { term-75: { workingHours: 4, actions: [] } }\n`,
      '/escalation/term-75 must NOT have additional properties: workingHours',
    ],
    [
      'a contact that is no email address',
      'asp.yaml',
      `${asp}\ncontact: { email: office, languages: [ro] }\n`,
      '/contact/email must match format "email"',
    ],
  ])('rejects a file with %s, and accepts the others', (_what, path, text, reason) => {
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
