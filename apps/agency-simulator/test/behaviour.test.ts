import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { resolveBehaviour, BEHAVIOURS, DEMO_ENDINGS, parseRules } from '../src/domain/behaviour.ts';

const delivery = (ending: string, publicService = 'criminal-record', agency = 'mai') => ({
  application: `applications/01KAVX3Z5T8W9Q2M4N6P7R8S${ending}`,
  agency,
  publicService,
});

describe('resolveBehaviour', () => {
  test.each(BEHAVIOURS)('returns %s if it is set for all deliveries', (behaviour) => {
    expect(resolveBehaviour(parseRules(behaviour), '1', delivery('00'))).toBe(behaviour);
  });
  test('follows the ending of the ID in the mix demo, with the default quick', () => {
    const rules = parseRules('demo');
    expect(Object.values(DEMO_ENDINGS).sort()).toEqual([...BEHAVIOURS].sort());
    for (const [ending, behaviour] of Object.entries(DEMO_ENDINGS)) {
      expect(resolveBehaviour(rules, '1', delivery(ending))).toBe(behaviour);
    }
    expect(resolveBehaviour(rules, '1', delivery('00'))).toBe('quick');
  });
  test('uses the first match of only, endings, services and mix', () => {
    const rules = { endings: { ZZ: 'slow' }, services: { 'criminal-record': 'rejects' }, mix: { 'out-of-order': 1 } };
    const of = (more: object, of: ReturnType<typeof delivery>) =>
      resolveBehaviour(parseRules(JSON.stringify({ ...rules, ...more })), '1', of);
    expect(of({ only: 'silent' }, delivery('ZZ'))).toBe('silent');
    expect(of({}, delivery('ZZ'))).toBe('slow');
    expect(of({}, delivery('00'))).toBe('rejects');
    expect(of({}, delivery('00', 'birth-allowance'))).toBe('out-of-order');
    expect(of({}, delivery('00', 'constructor'))).toBe('out-of-order');
  });
  test('draws a mix with the given weights, the same for the same seed', () => {
    const rules = parseRules('{"mix":{"quick":3,"rejects":1}}');
    const draw = (seed: string) =>
      Array.from({ length: 1000 }, (_, n) => resolveBehaviour(rules, seed, delivery(String(n).padStart(3, '0'))));
    const rejects = draw('1').filter((behaviour) => behaviour === 'rejects').length;
    expect(rejects).toBeGreaterThan(200);
    expect(rejects).toBeLessThan(300);
    expect(draw('1')).toEqual(draw('1'));
    expect(draw('2')).not.toEqual(draw('1'));
  });
  test.each([
    ['fast', 'neither a named mix'],
    ['[]', 'not an object'],
    ['{"only":"fast"}', 'only'],
    ['{"endings":{"Z":"fast"}}', 'endings.Z'],
    ['{"services":{"a":1}}', 'services.a'],
    ['{"mix":{"quick":-1}}', 'mix.quick'],
    ['{"mix":{"quick":0}}', 'all weights'],
    ['{"mixes":{}}', 'mixes'],
  ])('rejects the rules %s', (text, part) => {
    expect(() => parseRules(text)).toThrow(part);
  });
});

describe('readConfig', () => {
  test('returns development settings for an empty environment', () => {
    expect(readConfig({})).toMatchObject({
      brokers: ['localhost:9092'],
      prefix: '',
      agencies: [],
      agenciesDir: 'data/agencies',
      hourMs: 500,
      answerDays: 14,
    });
  });
  test.each([
    ['SIMULATOR_DELAY_MS', '-1'],
    ['SIMULATOR_AGENCIES', 'asp,'],
    ['SIMULATOR_AGENCIES', 'ASP'],
    ['SIMULATOR_BEHAVIOUR', 'nice'],
    ['HTTP_PORT', 'x'],
  ])('rejects %s=%s by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
