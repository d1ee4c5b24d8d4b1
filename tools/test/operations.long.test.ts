import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { parseAllDocuments } from 'yaml';
import { testInfrastructure, temporaryDir } from '@cups/testing';
import { clusterTool } from '../cli/charts/helm.ts';
import { helm } from '../cli/charts/render.ts';
import { allCommands, commandsByHeading, needsCluster, operationsCommands } from '../check/guide-commands.ts';

/**
 * Every command in an `sh` block of docs/how-to is run: here against a store and Kafka, copies of the data and Helm without a cluster; what
 * needs a cluster is run there as well, by `npm run cups -- rollout`.
 */

const root = join(import.meta.dirname, '../..');
const { mongoUri, brokers, prefix } = testInfrastructure();
const work = temporaryDir();
const at = (...names: string[]) => join(work.dir, ...names);
const commands = [...allCommands()].flatMap(([heading, list]) => list.map((command) => ({ heading, command })));

const VALUES = `
global:
  kafka: { brokers: ['kafka.example:9093'] }
gateway: { publicOrigin: 'https://cups.example' }
`;
const TABLE = 'name;kind;wave;district\nPrimăria Exemplu;town-hall;2025;Hîncești\n';
const CERTIFICATES = ['kafka.crt', 'mongodb.crt', 'saml.crt', 'idp.crt'];
const PASSWORDS = ['kafka-admin.password', 'kafka-intake.password', 'saml.key'];
const SECRETS = [
  'identity',
  'intake',
  'documents',
  'document-keys',
  'identity-keys',
  'intake-keys',
  'notification-keys',
  'agency-bridge',
  'notifications',
  'journal',
].map((name) => `${name}-store.uri`);

beforeAll(async () => {
  cpSync(join(root, 'data'), at('data'), { recursive: true });
  mkdirSync(at('mine'));
  writeFileSync(at('mine', 'values.yaml'), VALUES);
  writeFileSync(at('mine', 'centres.csv'), TABLE);
  writeFileSync(at('mine', 'mail.url'), 'smtps://mail.example:465');
  for (const name of SECRETS) writeFileSync(at('mine', name), 'mongodb://store.example:27017');
  const { privateKey } = await generateKey({ userIDs: [{ name: 'Charts', email: 'charts@cups.example' }] });
  writeFileSync(at('mine', 'charts.asc'), privateKey);
  for (const name of [...CERTIFICATES, ...PASSWORDS]) writeFileSync(at('mine', name), 'x', { mode: 0o600 });
  mkdirSync(at('mine', 'first-supervisor'));
  for (const name of ['idnp', 'given-name', 'family-name', 'reason']) {
    writeFileSync(at('mine', 'first-supervisor', name), 'x', { mode: 0o600 });
  }
  // What a rotation begins with.
  expect(node('keys', 'generate', '--dir', at('keys')).status).toBe(0);
});
afterAll(() => work.remove());

function node(tool: string, ...args: string[]) {
  const env = Object.assign({}, process.env, {
    MONGODB_URI: mongoUri,
    KAFKA_BROKERS: brokers.join(),
    CUPS_PREFIX: prefix,
    REGISTRY_DIR: at('data'),
    INIT_CWD: root,
  });
  const flags = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), tool];
  return spawnSync(join(root, 'node_modules/.bin/node'), [...flags, ...args], { cwd: root, encoding: 'utf8', env });
}

/** The words of a command; where something of the operator's own is named, it lies in our folder. */
const splitCommand = (command: string): string[] =>
  command
    .replaceAll(/(?<=[ =])(mine|dist|\.cups)\//g, `${work.dir}/$1/`)
    .split(' ')
    .filter((word) => word !== '');

/** The arguments of `npm run cups -- <tool> …`. */
const toolArguments = (command: string): string[] => splitCommand(command).slice(5);

interface RunResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** How a command is run here: the first row that fits. */
const LOCAL_RUNNERS: readonly [RegExp, (command: string) => RunResult][] = [
  // One image instead of all: tools/test/images.long.test.ts makes them all.
  [/^npm run cups -- images /, (it) => node('images', 'catalog', ...toolArguments(it), '--out', at('dist', 'images'))],
  [/^npm run cups -- centre /, (it) => node('centre', ...toolArguments(it), '--data', at('data'))],
  [/^npm run cups -- topics/, (it) => node('topics', ...toolArguments(it))],
  [/^npm run cups -- keys .* --api /, (it) => node('keys', ...keysInFolder(toolArguments(it)))],
  [/^npm run cups -- (backup|restore) /, (it) => node(splitCommand(it)[4]!, ...toolArguments(it))],
  [/^npm run cups -- charts /, (it) => node('charts', ...toolArguments(it))],
  [/^helm verify /, (it) => helm(splitCommand(it).slice(1))],
  [/^helm upgrade /, (it) => helmTemplate(splitCommand(it).slice(2))],
  [/^kubectl create (?:secret generic|configmap) /, (it) => kubectlDryRun(splitCommand(it).slice(1))],
  [/^kubectl apply -f k8s\//, (it) => objectsIn(splitCommand(it)[3]!)],
];

/** Uses a folder instead of a cluster (tools/test/keys.test.ts has one), and does not wait for pods. */
function keysInFolder(args: string[]): string[] {
  const [what = '', ...rest] = args.slice(0, args.indexOf('--api'));
  return [what, ...rest, '--dir', at('keys'), ...(['activate', 'retire'].includes(what) ? ['--now'] : [])];
}

/** The same chart with the same values, as far as it goes without a cluster. */
function helmTemplate(args: string[]) {
  const kept = args.filter((word) => !['--install', '--wait', '--rollback-on-failure'].includes(word));
  return helm(['template', ...kept]);
}

function kubectlDryRun(words: string[]) {
  const end = words.indexOf('|');
  const args = new Set([...words.slice(0, end < 0 ? undefined : end), '--dry-run=client', '-o', 'yaml']);
  return spawnSync(clusterTool('kubectl'), [...args], { cwd: root, encoding: 'utf8' });
}

/** A server alone can say more of an object. */
function objectsIn(file: string): RunResult {
  const objects = parseAllDocuments(readFileSync(join(root, file), 'utf8')).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );
  return { status: 0, stdout: objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join('\n'), stderr: '' };
}

const findLocalRunner = (command: string) => LOCAL_RUNNERS.find(([pattern]) => pattern.test(command))?.[1];

test('finds the commands of a heading, and rejects an unknown heading', () => {
  expect(operationsCommands('Install the platform')).toContain('kubectl apply -f k8s/namespace.yaml');
  expect(() => operationsCommands('Nothing')).toThrow('No page of docs/how-to has the heading "Nothing".');
});

test('runs every command here, in a cluster, or both', () => {
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.filter(({ command }) => !findLocalRunner(command) && !needsCluster(command))).toEqual([]);
});

test('names only npm scripts that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const named = commands.flatMap(({ command }) => /^npm run (\S+)/.exec(command)?.[1] ?? []);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test('joins a command of several lines, drops comments, and assigns steps to the title', () => {
  const text =
    '# T\n\n## Steps\n\n1. First:\n\n   ```sh\n   a b\n   ```\n\n2. Then:\n\n   ```sh\n   c\n   ```\n\n' +
    '## One\n\n```sh\n# first\nnpm run x -- \\\n  --y # why\n\nz a#b\n```\n\n## Two\n\n```bash\nnot run\n```\n';
  expect(commandsByHeading(text)).toEqual(
    new Map([
      ['T', ['a b', 'c']],
      ['One', ['npm run x -- --y', 'z a#b']],
      ['Two', []],
    ]),
  );
});

describe('the command that rolls back', () => {
  const [command = ''] = operationsCommands('Roll back');
  /** What it calls `helm rollback` with, after these revisions. */
  const askedFor = (...statuses: string[]): string => {
    const lines = statuses.map(
      (status, at) => `${at + 1}\tSat Nov 28 03:00:0${at} 2026\t${status}\tplatform-0.1.0\t0.1.0\tdeployed or not`,
    );
    const table = ['REVISION\tUPDATED                 \tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION', ...lines].join('\n');
    mkdirSync(at('bin'), { recursive: true });
    writeFileSync(at('bin', 'history'), `${table}\n`);
    const script = `#!/bin/sh\nif [ "$1" = history ]; then cat ${at('bin', 'history')}; else echo "$2"; fi\n`;
    writeFileSync(at('bin', 'helm'), script, { mode: 0o755 });
    const env = { PATH: `${at('bin')}:${process.env['PATH']}` };
    const named = spawnSync('bash', ['-c', command.replace('helm rollback cups', 'helm rollback')], {
      encoding: 'utf8',
      env,
    });
    return named.stdout.trim();
  };

  test.each([
    ['a good upgrade', ['superseded', 'deployed'], '1'],
    ['an upgrade that failed', ['superseded', 'deployed', 'failed'], '2'],
    ['a good upgrade after one that failed', ['superseded', 'failed', 'deployed'], '1'],
    ['two upgrades that failed', ['deployed', 'failed', 'failed'], '1'],
  ])('after %s leads to the last revision before that was deployed', (_what, statuses, revision) => {
    expect(askedFor(...statuses)).toBe(revision);
  });
});

describe.each([...allCommands()].filter(([, list]) => list.some(findLocalRunner)))('%s', (_heading, list) => {
  test.each(list.filter(findLocalRunner))('%s', (command) => {
    const { status, stderr, stdout } = findLocalRunner(command)!(command);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });
});
