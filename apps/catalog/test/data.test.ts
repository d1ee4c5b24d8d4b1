import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isValidIdnp } from '@cups/application';
import { parse } from 'yaml';
import type { PublicService, Version } from '../src/domain/public-service.ts';
import { createPublicServiceParser } from '../src/parse.ts';
import { validatePattern } from '../src/patterns.ts';

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
  test('are valid, every file', () => {
    expect(problems).toEqual([]);
    expect(entries.size).toBe(files.length);
  });

  test('are at least 28, of which at least 22 may be filed at a desk', () => {
    expect(services.length).toBeGreaterThanOrEqual(28);
    expect(services.filter((service) => today(service).centreKinds).length).toBeGreaterThanOrEqual(22);
  });

  test('are there for every agency, to be filed at a desk', () => {
    for (const agency of ['asp', 'cadastru', 'cnas', 'mai']) {
      const own = services.map(today).filter(({ provider, centreKinds }) => provider === agency && centreKinds);
      expect([agency, own.length >= 3]).toEqual([agency, true]);
    }
  });

  test('can be filed at missions with at least three agencies', () => {
    const abroad = services.map(today).filter((version) => version.centreKinds?.includes('mission'));
    expect(new Set(abroad.map((version) => version.provider)).size).toBeGreaterThanOrEqual(3);
  });

  test('say in three languages what to do instead where they cannot be filed', () => {
    const elsewhere = services.map(today).filter((version) => !version.centreKinds);
    expect(elsewhere.length).toBeGreaterThan(0);
    for (const version of elsewhere) expect(Object.keys(version.elsewhere ?? {})).toEqual(['ro', 'ru', 'en']);
  });

  test('cost USD or EUR at missions and only there; all others cost MDL', () => {
    for (const option of services.flatMap((service) => service.versions).flatMap((v) => v.costOptions ?? [])) {
      if (!option.fee) continue;
      const abroadOnly = option.centreKinds?.join() === 'mission';
      expect([option.code, option.fee.currency === 'MDL']).toEqual([option.code, !abroadOnly]);
    }
  });

  test('take the longest term where they are free and others pay', () => {
    for (const version of services.flatMap((service) => service.versions)) {
      const days = (version.costOptions ?? []).filter((option) => option.term?.unit === 'working-days');
      const free = days.find((option) => option.code === 'free' && option.reduction);
      if (free) expect(free.term?.amount).toBe(Math.max(...days.map((option) => option.term?.amount ?? 0)));
    }
  });

  test('have synthetic people in their examples', () => {
    const numbers = services
      .flatMap((service) => service.versions)
      .flatMap((version) => JSON.stringify(version.example ?? {}).match(/\b\d{13}\b/g) ?? []);
    expect(numbers.length).toBeGreaterThan(5);
    for (const number of numbers) expect([number.slice(0, 4), isValidIdnp(number)]).toEqual(['2900', true]);
  });

  test('ask for nothing that is not sent: each field that counts sometimes is shut where it does not', () => {
    for (const { form } of services.flatMap((service) => service.versions)) {
      const needed = (form?.['then'] as { required?: string[] } | undefined)?.required ?? [];
      const shut = (form?.['else'] as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
      expect(Object.keys(shut)).toEqual(needed);
    }
  });

  test('hold the change from the civil-status paper to an electronic extract on 1 November 2025', () => {
    const [paper, electronic] = entries.get('civil-status-extract')!.versions;
    expect([paper!.validTo, paper!.outputs![0]!.kind]).toEqual(['2025-10-31', 'paper']);
    expect([electronic!.validFrom, electronic!.outputs![0]!.kind]).toEqual(['2025-11-01', 'electronic']);
  });
});

describe('a public service is refused', () => {
  const good = files.find((file) => file.path === 'name-change.yaml')!;
  const refused = (change: (text: string) => string, path = good.path) =>
    parsePublicServices([{ path, text: change(good.text) }])
      .problems.map((problem) => problem.message)
      .join();
  test.each<[string, (text: string) => string, RegExp]>([
    ['for money that is no integer', (text) => text.replace('23000', '230.5'), /must be integer/],
    ['for an unknown field', (text) => `${text}\ncolour: blue\n`, /additional/],
    ['for a title without Russian', (text) => text.replace(/\n +ru: Перемена.*/, ''), /required property 'ru'/],
    ['for a form that is no JSON Schema', (text) => text.replace('type: integer', 'type: whole'), /no JSON Schema/],
    [
      'for an example that breaks the form',
      (text) => text.replace('childrenConcerned: 0', 'childrenConcerned: 21'),
      /21|<= 20/,
    ],
    ['for text that is no YAML', (text) => `${text}\n  - : [`, /./],
    ['for an empty file', () => '', /must be object/],
  ])('%s', (_, change, expected) => {
    expect(change(good.text)).not.toBe(good.text);
    expect(refused(change)).toMatch(expected);
  });

  test.each([
    ['[0-9]{13}', 'must begin with \\^ and end with'],
    ['^[0-9]+$', 'must say how often'],
    ['^a*$', 'must say how often'],
    ['^a{2,}$', 'must say how often'],
    ['^([0-9]{1,9}){1,9}$', 'must not repeat a group'],
    ['^(?:a|a){1,30}$', 'must not repeat a group'],
    ['^[0-9]{0,99}[0-9]{0,99}[0-9]{0,99}$', 'may match in too many ways'],
    ['^(?=a)a$', 'must not look around'],
    ['^(a)\\1$', 'must not look around'],
  ])('for a pattern that is not bounded: %s', (pattern, sentence) => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('pattern: ^[0-9]{13}$', () => `pattern: '${pattern}'`);
    expect(changed).not.toBe(text);
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(new RegExp(`a pattern of the form ${sentence}`));
  });

  test.each(['^[0-9]{13}$', '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$', '^(?:MD|RO)[0-9.]{0,13}$', '^\\p{L}{1,40}[*+?]$'])(
    'not for one that is: %s',
    (pattern) => expect(validatePattern(pattern)).toBeUndefined(),
  );

  test('for a word in its form that no check knows', () => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('pattern: ^[0-9]{13}$', 'patern: ^[0-9]{13}$');
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(/unknown keyword: "patern"/);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'a compared date that is none',
      (text) => text.replace('field: childBirthDate', 'field: payout'),
      /payout is not a date field/,
    ],
    ['a section without a field', (text) => text.replace('[payout, iban]', '[payout]'), /must list each field once/],
    ['a help without Russian', (text) => text.replace(/\n +ru: 'Без пробелов.*/, ''), /x-help: needs ro, ru and en/],
    ['a message for no rule', (text) => text.replace('NOT_AFTER:', 'LATE:'), /LATE is not a rule/],
    ['a hint that says nothing', (text) => text.replace('child.idnp', 'child.number'), /x-reuse: "child.number"/],
    [
      'a shut field that is required',
      (text) => text.replace('childBirthDate, payout]', 'childBirthDate, payout, iban]'),
      /iban is required/,
    ],
  ])('for what its form could not show: %s', (_, change, sentence) => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    expect(change(text)).not.toBe(text);
    expect(parsePublicServices([{ path, text: change(text) }]).problems[0]?.message).toMatch(sentence);
  });

  test('for a word of JSON Schema in its form that answers are not checked by', () => {
    const { path, text } = files.find((file) => file.path === 'birth-allowance.yaml')!;
    const changed = text.replace('      if:\n', '      propertyNames: { maxLength: 20 }\n      if:\n');
    expect(changed).not.toBe(text);
    const [problem] = parsePublicServices([{ path, text: changed }]).problems;
    expect(problem?.message).toMatch(/answers are not checked by: unknown keyword: "propertyNames"/);
  });

  test('for a file name that is not its code', () =>
    expect(refused((text) => text, 'other.yaml')).toMatch(/must be named name-change.yaml/));

  test('for a state code that another has', () => {
    const text = files.find((file) => file.path === 'birth-allowance.yaml')!.text;
    const copy = { path: 'twin.yaml', text: text.replace('code: birth-allowance', 'code: twin') };
    const parsed = parsePublicServices([{ path: 'birth-allowance.yaml', text }, copy]);
    expect([...parsed.entries.keys()]).toEqual(['birth-allowance']);
    expect(parsed.problems[0]).toMatchObject({ file: 'twin.yaml', message: /state code/ });
  });

  test('by itself: it harms no other', () => {
    const parsed = parsePublicServices([...files.filter((file) => file !== good), { ...good, text: '}{' }]);
    expect(parsed.problems.map((problem) => problem.file)).toEqual([good.path]);
    expect(parsed.entries.size).toBe(files.length - 1);
  });
});

describe('centres, agencies and calendars', () => {
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

  test('the 17 town halls and 9 missions of the pilot are there, each in at most 12 lines', () => {
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

  test('the pilot is open, and the 60 town halls of 2023 are planned', () => {
    const of = (wave: string) => centres.filter(({ content }) => content.wave === wave).map(({ content }) => content);
    expect(new Set(of('pilot').map(({ status }) => status))).toEqual(new Set(['active']));
    expect(of('2023').map(({ kind, status }) => `${kind} ${status}`)).toEqual(Array(60).fill('town-hall planned'));
    expect(of('2023').map(({ name }) => name)).toEqual(expect.arrayContaining(['Boșcana', 'Mihăileni', 'Tvardița']));
  });

  test('no code of a centre is missing: one that ends is closed, and its file stays', () => {
    const numbers = centres.map(({ content }) => Number(content.code.slice(3)));
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
  });

  test('time zones exist and missions lie on several continents', () => {
    const zones = centres.map((centre) => centre.content.timeZone);
    for (const zone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow();
    expect(new Set(zones.map((zone) => zone.split('/')[0])).size).toBeGreaterThanOrEqual(4);
  });

  test('providers and the agencies of centres are known, and so are the calendars of agencies', () => {
    const known = agencies.map(({ content }) => content.code);
    for (const version of services.flatMap((service) => service.versions)) expect(known).toContain(version.provider);
    for (const { content } of centres) for (const agency of content.agencies) expect(known).toContain(agency);
    for (const { content } of agencies) expect(calendars.map((c) => c.content.code)).toContain(content.calendar);
  });

  /** Orthodox Easter: the first Sunday after the Julian paschal full moon, 13 days later in our calendar. */
  const easter = (year: number): Date => {
    const moon = new Date(Date.UTC(year, 2, 21 + ((19 * (year % 19) + 15) % 30) + 13));
    return new Date(moon.getTime() + (7 - moon.getUTCDay()) * 86_400_000);
  };

  test('holidays of 2024 to 2028: the fixed ones, Easter, Easter Monday and the Monday after', () => {
    const { years } = calendars.find((calendar) => calendar.content.code === 'holidays-md')!.content;
    expect(Object.keys(years)).toEqual(['2024', '2025', '2026', '2027', '2028']);
    for (const [year, days] of Object.entries(years)) {
      const after = (n: number) => new Date(easter(Number(year)).getTime() + n * 86_400_000).toISOString().slice(0, 10);
      const fixed = ['01-01', '01-07', '01-08', '03-08', '05-01', '05-09', '08-27', '08-31', '12-25'];
      const expected = [...fixed.map((day) => `${year}-${day}`), after(0), after(1), after(8)].sort();
      expect(days.map((day) => day.date)).toEqual(expected);
    }
  });

  test('Easter of 2026 is on 12 April, as published', () =>
    expect(easter(2026).toISOString().slice(0, 10)).toBe('2026-04-12'));
});
