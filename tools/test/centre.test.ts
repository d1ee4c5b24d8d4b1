import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { copySampleData } from '@cups/testing';
import { centreCommand } from '../cli/centre/command.ts';
import { runProgram } from '../cli/program.ts';

/** `npm run cups -- centre` as a person uses it, on a copy of the data of the repository. */

const root = join(import.meta.dirname, '../..');
let parent: string;
let data: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cups-centre-'));
  data = join(parent, 'data');
  copySampleData(data, 'centres', 'agencies');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Runs the command; a path is meant from the folder of the copy. */
async function centre(...args: string[]) {
  const [said, complained]: [string[], string[]] = [[], []];
  const command = centreCommand({ here: parent, print: (text) => said.push(`${text}\n`) });
  const status = await runProgram([command], ['centre', ...args, '--data', data], (sentence) =>
    complained.push(sentence),
  );
  return { status, stdout: said.join(''), stderr: complained.join('\n') };
}
const json = async (...args: string[]) =>
  JSON.parse((await centre(...args, '--json')).stdout) as Record<string, unknown>;
const names = (): string[] => readdirSync(join(data, 'centres')).sort();
const texts = (): Map<string, string> => new Map(names().map((name) => [name, textOf(name)]));
const textOf = (name: string): string => readFileSync(join(data, 'centres', name), 'utf8');
const writeText = (name: string, text: string): void => writeFileSync(join(data, 'centres', name), text);
const setStatus = (code: string, status: string): void =>
  writeText(`${code}.yaml`, textOf(`${code}.yaml`).replace(/^status: .*$/m, `status: ${status}`));
/** Expects a refusal in these words, and that no file has changed. */
function expectRefusal(
  before: Map<string, string>,
  ran: Awaited<ReturnType<typeof centre>>,
  ...sentences: (string | RegExp)[]
): void {
  for (const sentence of sentences) expect(ran.stderr).toMatch(sentence);
  expect([ran.status, ran.stdout]).toEqual([1, '']);
  expect(texts()).toEqual(before);
}

/** The sixteen ConfigMaps of centres. */
const SHARDS = [...'0123456789abcdef'].map((digit) => `cups-centres-${digit}`);

describe('the list', () => {
  test('shows centres with their agencies, and counts by status', async () => {
    const { status, stdout } = await centre('list');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^CU-001 +Lozova +town-hall +Strășeni +pilot +active +x +x +x +x$/m);
    const all = (await json('list')) as {
      centres: unknown[];
      waves: unknown;
      agencies: { of: string; centres: number }[];
    };
    expect(all.centres).toHaveLength(names().length);
    expect(all.waves).toEqual([
      { of: '2023', centres: 60, byStatus: { planned: 60 } },
      { of: 'pilot', centres: 26, byStatus: { active: 26 } },
    ]);
    expect(all.agencies.map(({ of }) => of)).toEqual(['asp', 'cadastru', 'cnas', 'mai']);
    const planned = (await json('list', '--wave', 'pilot', '--status', 'planned')) as { centres: unknown[] };
    expect(planned.centres).toEqual([]);
  }, 60_000);

  test('reports a missing code, an unknown agency and a duplicate centre', async () => {
    rmSync(join(data, 'centres', 'CU-030.yaml'));
    writeText('CU-031.yaml', textOf('CU-031.yaml').replace('mai]', 'fisc]'));
    writeText('CU-032.yaml', textOf('CU-032.yaml').replace(/^name: .*$/m, 'name: TOWN-HALL-07'));
    const { status, stdout } = await centre('list');
    expect(status).toBe(1);
    expect(stdout).toContain('CU-030.yaml is missing; a centre that ends is closed, and its file stays');
    expect(stdout).toContain('CU-031.yaml: agency fisc has no file in agencies');
    expect(stdout).toContain('CU-033.yaml: TOWN-HALL-07 already exists as CU-032');
    const before = texts();
    expectRefusal(before, await centre('open', 'CU-027'), /^Fix these files first:/);
  }, 60_000);
});

test('centre show explains the status and the next ones', async () => {
  const { stdout } = await centre('show', 'CU-027');
  expect(stdout).toMatch(/status +planned: not open: no sign-in, no drafts/);
  expect(stdout).toMatch(/next +training or active or closed/);
  expect(await json('show', 'CU-027')).toMatchObject({ code: 'CU-027', name: 'Boșcana', status: 'planned' });
  expectRefusal(texts(), await centre('show', 'CU-999'), 'Name one centre code');
}, 60_000);

describe('a wave', () => {
  test('opens with one command that changes only the status in each file', async () => {
    const before = texts();
    const npm = ['run', '--silent', 'cups', '--', 'centre', 'open', '--wave', '2023', '--data', data];
    const { status, stdout } = spawnSync('npm', npm, { cwd: root, encoding: 'utf8', timeout: 120_000 });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^CU-027 +Boșcana +Criuleni +planned -> active$/m);
    expect(stdout).toMatch(/files +60, only the status of each/);
    expect(stdout).toMatch(/pods +0 restarted/);
    for (const [name, text] of texts()) {
      expect(text).toBe(before.get(name)!.replace('status: planned', 'status: active'));
    }
    expect(names()).toEqual([...before.keys()]);
  }, 120_000);

  test('is planned by --dry-run, with the same facts as text and JSON', async () => {
    const before = texts();
    expect((await centre('open', '--wave', '2023', '--dry-run')).stdout).toMatch(
      /Nothing was written \(--dry-run\)\.\n$/,
    );
    const told = await json('open', '--wave', '2023', '--dry-run');
    expect(told).toMatchObject({ files: 60, configMaps: SHARDS, podsRestarted: 0, announced: 60, written: false });
    expect(texts()).toEqual(before);
  }, 60_000);

  test('opens without its paused centres and names them', async () => {
    setStatus('CU-030', 'paused');
    setStatus('CU-031', 'active');
    const told = (await json('open', '--wave', '2023')) as { files: number; remarks: string[] };
    expect([told.files, told.remarks]).toEqual([58, ['CU-030 (TOWN-HALL-04) stays paused.']]);
    expect(textOf('CU-030.yaml')).toContain('status: paused');
    expectRefusal(texts(), await centre('open', '--wave', '2023'), 'No centre of wave 2023 is planned or training');
    expectRefusal(texts(), await centre('open', '--wave', '2024'), 'Wave 2024 has no centre. Waves: 2023, pilot');
    expectRefusal(texts(), await centre('open', 'CU-030', '--wave', '2023'), 'Name codes or --wave, not both');
  }, 60_000);

  test('starts training with --training without notifying agencies', async () => {
    expect(await json('open', '--wave', '2023', '--training')).toMatchObject({ files: 60, announced: 0 });
    expect(textOf('CU-086.yaml')).toContain('status: training');
    expectRefusal(texts(), await centre('open', 'CU-001', '--training'), 'cannot return to training');
  }, 60_000);
});

describe('a centre', () => {
  test('pauses and resumes; an invalid transition refuses all codes', async () => {
    expect((await centre('pause', 'CU-001', 'CU-002')).status).toBe(0);
    expect(textOf('CU-001.yaml')).toBe(
      readFileSync(join(root, 'data/centres/CU-001.yaml'), 'utf8').replace('active', 'paused'),
    );
    const before = texts();
    expectRefusal(
      before,
      await centre('pause', 'CU-001', 'CU-003', 'CU-027'),
      'CU-001 (Lozova) is already paused',
      'CU-027 (Boșcana) is planned: only an active centre can be paused',
    );
    expectRefusal(before, await centre('open', 'CU-999'), 'Centre CU-999 not found');
    expectRefusal(before, await centre('open'), 'Name codes, such as CU-027');
    expect((await centre('open', 'CU-001', 'CU-002')).status).toBe(0);
  }, 60_000);

  test('does not close while it may have open applications', async () => {
    const before = texts();
    expectRefusal(
      before,
      await centre('close', 'CU-001'),
      /may have open applications.*`close CU-001 --wait` pauses it first/,
    );
    expectRefusal(before, await centre('close', 'CU-001', '--if-empty'), 'pause it first');
    expect((await centre('close', 'CU-001', '--wait')).stdout).toMatch(
      /active -> paused\n[^]*`close CU-001 --if-empty` closes it/,
    );
    expectRefusal(texts(), await centre('close', 'CU-001'), /may have open applications/);
    expectRefusal(texts(), await centre('close', 'CU-001', '--wait'), 'is already paused');
    expect((await centre('close', 'CU-001', '--if-empty')).stdout).toMatch(/paused -> closed/);
    expectRefusal(
      texts(),
      await centre('open', 'CU-001'),
      'closed for good; add a centre that reopens under a new code',
    );
  }, 60_000);

  test('closes immediately with --to, also along a chain of centres', async () => {
    expect((await centre('close', 'CU-001', '--to', 'CU-002')).stdout).toMatch(
      /active -> closed, transferred to CU-002\n[^]*1, only status and transferTo of each[^]*The desk of CU-002 .* after the next sign-in/,
    );
    expect(textOf('CU-001.yaml')).toContain('status: closed\ntransferTo: CU-002\n');
    expect(await json('close', 'CU-002', '--to', 'CU-003')).toMatchObject({
      changes: [{ code: 'CU-002', from: 'active', to: 'closed', transferTo: 'CU-003' }],
    });
    expect((await centre('show', 'CU-003')).stdout).toMatch(/inherited from +CU-001, CU-002$/m);
    expect((await centre('show', 'CU-001')).stdout).toMatch(/transferred to +CU-003$/m);
    setStatus('CU-004', 'closed');
    expect((await centre('close', 'CU-004', '--to', 'CU-003')).stdout).toMatch(
      /closed -> closed, transferred to CU-003/,
    );
    expectRefusal(texts(), await centre('close', 'CU-004', '--to', 'CU-005'), 'is closed, and already names CU-003');
  }, 60_000);

  test('refuses an unknown, inactive or identical heir', async () => {
    const before = texts();
    expectRefusal(before, await centre('close', 'CU-001', '--to', 'CU-999'), 'Centre CU-999 not found');
    expectRefusal(before, await centre('close', 'CU-001', '--to', 'CU-001'), 'cannot inherit its own applications');
    expectRefusal(
      before,
      await centre('close', 'CU-001', '--to', 'CU-027'),
      'is planned: only an active centre can inherit applications',
    );
    expectRefusal(before, await centre('close', 'CU-027', '--to', 'CU-001'), 'has no applications to transfer');
    expectRefusal(
      before,
      await centre('close', 'CU-001', '--to', 'CU-002', '--wait'),
      'Use only one of --to, --wait and --if-empty',
    );
    writeText('CU-001.yaml', textOf('CU-001.yaml').replace('status: active', 'status: active\ntransferTo: CU-002'));
    expectRefusal(texts(), await centre('pause', 'CU-002'), 'transferTo requires the status closed, not active');
  }, 60_000);

  test('closes immediately if it has never opened', async () => {
    // By `printf CU-027.yaml | sha256sum`, as the chart has it.
    expect(await json('close', 'CU-027', '--dry-run')).toMatchObject({ configMaps: ['cups-centres-a'] });
    expect((await centre('close', 'CU-027')).stdout).toMatch(/planned -> closed/);
  }, 60_000);

  test('is added as planned with the next code', async () => {
    const add = ['add', '--name', 'Cărpineni', '--kind', 'library', '--wave', '2023-2', '--district', 'Hîncești'];
    expect((await centre(...add)).stdout).toMatch(/^CU-087 +Cărpineni +Hîncești +new, planned$/m);
    expect(textOf('CU-087.yaml')).toBe(
      [
        'code: CU-087',
        'name: Cărpineni',
        'kind: library',
        'wave: 2023-2',
        'status: planned',
        'district: Hîncești',
        'timeZone: Europe/Chisinau',
        'languages: [ro, ru, en]',
        'agencies: [asp, cadastru, cnas, mai]',
        'limits: { openApplications: 500 }',
        '',
      ].join('\n'),
    );
    expectRefusal(texts(), await centre(...add), 'Cărpineni already exists as CU-087');
    expect((await centre('open', 'CU-087')).status).toBe(0);
  }, 60_000);

  test('is refused with invalid fields and suggestions', async () => {
    const add = (...more: string[]) => centre('add', '--name', 'Nowhere', '--wave', '2024', ...more);
    const before = texts();
    expectRefusal(
      before,
      await add(
        '--kind',
        'townhall',
        '--district',
        'Straseni',
        '--time-zone',
        'Europe/Chisinev',
        '--languages',
        'ro bg',
      ),
      'kind "townhall" is unknown: did you mean town-hall?',
      'district "Straseni" is unknown: did you mean Strășeni?',
      'time zone "Europe/Chisinev" is unknown: did you mean Europe/Chisinau?',
      'language "bg" is unknown: expected one of ro, ru, en',
    );
    expectRefusal(
      before,
      await add(
        '--kind',
        'mission',
        '--district',
        'Orhei',
        '--agencies',
        'asp fisc',
        '--limit',
        'many',
        '--code',
        'CU-001',
      ),
      'a mission needs a time zone',
      'a mission has no district',
      'agency "fisc" is unknown',
      'openApplications "many" is not a number',
      'code CU-001 belongs to Lozova; the next code is CU-087',
    );
    expectRefusal(before, await add('--kind', 'library', '--code', 'CU-200'), 'must be CU-087: codes have no gaps');
    expectRefusal(
      before,
      await centre('add', '--name', 'a\nb: c', '--kind', 'library', '--wave', 'soon'),
      'is not a place name',
      'wave "soon" is invalid',
    );
    expectRefusal(before, await centre('add', '--wave', '2024'), 'kind is missing', 'name "" is not a place name');
  }, 60_000);
});

describe('a table', () => {
  const table = (...lines: string[]): void => writeFileSync(join(parent, 'table.csv'), lines.join('\r\n'));

  test('imports sixty centres with semicolons, a byte order mark and empty cells', async () => {
    const before = names().length;
    const row = (n: number) => `Satul Test ${n};town-hall;2024;${n % 2 ? 'Orhei' : ''};"asp, cnas";`;
    table('\uFEFFname;kind;wave;district;agencies;timeZone', ...Array.from({ length: 60 }, (_, n) => row(n)), '');
    expect(await json('import', 'table.csv')).toMatchObject({
      files: 60,
      podsRestarted: 0,
      announced: 0,
      written: true,
    });
    expect(names()).toHaveLength(before + 60);
    expect(await json('show', 'CU-088')).toMatchObject({
      name: 'Satul Test 1',
      district: 'Orhei',
      agencies: ['asp', 'cnas'],
    });
    expect(await json('open', '--wave', '2024')).toMatchObject({ files: 60, announced: 60 });
  }, 60_000);

  test('is refused as a whole, with every bad line', async () => {
    const before = texts();
    table(
      'name,kind,wave,district,timeZone',
      'Bun,town-hall,2024,Orhei,',
      'Lozova,town-hall,2024,Strășeni,',
      'Rău,castle,2024,Orhei,',
      'Scurt,town-hall',
      'Departe,mission,2024,,Europe/Nowhere',
      'Bun,town-hall,2024,Orhei,',
    );
    expectRefusal(
      before,
      await centre('import', 'table.csv'),
      'line 3: Lozova already exists as CU-001',
      'line 4: kind "castle" is unknown',
      'line 5: 2 cells, the first line names 5',
      'line 6: time zone "Europe/Nowhere" is unknown',
      'line 7: Bun already exists as CU-087',
    );
    table('name,kind,wave,phone,kind', 'Bun,town-hall,2024,1,2');
    expectRefusal(
      before,
      await centre('import', 'table.csv'),
      'line 1: column "phone" is unknown',
      'column kind is duplicated',
    );
    table('name,kind,wave', '"Bun,town-hall,2024');
    expectRefusal(before, await centre('import', 'table.csv'), /line \d+: invalid CSV \(CSV_QUOTE_NOT_CLOSED\)/);
    table('name,kind,wave');
    expectRefusal(before, await centre('import', 'table.csv'), 'the table holds no centre');
    expectRefusal(before, await centre('import', 'nowhere.csv'), 'nowhere.csv');
  }, 60_000);
});

test('refuses an unknown command or option by name', async () => {
  const before = texts();
  for (const [args, sentence] of [
    [['delete', 'CU-001'], "Unknown command 'delete'. See --help."],
    [['pause', 'CU-001', '--to', 'CU-002'], "Unknown option '--to'. See --help."],
  ] as const) {
    expect(await centre(...args)).toMatchObject({ status: 2, stdout: '', stderr: sentence });
  }
  expect(texts()).toEqual(before);
  expectRefusal(before, await centre('list', '--status', 'open'), 'Status open not found');
}, 60_000);
