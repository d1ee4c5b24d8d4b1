import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isValidIdnp } from '@cups/application';
import { parse } from 'yaml';
import type { PublicService, Version } from '../src/domain/public-service.ts';
import { createPublicServiceParser } from '../src/public-service-parser.ts';
import { validatePattern } from '../src/patterns.ts';
import { createRejectionTemplateParser } from '../src/rejection-templates.ts';

const root = join(process.cwd(), '../../data');
const filesOf = (folder: string) =>
  readdirSync(join(root, folder)).map((name) => ({ path: name, text: readFileSync(join(root, folder, name), 'utf8') }));
const read = <T>(folder: string) =>
  filesOf(folder).map(({ path, text }) => ({ path, text, content: parse(text) as T }));

const parsePublicServices = createPublicServiceParser();
const files = filesOf('public-services');
const { entries, problems } = parsePublicServices(files);
const services = [...entries.values()];
const today = (service: PublicService): Version => service.versions.at(-1)!;

describe('the public services of the data folder', () => {
  test('are all valid', () => {
    expect(problems).toEqual([]);
    expect(entries.size).toBe(files.length);
  });

  test('are at least 28, of which at least 22 can be filed at a desk', () => {
    expect(services.length).toBeGreaterThanOrEqual(28);
    expect(services.filter((service) => today(service).centreKinds).length).toBeGreaterThanOrEqual(22);
  });

  test('include at least three fileable services per agency', () => {
    for (const agency of ['asp', 'cadastru', 'cnas', 'mai']) {
      const own = services.map(today).filter(({ provider, centreKinds }) => provider === agency && centreKinds);
      expect([agency, own.length >= 3]).toEqual([agency, true]);
    }
  });

  test('include services of at least three agencies at missions', () => {
    const abroad = services.map(today).filter((version) => version.centreKinds?.includes('mission'));
    expect(new Set(abroad.map((version) => version.provider)).size).toBeGreaterThanOrEqual(3);
  });

  test('name another channel in three languages if not fileable', () => {
    const unfileable = services.map(today).filter((version) => !version.centreKinds);
    expect(unfileable.length).toBeGreaterThan(0);
    for (const version of unfileable) expect(Object.keys(version.otherChannel ?? {})).toEqual(['ro', 'ru', 'en']);
  });

  test('cost USD or EUR at missions only, and MDL elsewhere', () => {
    for (const option of services.flatMap((service) => service.versions).flatMap((v) => v.costOptions ?? [])) {
      if (!option.fee) continue;
      const abroadOnly = option.centreKinds?.join() === 'mission';
      expect([option.code, option.fee.currency === 'MDL']).toEqual([option.code, !abroadOnly]);
    }
  });

  test('have the longest term for the free option', () => {
    for (const version of services.flatMap((service) => service.versions)) {
      const days = (version.costOptions ?? []).filter((option) => option.term?.unit === 'working-days');
      const free = days.find((option) => option.code === 'free' && option.reduction);
      if (free) expect(free.term?.amount).toBe(Math.max(...days.map((option) => option.term?.amount ?? 0)));
    }
  });

  test('have synthetic personal numbers in their examples', () => {
    const numbers = services
      .flatMap((service) => service.versions)
      .flatMap((version) => JSON.stringify(version.example ?? {}).match(/\b\d{13}\b/g) ?? []);
    expect(numbers.length).toBeGreaterThan(5);
    for (const number of numbers) expect([number.slice(0, 4), isValidIdnp(number)]).toEqual(['2900', true]);
  });

  test('forbid each conditional field when its condition does not hold', () => {
    for (const { form } of services.flatMap((service) => service.versions)) {
      const conditional = (form?.['then'] as { required?: string[] } | undefined)?.required ?? [];
      const forbidden = (form?.['else'] as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
      expect(Object.keys(forbidden)).toEqual(conditional);
    }
  });

  test('change from a paper to an electronic civil-status extract on 1 November 2025', () => {
    const [paper, electronic] = entries.get('civil-status-extract')!.versions;
    expect([paper!.validTo, paper!.outputs![0]!.kind]).toEqual(['2025-10-31', 'paper']);
    expect([electronic!.validFrom, electronic!.outputs![0]!.kind]).toEqual(['2025-11-01', 'electronic']);
  });
});

describe('the rejection templates of the data folder', () => {
  const templates = filesOf('rejection-templates');
  const parseTemplates = createRejectionTemplateParser();
  const parsed = parseTemplates(templates);

  test('are valid, and have texts for reasons and appeals', () => {
    expect(parsed.problems).toEqual([]);
    expect(new Set([...parsed.entries.values()].map(({ part }) => part))).toEqual(new Set(['reason', 'appeal']));
  });

  test('name existing agencies and themes only', () => {
    const agencies = filesOf('agencies').map(({ path }) => path.replace('.yaml', ''));
    const themes = services.map(({ theme }) => theme);
    for (const template of parsed.entries.values()) {
      for (const agency of template.agencies ?? []) expect(agencies).toContain(agency);
      for (const theme of template.themes ?? []) expect(themes).toContain(theme);
    }
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['a text without a placeholder', (text) => text.replace('{data}', 'date'), /in ro lacks the placeholder data/],
    [
      'an unknown placeholder',
      (text) => text.replace('{data}', '{data} {day}'),
      /in ro has the unknown placeholder \{day\}/,
    ],
    [
      'a repeated placeholder',
      (text) => text.replace('  - code: data', '  - code: data\n    title: { ro: a, ru: б, en: c }\n  - code: data'),
      /data is duplicated/,
    ],
    ['a bracket of the page', (text) => text.replace('{data}', '{data} [x]'), /in ro has a stray bracket/],
    ['a text without Russian', (text) => text.replace(/\n {2}ru: 'В учёте.*/, ''), /required property 'ru'/],
    ['an unknown member', (text) => `${text}colour: blue\n`, /additional/],
  ])('are rejected with %s', (_, change, expected) => {
    const { path, text } = templates.find((file) => file.path === 'no-record.yaml')!;
    expect(change(text)).not.toBe(text);
    const [problem] = createRejectionTemplateParser()([{ path, text: change(text) }]).problems;
    expect(problem?.message).toMatch(expected);
  });
});

describe('createPublicServiceParser rejects', () => {
  const valid = files.find((file) => file.path === 'name-change.yaml')!;
  const messagesFor = (change: (text: string) => string, path = valid.path) =>
    parsePublicServices([{ path, text: change(valid.text) }])
      .problems.map((problem) => problem.message)
      .join();
  test.each<[string, (text: string) => string, RegExp]>([
    ['an amount that is not an integer', (text) => text.replace('23000', '230.5'), /must be integer/],
    ['an unknown field', (text) => `${text}\ncolour: blue\n`, /additional/],
    ['a title without Russian', (text) => text.replace(/\n +ru: Перемена.*/, ''), /required property 'ru'/],
    [
      'a form that is not JSON Schema',
      (text) => text.replace('type: integer', 'type: whole'),
      /not a valid JSON Schema/,
    ],
    [
      'an example that does not match the form',
      (text) => text.replace('childrenConcerned: 0', 'childrenConcerned: 21'),
      /21|<= 20/,
    ],
    ['text that is not YAML', (text) => `${text}\n  - : [`, /./],
    ['an empty file', () => '', /must be object/],
  ])('%s', (_, change, expected) => {
    expect(change(valid.text)).not.toBe(valid.text);
    expect(messagesFor(change)).toMatch(expected);
  });

  test.each([
    ['[0-9]{13}', 'must start with \\^ and end with'],
    ['^[0-9]+$', 'must limit each repetition'],
    ['^a*$', 'must limit each repetition'],
    ['^a{2,}$', 'must limit each repetition'],
    ['^([0-9]{1,9}){1,9}$', 'must not repeat a group'],
    ['^(?:a|a){1,30}$', 'must not repeat a group'],
    ['^[0-9]{0,99}[0-9]{0,99}[0-9]{0,99}$', 'has too many match paths'],
    ['^(?=a)a$', 'must not use lookaround'],
    ['^(a)\\1$', 'must not use lookaround'],
  ])('an unbounded pattern: %s', (pattern, message) => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('pattern: ^[0-9]{13}$', () => `pattern: '${pattern}'`);
    expect(changed).not.toBe(text);
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(new RegExp(`a pattern of the form ${message}`));
  });

  test.each(['^[0-9]{13}$', '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$', '^(?:MD|RO)[0-9.]{0,13}$', '^\\p{L}{1,40}[*+?]$'])(
    'but accepts a bounded pattern: %s',
    (pattern) => expect(validatePattern(pattern)).toBeUndefined(),
  );

  test('an unknown keyword in a form', () => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('pattern: ^[0-9]{13}$', 'patern: ^[0-9]{13}$');
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(/unknown keyword: "patern"/);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'a comparison with a field that is not a date',
      (text) => text.replace('field: childBirthDate', 'field: payout'),
      /payout is not a date field/,
    ],
    ['a field without a section', (text) => text.replace('[payout, iban]', '[payout]'), /must list each field once/],
    [
      'a help text without Russian',
      (text) => text.replace(/\n +ru: 'Без пробелов.*/, ''),
      /x-help: needs ro, ru and en/,
    ],
    ['a message for an unknown rule', (text) => text.replace('NOT_AFTER:', 'LATE:'), /LATE is not a rule/],
    ['an unknown reuse hint', (text) => text.replace('child.idnp', 'child.number'), /x-reuse: "child.number"/],
    [
      'a required field that is forbidden',
      (text) => text.replace('childBirthDate, payout]', 'childBirthDate, payout, iban]'),
      /iban is required/,
    ],
  ])('a form with %s', (_, change, message) => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    expect(change(text)).not.toBe(text);
    expect(parsePublicServices([{ path, text: change(text) }]).problems[0]?.message).toMatch(message);
  });

  test('an unsupported JSON Schema keyword in a form', () => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('      if:\n', '      propertyNames: { maxLength: 20 }\n      if:\n');
    expect(changed).not.toBe(text);
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(/unsupported schema features: unknown keyword: "propertyNames"/);
  });

  test('a file name that is not the code', () =>
    expect(messagesFor((text) => text, 'other.yaml')).toMatch(/must be named name-change.yaml/));

  test('a state code of another service', () => {
    const text = files.find((file) => file.path === 'birth-allowance.yaml')!.text;
    const copy = { path: 'twin.yaml', text: text.replace('code: birth-allowance', 'code: twin') };
    const parsed = parsePublicServices([{ path: 'birth-allowance.yaml', text }, copy]);
    expect([...parsed.entries.keys()]).toEqual(['birth-allowance']);
    expect(parsed.problems[0]).toMatchObject({ file: 'twin.yaml', message: /state code/ });
  });

  test('the invalid file only', () => {
    const parsed = parsePublicServices([...files.filter((file) => file !== valid), { ...valid, text: '}{' }]);
    expect(parsed.problems.map((problem) => problem.file)).toEqual([valid.path]);
    expect(parsed.entries.size).toBe(files.length - 1);
  });
});

describe('centres, agencies and calendars of the data folder', () => {
  const agencies = read<{ code: string; calendar: string }>('agencies');
  const centres = read<{
    code: string;
    name: string;
    kind: string;
    wave: string;
    status: string;
    timeZone: string;
    agencies: string[];
  }>('centres');
  const calendars = read<{ code: string; years: Record<string, { date: string; name: string }[]> }>('calendars');

  test('include the 17 town halls and 9 missions of the pilot', () => {
    const pilot = centres.filter(({ content }) => content.wave === 'pilot').map(({ content }) => content);
    expect(pilot.filter(({ kind }) => kind === 'town-hall').length).toBe(17);
    expect(
      pilot
        .filter(({ kind }) => kind === 'mission')
        .map(({ name }) => name)
        .at(-1),
    ).toBe('MISSION-09');
    expect(centres[0]?.content.name).toBe('Lozova');
    for (const { text } of centres) expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });

  test('have an open pilot and 60 planned town halls of 2023', () => {
    const centresOf = (wave: string) =>
      centres.filter(({ content }) => content.wave === wave).map(({ content }) => content);
    expect(new Set(centresOf('pilot').map(({ status }) => status))).toEqual(new Set(['active']));
    expect(centresOf('2023').map(({ kind, status }) => `${kind} ${status}`)).toEqual(
      Array(60).fill('town-hall planned'),
    );
    expect(centresOf('2023').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Boșcana', 'Mihăileni', 'Tvardița']),
    );
  });

  test('number centres without gaps, because closed centres keep their files', () => {
    const numbers = centres.map(({ content }) => Number(content.code.slice(3)));
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
  });

  test('have valid time zones, and missions on several continents', () => {
    const zones = centres.map((centre) => centre.content.timeZone);
    for (const zone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow();
    expect(new Set(zones.map((zone) => zone.split('/')[0])).size).toBeGreaterThanOrEqual(4);
  });

  test('reference existing agencies and calendars only', () => {
    const known = agencies.map(({ content }) => content.code);
    for (const version of services.flatMap((service) => service.versions)) expect(known).toContain(version.provider);
    for (const { content } of centres) for (const agency of content.agencies) expect(known).toContain(agency);
    for (const { content } of agencies) expect(calendars.map((c) => c.content.code)).toContain(content.calendar);
  });

  /** Orthodox Easter: the first Sunday after the Julian paschal full moon, 13 days later in the Gregorian calendar. */
  const easter = (year: number): Date => {
    const moon = new Date(Date.UTC(year, 2, 21 + ((19 * (year % 19) + 15) % 30) + 13));
    return new Date(moon.getTime() + (7 - moon.getUTCDay()) * 86_400_000);
  };

  test('have all fixed and Easter holidays of 2024 to 2028', () => {
    const { years } = calendars.find((calendar) => calendar.content.code === 'holidays-md')!.content;
    expect(Object.keys(years)).toEqual(['2024', '2025', '2026', '2027', '2028']);
    for (const [year, days] of Object.entries(years)) {
      const after = (n: number) => new Date(easter(Number(year)).getTime() + n * 86_400_000).toISOString().slice(0, 10);
      const fixed = ['01-01', '01-07', '01-08', '03-08', '05-01', '05-09', '08-27', '08-31', '12-25'];
      const expected = [...fixed.map((day) => `${year}-${day}`), after(0), after(1), after(8)].sort();
      expect(days.map((day) => day.date)).toEqual(expected);
    }
  });

  test('compute Easter 2026 as 12 April, as published', () =>
    expect(easter(2026).toISOString().slice(0, 10)).toBe('2026-04-12'));
});
