import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '@cups/local';

/** `npm test`: runs every check through Nx, with one Kafka and one store for all of them. */

const HELP = `npm test [-- options]

Runs types, format, contracts, module boundaries, module sizes, lint of code, pages and commit messages, and all
tests. Nx caches passed tasks in .nx; the last lines show how many results came from the cache.

  --all            also the browser tests of the desk, a production platform, restores, and tests that take long or
                   need Go, Python or pip; prints "not run: <tool> missing" for a missing tool and counts the test as
                   skipped
  --affected       only projects that differ from --base
  --base <commit>  for --affected (default main~1)
  --no-cache       ignores Nx's cache; CI=true in the environment does the same
  --help           prints this text
`;
// The longest first, so that the others run in parallel.
const CHECKS = [
  'lint',
  'types',
  'format',
  'proto',
  'contract',
  'openapi',
  'content',
  'boundaries',
  'module-size',
  'documents',
  'commits',
  'prose',
  'lifecycle-diagram',
  'settings',
  'charts',
  'unused',
];

/**
 * Projects with long tests, the longest first. Nx would start with dependencies and end with the longest alone on one core. Other
 * projects run with the short ones.
 */
const SLOW_PROJECTS = [
  '@cups/tools',
  '@cups/intake',
  '@cups/e2e',
  '@cups/local',
  '@cups/agency-bridge',
  'cups-agency',
  '@cups/store',
  '@cups/events',
  '@cups/gateway',
  '@cups/notifications',
];
/**
 * Maximum number of concurrent groups: tests wait for processes and timers nearly half of their time. Browsers, which `--all` runs,
 * measure durations and get a core each.
 */
const MAX_CONCURRENT_GROUPS = 3;
const MAX_CONCURRENT_GROUPS_WITH_BROWSERS = 2;
/** Number of browser tests that may need a second attempt (e2e/desk/retries.ts): more means a fault. */
const MAX_RETRIED = 2;
/** Number of test files that the last lines list with their durations. */
const SLOWEST_SHOWN = 20;
/** Projects whose long tests run in several parts: lanes end at the same time, and no part comes near the timeout. */
const PARTS_OF_LONG_TESTS: Partial<Record<string, number>> = { '@cups/e2e-desk': 3, '@cups/e2e': 2 };
/** Milliseconds; twice the longest group. A group that takes longer hangs, and is ended. */
const GROUP_TIMEOUT_MS = 24 * 60_000;

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
const root = join(import.meta.dirname, '../..');
/** Nx's record of a run: every task, and its cache status. */
const runFile = join(root, '.nx', 'cache', 'run.json');
const results = join(root, '.cups', 'results');
const NX_QUIET_ENV = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0' };
/** Tests start the commands hundreds of times, so compiled code is cached. */
const COMPILE_CACHE_ENV = { NODE_COMPILE_CACHE: join(root, '.cups', 'compile-cache') };
const started = Date.now();
const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;

const running = new Set<ReturnType<typeof spawn>>();
let stopping = false;

let tasks = 0;
let cachedTaskCount = 0;

/**
 * Runs Nx with inherited output.
 * @returns its exit code; undefined when it could not start or was killed, as after `GROUP_TIMEOUT_MS`
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
 * Runs all checks, two at a time, and returns those that passed in all projects. A check without tasks has not passed, although Nx
 * exits with 0, unless nothing is affected.
 */
async function runChecks(): Promise<Set<string>> {
  const which = values.affected ? ['affected', `--base=${values.base}`] : ['run-many'];
  rmSync(runFile, { force: true });
  // The run's record names the failed tasks; the exit code covers failures that it lacks.
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
  /** Exit code. */
  status: number;
}

function tasksOfLastRun(): Task[] {
  if (!existsSync(runFile)) return [];
  return (JSON.parse(readFileSync(runFile, 'utf8')) as { tasks: Task[] }).tasks;
}

/**
 * Test targets. `long` runs the files `*.long.test.ts`, and all browser tests of e2e/desk; `waiting` runs the files
 * `*.waiting.test.ts`, which wait for a slow line nearly all of their time.
 */
type Target = 'test' | 'long' | 'waiting';

/** Returns the selected projects with this target. */
function projectsWith(target: Target): string[] {
  const affected = values.affected ? ['--affected', `--base=${values.base}`] : [];
  const args = ['show', 'projects', '--with-target', target, '--json', ...affected];
  const env = { ...process.env, ...NX_QUIET_ENV };
  return JSON.parse(
    execFileSync(join(root, 'node_modules/.bin/nx'), args, { cwd: root, env, encoding: 'utf8' }),
  ) as string[];
}

/** Projects whose tests run one after another. */
interface Group {
  target: Target;
  projects: string[];
  /** Part of the test files, from 1. @default all files */
  part?: number;
}

/** Returns the groups of the long tests of a project. */
function groupsOfLongTests(project: string): Group[] {
  const parts = PARTS_OF_LONG_TESTS[project];
  if (parts === undefined) return [{ target: 'long', projects: [project] }];
  return Array.from({ length: parts }, (_, n) => ({ target: 'long', projects: [project], part: n + 1 }));
}

/** Returns the names of the files of results that a group leaves, without `.json`. */
function resultsOf({ target, projects, part }: Group): string[] {
  const suffix = [...(target === 'test' ? [] : [target]), ...(part === undefined ? [] : [part])];
  return projects.map((project) => [project, ...suffix].join('.'));
}

/** Environment of the `long` scripts of projects with parts. */
function partEnv({ projects: [project = ''], part }: Group): NodeJS.ProcessEnv {
  return part === undefined ? {} : { CUPS_PART: `${part}`, CUPS_PARTS: `${PARTS_OF_LONG_TESTS[project]}` };
}

/** Groups each long project separately, the longest first, and all short ones together. */
function groupsOf(projects: string[]): Group[] {
  const short = projects.filter((name) => !SLOW_PROJECTS.includes(name));
  const [longest = [], ...long] = SLOW_PROJECTS.filter((name) => projects.includes(name)).map((name) => [name]);
  // The short ones together take long.
  return [longest, short, ...long]
    .filter((group) => group.length > 0)
    .map((group) => ({ target: 'test', projects: group }));
}

/**
 * Runs groups in parallel lanes: each lane takes the next group.
 * @returns whether Nx reports all as passed
 */
async function runTests(groups: Group[], lanes: number, env: NodeJS.ProcessEnv): Promise<boolean> {
  let ok = true;
  const lane = async (): Promise<void> => {
    for (let group = groups.shift(); group && !stopping; group = groups.shift()) {
      const { target, projects } = group;
      const args = ['run-many', '-t', target, '-p', projects.join(','), '--parallel=1'];
      const code = await nx(args, { ...env, ...partEnv(group) });
      ok &&= code === 0;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return ok;
}

interface JestResult {
  /** Milliseconds; earlier than this run for a cached result. */
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
    assertionResults: {
      status: string;
      fullName: string;
      /** Number of attempts. */
      invocations?: number;
      /** Errors of the failed ones. */
      retryReasons?: string[];
    }[];
  }[];
}

let passed = 0;
let failed = 0;
let skipped = 0;
/** Names of skipped tests. */
const notRun: string[] = [];
/** Files of tests with their durations in seconds. */
const durations: { file: string; seconds: number }[] = [];
const failures: string[] = [];
/** Files and full names of failed tests, for the last lines: reports that are cut keep those. */
const failedTests: string[] = [];
/** Tests of browsers that passed the second time, with the first line of the error. */
const retried: string[] = [];
const count = (what: string, ok: boolean) => {
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(what);
  }
};

/**
 * Counts Jest's results for a project.
 * @returns the number of failures
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
    const path = suite.slice(root.length + 1);
    durations.push({ file: path, seconds: (endTime - startTime) / 1000 });
    if (status === 'failed') failures.push(`${path}\n${message}`);
    const failing = assertionResults.filter((one) => one.status === 'failed');
    failedTests.push(...failing.map(({ fullName }) => `${path}: ${fullName}`));
    if (status === 'failed' && failing.length === 0) failedTests.push(path);
    const again = assertionResults.filter((one) => one.status === 'passed' && (one.invocations ?? 1) > 1);
    retried.push(...again.map((one) => `${one.fullName}\n  ${one.retryReasons?.[0]?.split('\n')[0] ?? ''}`));
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
    const waiting = values.all ? projectsWith('waiting') : [];
    // A test that did not run, or left no results, must not pass silently.
    if (projects.length === 0 && !values.affected) count('tests: no project has any', false);
    if (values.all && long.length === 0 && !values.affected) count('long tests: no project has any', false);
    // A long one at the end would run alone on one core.
    const groups = [...long.flatMap(groupsOfLongTests), ...groupsOf(projects)];
    const env = { MONGODB_URI: platform.mongoUri, KAFKA_BROKERS: platform.kafkaBrokers };
    const lanes = values.all ? MAX_CONCURRENT_GROUPS_WITH_BROWSERS : MAX_CONCURRENT_GROUPS;
    const waitingGroups = waiting.map((name): Group => ({ target: 'waiting', projects: [name] }));
    const files = [...groups, ...waitingGroups].flatMap(resultsOf);
    const outcomes = await Promise.all([runTests(groups, lanes, env), runTests(waitingGroups, 1, env)]);
    tasks += files.length;
    let counted = 0;
    for (const file of files) counted += countResults(file);
    // A project that failed after its last test.
    if (outcomes.includes(false) && counted === 0) count('a test project failed: see above', false);
  } finally {
    await platform.stop();
  }
}

if (retried.length > MAX_RETRIED) count(`more than ${MAX_RETRIED} tests passed only the second time`, false);

const slowest = durations.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST_SHOWN);
if (slowest.length > 0) console.log('\nSlowest files of tests:');
for (const one of slowest) console.log(`  ${one.seconds.toFixed(0).padStart(4)} s  ${one.file}`);
if (failures.length > 0)
  console.log(`\nFailed:\n${failures.map((what) => `  ${what.replaceAll('\n', '\n  ')}`).join('\n')}`);
if (retried.length > 0)
  console.log(`\nPassed the second time:\n${retried.map((what) => `  ${what.replaceAll('\n', '\n  ')}`).join('\n')}`);
if (notRun.length > 0) console.log(`\nSkipped:\n${notRun.map((name) => `  ${name}`).join('\n')}`);
if (failedTests.length > 0) console.log(`\nFailed tests:\n${failedTests.map((name) => `  ${name}`).join('\n')}`);
if (stopping) count('interrupted', false);
console.log(`\nchecked in ${seconds()}; ${cachedTaskCount} of ${tasks} results came from the cache (.nx/cache)`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
