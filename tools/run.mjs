// Entry point of every npm script: `node tools/run.mjs <name> …args`. Plain JavaScript without dependencies, since it runs
// before the packages are installed. It installs missing or stale packages, generates stale artefacts (contract types, the
// desk with its page, the site of the agency contract), and runs the program with the workspace's own Node. The name `build`
// ends before a program.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const POLL_INTERVAL_MS = 300;
/** The program of each name, with its first arguments. `build` has none. */
const PROGRAMS = {
  start: ['tools/cli/cups.ts', 'start'],
  cups: ['tools/cli/cups.ts'],
  test: ['tools/check/run-tests.ts'],
  bench: ['bench/bench.ts'],
  build: [],
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

/** The running child, which receives this process's signals. */
let child;
let stopping = false;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  fail(`Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer.`);
}
const [name, ...args] = process.argv.slice(2);
if (!name) fail('Usage: node tools/run.mjs <name> …arguments', 2);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Ctrl-C reaches the whole foreground group, the child included, and npm forwards it again. Forwarding both would look to
    // the child like a second Ctrl-C: on a terminal this process forwards none.
    const fromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    if (!fromTerminal) stop(signal);
    stopping = true;
  });
}
stopWithWhoWaits();

const [program, ...firstArgs] = PROGRAMS[name] ?? fail(`Use one of: ${Object.keys(PROGRAMS).join(', ')}.`, 2);
await install();
await generate();
if (program) {
  const words = ['--disable-warning=ExperimentalWarning', join(root, program), ...firstArgs, ...args];
  process.exitCode = await run(join(bin, 'node'), words);
}

/** Forwards a signal once. */
function stop(signal) {
  if (child && !stopping) child.kill(signal);
  stopping = true;
}

/** Stops in order when the waiting parent was killed: npm, or the shell of a supervisor (`sh -c 'npm start'`). */
function stopWithWhoWaits() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  const shell = waitingShell(npm);
  const poll = setInterval(() => {
    if (process.ppid === npm && (shell === undefined || lives(shell))) return;
    clearInterval(poll);
    stop('SIGTERM');
  }, POLL_INTERVAL_MS);
  poll.unref();
}

/**
 * @returns the shell that ran npm in its foreground; undefined when there is none or it may end before npm: an interactive
 *   one, or a command with `&`
 */
function waitingShell(npm) {
  try {
    const pid = Number(ask(npm, 'ppid'));
    const [, command] = /^\S*sh -c (.*)$/s.exec(ask(pid, 'args')) ?? [];
    if (command?.replaceAll('&&', '').includes('&') === false) return pid;
  } catch {
    // `ps` is missing, or the process has ended: watch npm only.
  }
}

function ask(pid, what) {
  const stdio = ['ignore', 'pipe', 'ignore'];
  return execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], { encoding: 'utf8', stdio }).trim();
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Installs the packages when node_modules is missing or stale. */
async function install() {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.cups-lock');
  const wanted = hash([lock]);
  if (existsSync(join(bin, 'node'))) {
    if (read(stamp) === wanted) return;
    // A manual npm install after the last change of the lock file also writes this file.
    if (changed(join(root, 'node_modules', '.package-lock.json')) > changed(lock)) return writeFileSync(stamp, wanted);
  }
  await step('installing packages (npm ci)', 'npm', ['ci', '--no-progress', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

/** Generated artefacts that are not committed: command, inputs and outputs. */
function madeThings() {
  const lock = join(root, 'package-lock.json');
  const document = join(root, 'apps', 'gateway', 'openapi.yaml');
  const desk = join(root, 'apps', 'desk');
  const generator = join(root, 'tools', 'generate', 'proto-types.ts');
  const contract = join(root, 'libs', 'agency-contract');
  const kit = join(root, 'libs', 'agency-kit');
  return [
    {
      title: 'generating contract types',
      stamp: '.cups-gen',
      from: [generator, ...filesUnder(join(root, 'proto'), /\.proto$/)],
      // The generator has its own stamp; this one saves starting it.
      there: join(root, 'libs', 'contracts', 'gen', '.stamp'),
      command: [join(bin, 'node'), '--disable-warning=ExperimentalWarning', generator],
    },
    {
      title: 'generating types, fonts and map of the desk',
      stamp: '.cups-desk-types',
      from: [
        document,
        ...['fonts.ts', 'places.ts', 'src/supervisor/place-key.ts', 'package.json'].map((file) => join(desk, file)),
        lock,
      ],
      there: join(desk, 'gen', 'places.json'),
      command: ['npm', 'run', '--silent', 'gen', '-w', '@cups/desk'],
    },
    {
      title: 'building the page of the desk',
      stamp: '.cups-desk',
      from: [
        ...filesUnder(join(desk, 'src')),
        ...['index.html', 't.html', 'viewer.html', 'vite.config.ts', 'precache.ts', 'fonts.ts', 'places.ts']
          .concat('tsconfig.json', 'package.json')
          .map((file) => join(desk, file)),
        join(root, 'apps', 'gateway', 'src', 'http', 'desk-page.ts'),
        ...['application', 'problem'].flatMap((name) => filesUnder(join(root, 'libs', name, 'src'))),
        document,
        lock,
      ],
      there: join(desk, 'dist', 'index.html'),
      command: ['npm', 'run', '--silent', 'build', '-w', '@cups/desk'],
    },
    {
      title: 'building the site and the archive of the agency contract',
      stamp: '.cups-contract',
      from: [
        ...['published', 'samples', 'corpus', 'reference', 'examples', 'src'].flatMap((name) =>
          sourcesUnder(join(contract, name)),
        ),
        ...['README.md', 'CHANGELOG.md'].map((file) => join(contract, file)),
        ...sourcesUnder(join(root, 'tools', 'generate', 'contract')),
        ...filesUnder(join(kit, 'src')),
        ...['package.json', 'pack.ts', 'README.md'].map((file) => join(kit, file)),
        ...['Kafka.java', 'kafka.pom.xml', 'log4j2.properties'].map((file) => join(root, 'local', file)),
        ...filesUnder(join(root, 'local', 'src')),
        join(desk, 'src', 'style', 'tokens.css'),
        join(root, 'LICENSE'),
        lock,
      ],
      there: join(contract, 'dist', 'index.html'),
      command: [
        join(bin, 'node'),
        '--disable-warning=ExperimentalWarning',
        join(root, 'tools', 'generate', 'contract', 'contract-site.ts'),
      ],
    },
  ];
}

/** Generates what is missing or stale. `cups gen` generates its own part. */
async function generate() {
  if (name === 'cups' && args[0] === 'gen') return;
  for (const { title, stamp, from, there, command } of madeThings()) {
    const file = join(root, 'node_modules', stamp);
    const wanted = hash(from);
    if (read(file) === wanted && existsSync(there)) continue;
    await step(title, command[0], command.slice(1));
    writeFileSync(file, wanted);
  }
}

function filesUnder(folder, ending = /./) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Returns source files, without the build output of examples. */
function sourcesUnder(folder) {
  return filesUnder(folder).filter((file) => !/\/(target|node_modules|__pycache__|\.[^/]*)\//.test(file));
}

/** Hashes the names and contents of files. */
function hash(files) {
  const sum = createHash('sha256');
  for (const file of files) sum.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return sum.digest('hex');
}

/** Returns the modification time in milliseconds; 0 when the file is missing. */
function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Runs one step with progress on stderr (stdout belongs to the tool). Exits when it fails. */
async function step(title, command, commandArgs) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const tty = process.stderr.isTTY;
  process.stderr.write(tty ? `${title} …` : `${title} …\n`);
  const ticker = setInterval(
    () => process.stderr.write(tty ? `\r${title} … ${seconds()} s` : `${title} … ${seconds()} s\n`),
    tty ? 1000 : 10_000,
  );
  const output = [];
  const code = await run(command, commandArgs, output);
  clearInterval(ticker);
  if (tty) process.stderr.write('\r');
  if (code === 0) {
    process.stderr.write(`${title}: done in ${seconds()} s\n`);
    return;
  }
  process.stderr.write(Buffer.concat(output));
  if (stopping) process.exit(code);
  fail(`${title}: failed (exit code ${code})`);
}

/**
 * Runs a command to its end, with inherited or captured output.
 * @returns its exit code, or 128 plus the number of the signal that ended it
 */
function run(command, commandArgs, output) {
  return new Promise((resolve) => {
    child = spawn(command, commandArgs, {
      cwd: output ? root : process.cwd(),
      env,
      // The IPC channel tells a tool with child processes that this process was killed.
      stdio: output ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    child.stdout?.on('data', (data) => output.push(data));
    child.stderr?.on('data', (data) => output.push(data));
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.once('close', (code, signal) => {
      child = undefined;
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
    if (stopping) child.kill('SIGTERM');
  });
}

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
