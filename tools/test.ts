import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '@cups/local';

/** `npm test`: every check of the house through Nx, one Kafka and one store for all of them. */

const HELP = `npm test [-- options]

Runs types, format, contracts, fences, read costs, lint and all tests. Nx remembers in .nx what passed and has not
changed since; the last lines say how many results came from there.

  --all            also the browser tests of the desk, a production platform, restores, and tests that take long or
                   need Go, Python or pip; a test whose tool is missing is printed as "not run: <tool> missing" and
                   counted as skipped
  --affected       only what differs from --base
  --base <commit>  for --affected (default main~1)
  --no-cache       run everything, whatever Nx remembers; CI=true in the environment does the same
  --help           this text
`;
// The longest first, so that the others run beside it.
const CHECKS = [
  'lint',
  'types',
  'format',
  'proto',
  'contract',
  'openapi',
  'content',
  'fences',
  'read-cost',
  'documents',
  'commits',
  'picture',
  'settings',
  'charts',
  'unused',
];

/**
 * The projects whose tests take longest, the longest first. Nx begins with those that others depend on, and would end with the longest
 * of all alone, on one core. A project that is not named here runs with the short ones.
 */
const SLOW_PROJECTS = [
  'tools',
  'intake',
  'e2e',
  'local',
  'agency-bridge',
  'store',
  'events',
  'gateway',
  'notifications',
].map((name) => `@cups/${name}`);
/** So many groups of projects run at once. */
const MAX_CONCURRENT_GROUPS = 2;
/** Files of tests that the last lines list with their durations. */
const SLOWEST_SHOWN = 20;
/** ms; three times what the longest group takes. One that has not ended by then hangs, and is ended. */
const GROUP_TIMEOUT_MS = 18 * 60_000;

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    affected: { type: 'boolean', default: false },
    base: { type: 'string', default: 'main~1' },
    'no-cache': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const noCache = values['no-cache'] || process.env['CI'] === 'true';
const root = join(import.meta.dirname, '..');
/** What Nx writes at the end of each run: every task, and whether its result came from the cache. */
const runFile = join(root, '.nx', 'cache', 'run.json');
const results = join(root, '.cups', 'results');
const NX_QUIET_ENV = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0' };
/** Tests run our commands hundreds of times: what Node has compiled once is kept. */
const COMPILE_CACHE_ENV = { NODE_COMPILE_CACHE: join(root, '.cups', 'compile-cache') };
const started = Date.now();
const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;

const running = new Set<ReturnType<typeof spawn>>();
let stopping = false;

let tasks = 0;
let cachedTaskCount = 0;

/**
 * Runs Nx with its words on ours.
 * @returns the code with which it ended; undefined when it was killed, which happens after `GROUP_MS`, or could not be started
 */
function nx(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number | undefined> {
  const flags = ['--output-style=static', ...(noCache ? ['--skip-nx-cache'] : [])];
  return new Promise((done) => {
    const child = spawn(join(root, 'node_modules/.bin/nx'), [...args, ...flags], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...NX_QUIET_ENV, ...COMPILE_CACHE_ENV, ...env },
    });
    running.add(child);
    const hangs = setTimeout(() => {
      console.error(`nx ${args.join(' ')}: not over after ${GROUP_TIMEOUT_MS / 60_000} minutes, ending it`);
      child.kill('SIGTERM');
    }, GROUP_TIMEOUT_MS);
    const over = (code?: number | null) => {
      clearTimeout(hangs);
      running.delete(child);
      done(code ?? undefined);
    };
    child.on('exit', over);
    child.on('error', () => over());
  });
}

/**
 * Runs all checks, two at a time; the answer is which of them passed in all projects. A check that no project has would end with 0 and
 * have checked nothing: without a single task it has not passed, except where nothing is affected.
 */
async function runChecks(): Promise<Set<string>> {
  const which = values.affected ? ['affected', `--base=${values.base}`] : ['run-many'];
  rmSync(runFile, { force: true });
  // Which of several failed is in the file of the run; that any did, and was not told there, is in the code of the end.
  const code = await nx([...which, '-t', ...CHECKS, '--parallel=2']);
  const ran = tasksOfLastRun();
  tasks += ran.length;
  cachedTaskCount += ran.filter(({ cacheStatus }) => cacheStatus !== 'cache-miss').length;
  const untold = code !== 0 && ran.every(({ status }) => status === 0);
  const passing = CHECKS.filter((check) => {
    const own = ran.filter(({ target }) => target === check);
    if (own.length === 0 && !values.affected) console.error(`${check}: Nx ran no task for it`);
    return !untold && own.every(({ status }) => status === 0) && (own.length > 0 || values.affected);
  });
  return new Set(passing);
}

interface Task {
  target: string;
  cacheStatus: string;
  /** The code with which it ended. */
  status: number;
}

function tasksOfLastRun(): Task[] {
  if (!existsSync(runFile)) return [];
  return (JSON.parse(readFileSync(runFile, 'utf8')) as { tasks: Task[] }).tasks;
}

/** Targets that run tests. `long` runs the files `*.long.test.ts`, and all browser tests of e2e/desk. */
type Target = 'test' | 'long';

/** Projects that have tests of this kind and are asked for. */
function projectsWith(target: Target): string[] {
  const affected = values.affected ? ['--affected', `--base=${values.base}`] : [];
  const args = ['show', 'projects', '--with-target', target, '--json', ...affected];
  const env = { ...process.env, ...NX_QUIET_ENV };
  return JSON.parse(
    execFileSync(join(root, 'node_modules/.bin/nx'), args, { cwd: root, env, encoding: 'utf8' }),
  ) as string[];
}

/** Projects whose tests run together, one after another. */
interface Group {
  target: Target;
  projects: string[];
}

/** The tests of each long project apart, the longest first, and all short ones together. */
function groupsOf(projects: string[]): Group[] {
  const short = projects.filter((name) => !SLOW_PROJECTS.includes(name));
  const [longest = [], ...long] = SLOW_PROJECTS.filter((name) => projects.includes(name)).map((name) => [name]);
  // The short ones together are one of the longer.
  return [longest, short, ...long]
    .filter((group) => group.length > 0)
    .map((group) => ({ target: 'test', projects: group }));
}

/**
 * Runs groups in lanes: each lane takes the next group.
 * @returns whether Nx says of all that they passed
 */
async function runTests(groups: Group[], env: NodeJS.ProcessEnv): Promise<boolean> {
  let ok = true;
  const lane = async (): Promise<void> => {
    for (let group = groups.shift(); group && !stopping; group = groups.shift()) {
      const { target, projects } = group;
      const code = await nx(['run-many', '-t', target, '-p', projects.join(','), '--parallel=1'], env);
      ok &&= code === 0;
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_GROUPS }, lane));
  return ok;
}

interface JestResult {
  /** ms; before this run for a result that Nx remembered. */
  startTime: number;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
  numRuntimeErrorTestSuites: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    /** ms */
    startTime: number;
    endTime: number;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

let passed = 0;
let failed = 0;
let skipped = 0;
/** Names of the tests that were skipped. */
const notRun: string[] = [];
/** Files of tests with their durations in seconds. */
const durations: { file: string; seconds: number }[] = [];
const failures: string[] = [];
const count = (what: string, ok: boolean) => {
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(what);
  }
};

/**
 * Counts what Jest wrote about the tests of a project.
 * @returns how many failures it counted
 */
function countResults(name: string): number {
  const file = join(results, `${name}.json`);
  if (!existsSync(file)) {
    count(`${name}: its tests left no results: see above`, false);
    return 1;
  }
  const result = JSON.parse(readFileSync(file, 'utf8')) as JestResult;
  if (result.startTime < started) cachedTaskCount += 1;
  const broken = result.numFailedTests + result.numRuntimeErrorTestSuites;
  passed += result.numPassedTests;
  skipped += result.numPendingTests;
  failed += broken;
  for (const { name: suite, status, message, assertionResults, startTime, endTime } of result.testResults) {
    durations.push({ file: suite.slice(root.length + 1), seconds: (endTime - startTime) / 1000 });
    if (status === 'failed') failures.push(`${suite.slice(root.length + 1)}\n${message}`);
    notRun.push(...assertionResults.filter((one) => one.status === 'pending').map(({ fullName }) => fullName));
  }
  return broken;
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true;
    for (const child of running) child.kill(signal);
  });
}

console.log(`\n── checks (${seconds()}): ${CHECKS.join(', ')}`);
const passing = await runChecks();
if (!stopping) for (const check of CHECKS) count(check, passing.has(check));

if (!stopping) {
  console.log(`\n── tests (${seconds()}): starting Kafka and the store`);
  const data = join(root, '.cups', 'test');
  rmSync(data, { recursive: true, force: true });
  const platform = await startLocal({ dataDir: data, onProgress: (line) => console.log(`   ${line}`) });
  try {
    const projects = projectsWith('test');
    const long = values.all ? projectsWith('long') : [];
    // Nothing that did not run, or left no results, may pass in silence.
    if (projects.length === 0 && !values.affected) count('tests: Nx knows no project that has any', false);
    if (values.all && long.length === 0 && !values.affected) count('long tests: Nx knows no project with any', false);
    // A long one at the end would run alone, on one core.
    const groups = [...long.map((name): Group => ({ target: 'long', projects: [name] })), ...groupsOf(projects)];
    const ok = await runTests(groups, { MONGODB_URI: platform.mongoUri, KAFKA_BROKERS: platform.kafkaBrokers });
    tasks += projects.length + long.length;
    let told = 0;
    for (const name of [...projects, ...long.map((project) => `${project}.long`)]) told += countResults(name);
    // A project that ended with a code after its last test.
    if (!ok && told === 0) count('a test project ended with a code: see above', false);
  } finally {
    await platform.stop();
  }
}

const slowest = durations.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST_SHOWN);
if (slowest.length > 0) console.log('\nSlowest files of tests:');
for (const one of slowest) console.log(`  ${one.seconds.toFixed(0).padStart(4)} s  ${one.file}`);
if (failures.length > 0)
  console.log(`\nFailed:\n${failures.map((what) => `  ${what.replaceAll('\n', '\n  ')}`).join('\n')}`);
if (notRun.length > 0) console.log(`\nSkipped:\n${notRun.map((name) => `  ${name}`).join('\n')}`);
if (stopping) count('interrupted', false);
console.log(`\nchecked in ${seconds()}; ${cachedTaskCount} of ${tasks} results came from the cache (.nx/cache)`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
