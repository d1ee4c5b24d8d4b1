import { describe, expect, test } from '@jest/globals';
import { isValidIdnp } from '@cups/application';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import schema from '../schemas/centre.schema.json' with { type: 'json' };
import { readConfig } from '../src/config.ts';
import { validateCentre, nextGeneration, hashCentreFile } from '../src/domain/centres.ts';
import type { CentreFile, FileVersion } from '../src/domain/centres.ts';
import { syntheticIdnp, generateSyntheticOperators } from '../src/domain/synthetic-operators.ts';
import { assertSessionValid } from '../src/domain/sessions.ts';
import { createCentreParser } from '../src/centre-parser.ts';
import { checkProviders } from '../src/providers.ts';
import { CENTRE_LIFECYCLE, canTransition, CENTRE_STATUSES } from '../src/domain/centre-lifecycle.ts';

const parseCentres = createCentreParser();

const centre = (code: string, more: Partial<CentreFile> = {}): CentreFile => ({
  code,
  name: 'Lozova',
  kind: 'town-hall',
  wave: 'pilot',
  status: 'active',
  timeZone: 'Europe/Chisinau',
  languages: ['ro', 'ru'],
  agencies: ['asp', 'cnas'],
  ...more,
});
const file = (code: string, more: Partial<CentreFile> = {}, path = `${code}.yaml`) => ({
  path,
  text: JSON.stringify(centre(code, more)),
});

describe('createCentreParser', () => {
  test('rejects invalid files only', () => {
    const { entries, problems } = parseCentres([
      file('CU-001'),
      { path: 'CU-002.yaml', text: 'code: [' },
      { path: 'CU-003.yaml', text: 'code: CU-003' },
      file('CU-004', {}, 'CU-005.yaml'),
      file('CU-006', { timeZone: 'Europe/Lozova' }),
      file('CU-007', { kind: 'castle' as never }),
      file('CU-008'),
      file('CU-009', { district: 'Lozova' }),
      file('CU-010', { wave: '2021-12-24' }),
      file('CU-011', { status: 'open' as never }),
      file('CU-012', { name: 'Lozova\nnoua' }),
    ]);
    expect([...entries.keys()]).toEqual(['CU-001', 'CU-008']);
    expect(problems.map(({ file: name }) => name)).toEqual(
      ['02', '03', '05', '06', '07', '09', '10', '11', '12'].map((n) => `CU-0${n}.yaml`),
    );
    expect(problems[2]?.message).toBe('the file must be named CU-004.yaml');
    expect(problems[3]?.message).toBe('time zone Europe/Lozova is unknown');
  });
  test('validateCentre accepts a valid file', () => expect(validateCentre(centre('CU-001'))).toEqual([]));
  test('accepts all files of the data folder, each of at most 12 lines', () => {
    const folder = join(import.meta.dirname, '../../../data/centres');
    const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
    const { entries, problems } = parseCentres(files);
    expect(problems).toEqual([]);
    expect(entries.size).toBe(files.length);
    for (const { text } of files) expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });
  test('hashCentreFile changes with a comment and with the event form', () => {
    const hashes = [
      hashCentreFile('a: 1', 'form.v1'),
      hashCentreFile('a: 1 # newer', 'form.v1'),
      hashCentreFile('a: 1', 'form.v2'),
    ];
    expect(new Set(hashes).size).toBe(3);
    expect(hashCentreFile('a: 1', 'form.v1')).toBe(hashes[0]);
  });
});

test('the centre schema allows no personal data', () => {
  const additional: unknown[] = [];
  const names: string[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { type, properties, additionalProperties } = part as Record<string, unknown>;
    if (type === 'object') additional.push(additionalProperties);
    if (properties) names.push(...Object.keys(properties));
    Object.values(part).forEach(visit);
  };
  visit(schema);
  expect(additional).toEqual([false, false]);
  const personal = /idnp|person|operator|specialist|manager|contact|phone|mail|address|birth|givenName|familyName/i;
  expect(names.filter((name) => personal.test(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['code', 'openApplications']));
});

describe('the centre life cycle', () => {
  test('moves from planned to closed, and never back', () => {
    const reached = (from: (typeof CENTRE_STATUSES)[number]) =>
      CENTRE_STATUSES.filter((to) => canTransition(from, to)).join(' ');
    expect(CENTRE_STATUSES.map((from) => [from, reached(from)])).toEqual([
      ['planned', 'planned training active paused closed'],
      ['training', 'training active paused closed'],
      ['active', 'active paused closed'],
      ['paused', 'active paused closed'],
      ['closed', 'closed'],
    ]);
  });
  test('allows sign-in in training, active and paused centres only', () =>
    expect(CENTRE_STATUSES.filter((status) => CENTRE_LIFECYCLE[status].canSignIn)).toEqual([
      'training',
      'active',
      'paused',
    ]));
});

describe('nextGeneration', () => {
  const first = nextGeneration(undefined, 'a', undefined) as FileVersion;
  const second = nextGeneration(first, 'b', 'a') as FileVersion;
  test('increments for new content', () => {
    expect(first).toEqual({ hash: 'a', generation: 1, pastHashes: [] });
    expect(second).toEqual({ hash: 'b', generation: 2, pastHashes: ['a'] });
  });
  test('ignores equal content', () => expect(nextGeneration(second, 'b', 'a')).toBeUndefined());
  test('ignores a lagging mount, at its start and later', () => {
    expect(nextGeneration(second, 'a', undefined)).toBeUndefined();
    const third = nextGeneration(second, 'c', 'b') as FileVersion;
    expect(nextGeneration(third, 'b', 'a')).toBeUndefined();
  });
  test('increments for a file that returns to older content', () => {
    const back = nextGeneration(second, 'a', 'b');
    expect(back).toEqual({ hash: 'a', generation: 3, pastHashes: ['b'] });
  });
  test('never alternates between two different mounts', () => {
    let known = second;
    let writes = 0;
    for (let round = 0; round < 50; round++)
      for (const hash of ['a', 'b']) {
        const next = nextGeneration(known, hash, undefined);
        if (next) writes++;
        known = next ?? known;
      }
    expect(writes).toBe(0);
  });
});

describe('synthetic operators', () => {
  const operators = generateSyntheticOperators(
    [centre('CU-001'), centre('CU-018', { status: 'paused' })],
    ['mai', 'asp', 'cnas'],
  );
  test('exist for each centre, each agency and the platform, in ID order', () =>
    expect([...operators.keys()]).toEqual([
      'asp-clerk',
      'asp-manager',
      'cnas-clerk',
      'cnas-manager',
      'cu-001-manager',
      'cu-001-specialist',
      'cu-018-manager',
      'cu-018-specialist',
      'mai-clerk',
      'mai-manager',
      'supervisor',
      'support',
    ]));
  test('have one role and one workplace', () =>
    expect(operators.get('cu-001-specialist')).toMatchObject({
      displayName: 'Test Specialist Lozova',
      workplaces: [{ centre: 'CU-001', roles: ['specialist'], suspended: false }],
      platformRoles: [],
      language: 'ro',
    }));
  test('share the manager of the first of two paired centres', () => {
    const four = generateSyntheticOperators(
      [centre('CU-003'), centre('CU-001'), centre('CU-018', { kind: 'mission' }), centre('CU-002')],
      [],
    );
    const places = [...four.values()].map((operator) => [
      operator.id,
      operator.workplaces.map(({ centre: code }) => code),
    ]);
    expect(Object.fromEntries(places)).toMatchObject({
      'cu-001-manager': ['CU-001', 'CU-002'],
      'cu-001-specialist': ['CU-001'],
      'cu-002-manager': ['CU-002'],
      'cu-003-manager': ['CU-003'],
      'cu-018-manager': ['CU-018'],
      support: [],
    });
  });
  test('have stable personal numbers from an unused range', () => {
    const numbers = [...operators.keys()].map((id) => syntheticIdnp(id));
    expect(numbers.every((idnp) => isValidIdnp(idnp) && idnp.startsWith('29009'))).toBe(true);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual([...operators.keys()].map((id) => syntheticIdnp(id)));
    expect(syntheticIdnp('support', 1)).not.toBe(syntheticIdnp('support'));
  });
});

describe('configured providers', () => {
  test('exclude the local one in production', () =>
    expect(() => checkProviders(['mpass', 'local'], 'production')).toThrow('is not allowed in production'));
  test('are none by default, in development too', () => {
    for (const environment of ['development', 'production']) {
      const production = { GRPC_TLS_DIR: 'tls', KAFKA_TLS_CA_FILE: import.meta.filename };
      expect(readConfig({ CUPS_ENV: environment, ...production }).providers).toEqual([]);
    }
    const named = { CUPS_ENV: 'development', IDENTITY_PROVIDERS: 'local' };
    expect(readConfig(named).providers).toEqual(['local']);
  });
  test.each([undefined, '', 'prod'])('require a valid CUPS_ENV, not %s', (environment) =>
    expect(() => readConfig({ CUPS_ENV: environment })).toThrow(
      /^CUPS_ENV .*must be one of development, production\.$/,
    ),
  );
  test('must be known', () =>
    expect(() => checkProviders(['mpas'], 'development')).toThrow('contains "mpas", which is not a known provider'));
});

describe('assertSessionValid', () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 2, 9, 8, minutes));
  const session = { createTime: at(10), expireTime: at(50) };
  const reasonAt = (...args: Parameters<typeof assertSessionValid>) => {
    try {
      assertSessionValid(...args);
      return 'valid';
    } catch (error) {
      return (error as { reason: string }).reason;
    }
  };
  test('accepts a session until it expires', () => {
    expect(reasonAt(session, undefined, at(49))).toBe('valid');
    expect(reasonAt(session, undefined, at(50))).toBe('SESSION_EXPIRED');
  });
  test('rejects an unknown session', () => expect(reasonAt(undefined, undefined, at(20))).toBe('SESSION_EXPIRED'));
  test('rejects an ended session', () =>
    expect(reasonAt({ ...session, endTime: at(15) }, undefined, at(20))).toBe('SESSION_EXPIRED'));
  test('rejects a suspended operator', () =>
    expect(reasonAt(session, { suspended: true, revokeTime: at(15) }, at(20))).toBe('OPERATOR_SUSPENDED'));
  test('rejects a session created before a lifted suspension', () => {
    const lifted = { suspended: false, revokeTime: at(15) };
    expect(reasonAt(session, lifted, at(20))).toBe('SESSION_EXPIRED');
    expect(reasonAt({ ...session, createTime: at(16) }, lifted, at(20))).toBe('valid');
  });
});
