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

describe('of the files of centres,', () => {
  test('one bad file harms only itself', () => {
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
  test('a right file has no fault', () => expect(validateCentre(centre('CU-001'))).toEqual([]));
  test('those of the data folder have no fault, each in at most 12 lines', () => {
    const folder = join(import.meta.dirname, '../../../data/centres');
    const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
    const { entries, problems } = parseCentres(files);
    expect(problems).toEqual([]);
    expect(entries.size).toBe(files.length);
    for (const { text } of files) expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });
  test('a remark makes another content, and so does another form of what is announced', () => {
    const hashes = [
      hashCentreFile('a: 1', 'form.v1'),
      hashCentreFile('a: 1 # newer', 'form.v1'),
      hashCentreFile('a: 1', 'form.v2'),
    ];
    expect(new Set(hashes).size).toBe(3);
    expect(hashCentreFile('a: 1', 'form.v1')).toBe(hashes[0]);
  });
});

test('the shape of a centre has no room for what tells of a person', () => {
  const closed: unknown[] = [];
  const names: string[] = [];
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { type, properties, additionalProperties } = part as Record<string, unknown>;
    if (type === 'object') closed.push(additionalProperties);
    if (properties) names.push(...Object.keys(properties));
    Object.values(part).forEach(walk);
  };
  walk(schema);
  expect(closed).toEqual([false, false]);
  const personal = /idnp|person|operator|specialist|manager|contact|phone|mail|address|birth|givenName|familyName/i;
  expect(names.filter((name) => personal.test(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['code', 'openApplications']));
});

describe('the life of a centre', () => {
  test('goes on from planned to closed, and never back', () => {
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
  test('lets nobody sign in before it has opened and after it was closed', () =>
    expect(CENTRE_STATUSES.filter((status) => CENTRE_LIFECYCLE[status].canSignIn)).toEqual([
      'training',
      'active',
      'paused',
    ]));
});

describe('of the generations of a centre, so that replicas with different mounts do not flap,', () => {
  const first = nextGeneration(undefined, 'a', undefined) as FileVersion;
  const second = nextGeneration(first, 'b', 'a') as FileVersion;
  test('new content is the next generation', () => {
    expect(first).toEqual({ hash: 'a', generation: 1, pastHashes: [] });
    expect(second).toEqual({ hash: 'b', generation: 2, pastHashes: ['a'] });
  });
  test('equal content changes nothing', () => expect(nextGeneration(second, 'b', 'a')).toBeUndefined());
  test('a mount that lags changes nothing, at its start and afterwards', () => {
    expect(nextGeneration(second, 'a', undefined)).toBeUndefined();
    const third = nextGeneration(second, 'c', 'b') as FileVersion;
    expect(nextGeneration(third, 'b', 'a')).toBeUndefined();
  });
  test('a file that returns to older content is a change', () => {
    const back = nextGeneration(second, 'a', 'b');
    expect(back).toEqual({ hash: 'a', generation: 3, pastHashes: ['b'] });
  });
  test('two mounts that never agree settle', () => {
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
  test('exist for each centre, each agency and the platform, by id', () =>
    expect([...operators.keys()]).toEqual([
      'asp-clerk',
      'cnas-clerk',
      'cu-001-manager',
      'cu-001-specialist',
      'cu-018-manager',
      'cu-018-specialist',
      'mai-clerk',
      'supervisor',
      'support',
    ]));
  test('have one role and one place', () =>
    expect(operators.get('cu-001-specialist')).toMatchObject({
      displayName: 'Test Specialist Lozova',
      places: [{ centre: 'CU-001', roles: ['specialist'], suspended: false }],
      platformRoles: [],
      language: 'ro',
    }));
  test('of two centres of a kind that follow each other, the manager of the first works at both', () => {
    const four = generateSyntheticOperators(
      [centre('CU-003'), centre('CU-001'), centre('CU-018', { kind: 'mission' }), centre('CU-002')],
      [],
    );
    const places = [...four.values()].map((one) => [one.id, one.places.map((place) => place.centre)]);
    expect(Object.fromEntries(places)).toMatchObject({
      'cu-001-manager': ['CU-001', 'CU-002'],
      'cu-001-specialist': ['CU-001'],
      'cu-002-manager': ['CU-002'],
      'cu-003-manager': ['CU-003'],
      'cu-018-manager': ['CU-018'],
      support: [],
    });
  });
  test('have personal numbers of a range that nobody has, always the same', () => {
    const numbers = [...operators.keys()].map((id) => syntheticIdnp(id));
    expect(numbers.every((idnp) => isValidIdnp(idnp) && idnp.startsWith('29009'))).toBe(true);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual([...operators.keys()].map((id) => syntheticIdnp(id)));
    expect(syntheticIdnp('support', 1)).not.toBe(syntheticIdnp('support'));
  });
});

describe('the local provider', () => {
  test('refuses production', () =>
    expect(() => checkProviders(['mpass', 'local'], 'production')).toThrow('is not allowed in production'));
  test('is there only where it is named: without a name nobody signs in, in development either', () => {
    for (const word of ['development', 'production']) {
      const production = { GRPC_TLS_DIR: 'tls', KAFKA_TLS_CA_FILE: import.meta.filename };
      expect(readConfig({ CUPS_ENV: word, ...production }).providers).toEqual([]);
    }
    const named = { CUPS_ENV: 'development', CUPS_IDENTITY_PROVIDERS: 'local' };
    expect(readConfig(named).providers).toEqual(['local']);
  });
  test.each([undefined, '', 'prod'])('an identity that was not told its CUPS_ENV does not start: %s', (word) =>
    expect(() => readConfig({ CUPS_ENV: word })).toThrow(/^CUPS_ENV .*must be one of development, production\.$/),
  );
  test('an unknown provider ends the start with one sentence', () =>
    expect(() => checkProviders(['mpas'], 'development')).toThrow('contains "mpas", which is not a known provider'));
});

describe('a session', () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 2, 9, 8, minutes));
  const session = { createTime: at(10), expireTime: at(50) };
  const reasonAt = (...given: Parameters<typeof assertSessionValid>) => {
    try {
      assertSessionValid(...given);
      return 'counts';
    } catch (error) {
      return (error as { reason: string }).reason;
    }
  };
  test('counts until it expires', () => {
    expect(reasonAt(session, undefined, at(49))).toBe('counts');
    expect(reasonAt(session, undefined, at(50))).toBe('SESSION_EXPIRED');
  });
  test('that nobody stored does not count', () =>
    expect(reasonAt(undefined, undefined, at(20))).toBe('SESSION_EXPIRED'));
  test('that was signed out does not count', () =>
    expect(reasonAt({ ...session, endTime: at(15) }, undefined, at(20))).toBe('SESSION_EXPIRED'));
  test('of a suspended operator is refused as suspended', () =>
    expect(reasonAt(session, { suspended: true, endedBefore: at(15) }, at(20))).toBe('OPERATOR_SUSPENDED'));
  test('from before a suspension stays ended after it was lifted', () => {
    const lifted = { suspended: false, endedBefore: at(15) };
    expect(reasonAt(session, lifted, at(20))).toBe('SESSION_EXPIRED');
    expect(reasonAt({ ...session, createTime: at(16) }, lifted, at(20))).toBe('counts');
  });
});
