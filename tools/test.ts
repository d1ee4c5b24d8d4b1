import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '@cups/local';

/** `npm test`: every check of the house through Nx, one Kafka and one store for all of them. */

const HELP = `npm test [-- options]

Runs types, format, contracts, fences, read costs, lint and all tests. Nx remembers in .nx what passed and has not
changed since; the last lines say how many results came from there.

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
  'picture',
  'settings',
  'charts',
  'unused',
];

const { values } = parseArgs({
  options: {
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
const started = Date.now();
const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;

let running: ReturnType<typeof spawn> | undefined;
let stopping = false;

let tasks = 0;
let remembered = 0;

/**
 * Runs Nx targets everywhere, two tasks at a time; the answer is which of them passed in all projects. A target that no project
 * has would end with 0 and have checked nothing: without a single task it has not passed, except where nothing is affected.
 */
async function nx(targets: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Set<string>> {
  const which = values.affected ? ['affected', `--base=${values.base}`] : ['run-many'];
  const flags = ['--output-style=static', '--parallel=2', ...(noCache ? ['--skip-nx-cache'] : [])];
  rmSync(runFile, { force: true });
  // Which of several targets failed is in the file of the run; that any did, and was not told there, is in the code of the end.
  const ended = await new Promise<boolean>((done) => {
    running = spawn(join(root, 'node_modules/.bin/nx'), [...which, '-t', ...targets, ...flags], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0', ...env },
    });
    running.on('exit', (code) => done(code === 0));
    running.on('error', () => done(false));
  });
  const ran = tasksOfLastRun();
  tasks += ran.length;
  remembered += ran.filter(({ cacheStatus }) => cacheStatus !== 'cache-miss').length;
  const untold = !ended && ran.every(({ status }) => status === 0);
  const passing = targets.filter((target) => {
    const own = ran.filter((task) => task.target === target);
    if (own.length === 0 && !values.affected) console.error(`${target}: Nx ran no task for it`);
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

interface JestResult {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  numRuntimeErrorTestSuites: number;
  testResults: { name: string; status: string; message: string }[];
}

let passed = 0;
let failed = 0;
const failures: string[] = [];
const count = (what: string, ok: boolean) => {
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(what);
  }
};

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true;
    running?.kill(signal);
  });
}

console.log(`\n── checks (${seconds()}): ${CHECKS.join(', ')}`);
const passing = await nx(CHECKS);
if (!stopping) for (const check of CHECKS) count(check, passing.has(check));

if (!stopping) {
  console.log(`\n── tests (${seconds()}): starting Kafka and the store`);
  const data = join(root, '.cups', 'test');
  rmSync(data, { recursive: true, force: true });
  const platform = await startLocal({ dataDir: data, onProgress: (line) => console.log(`   ${line}`) });
  try {
    const ok = await nx(['test'], { MONGODB_URI: platform.mongoUri, KAFKA_BROKERS: platform.kafkaBrokers });
    let told = 0;
    for (const file of readdirSync(results, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json')) continue;
      const result = JSON.parse(readFileSync(join(results, file), 'utf8')) as JestResult;
      passed += result.numPassedTests;
      failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
      told += result.numFailedTests + result.numRuntimeErrorTestSuites;
      const broken = result.testResults.filter(({ status }) => status === 'failed');
      for (const { name, message } of broken) failures.push(`${name.slice(root.length + 1)}\n${message}`);
    }
    // A project that ended without results, or with a code after its last test, must not pass in silence.
    if (!ok.has('test') && told === 0) count('a test project ended with a code, or without results: see above', false);
  } finally {
    await platform.stop();
  }
}

if (failures.length > 0)
  console.log(`\nFailed:\n${failures.map((what) => `  ${what.replaceAll('\n', '\n  ')}`).join('\n')}`);
if (stopping) count('interrupted', false);
console.log(`\nchecked in ${seconds()}; ${remembered} of ${tasks} results came from the cache (.nx/cache)`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
