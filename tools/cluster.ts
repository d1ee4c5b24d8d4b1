import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCluster, programs } from './cluster/build.ts';
import { calledOff } from './cluster/called-off.ts';
import { startCluster, stopCluster } from './cluster/cluster.ts';
import { ADDONS, layoutOf } from './cluster/layout.ts';
import type { Addon } from './cluster/layout.ts';
import { tryPolicies } from './cluster/policies.ts';
import { clusterStatus } from './cluster/status.ts';

/** `npm run cluster`: a real Kubernetes on this machine, from source. k8s/cluster/README.md tells of it. */

const DEFAULT_ADDONS: readonly Addon[] = ['dns', 'metrics', 'policies'];

const HELP = `npm run cluster -- <command> [options]

A real Kubernetes with one node on this Linux machine, compiled from its sources; no registry of images is needed.

  build    compiles what is missing: minutes the first time, seconds when Go remembers it
  up       builds, starts and leaves it running; Ctrl-C meanwhile removes what was started
  down     ends it and removes all of it: processes, mounts, networks, control groups; logs stay
  status   what runs
  policies applies k8s/policies to what runs, and shows what it then admits and refuses

  --addons <list>    of ${ADDONS.join(',')} (default ${DEFAULT_ADDONS.join(',')})
  --folder <folder>  its state (default .cups/cluster/run)
  --help             this text

up needs root. What runs is used by KUBECONFIG=<folder>/kubeconfig and the kubectl and helm of .cups/cluster/bin.
`;

const OPTIONS = {
  addons: { type: 'string', default: DEFAULT_ADDONS.join(',') },
  folder: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

interface Request {
  folder: string;
  addons: readonly Addon[];
}

const COMMANDS: Readonly<Record<string, (request: Request) => Promise<void> | void>> = {
  build,
  up,
  down,
  status,
  policies,
};

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [name = '', ...more] = positionals;
  if (values.help || name === '') return console.log(HELP);
  const command = COMMANDS[name];
  if (!command) throw new Error(`There is no command ${name}: ${Object.keys(COMMANDS).join(', ')}; --help tells more.`);
  if (more.length > 0) throw new Error(`${name} takes options only, not ${more.join(' ')}.`);
  await command({ folder: folderOf(values.folder), addons: addonsOf(values.addons) });
}

/** From where the person stands who typed the command: npm goes to the folder of its package.json. */
function folderOf(named: string | undefined): string {
  if (named !== undefined) return resolve(process.env['INIT_CWD'] ?? process.cwd(), named);
  return join(import.meta.dirname, '..', '.cups', 'cluster', 'run');
}

function addonsOf(list: string): readonly Addon[] {
  const names = list.split(',').filter(Boolean);
  const unknown = names.filter((name) => !ADDONS.some((addon) => addon === name));
  if (unknown.length > 0) throw new Error(`There is no addon ${unknown.join(', ')}: ${ADDONS.join(', ')}.`);
  return ADDONS.filter((addon) => names.includes(addon));
}

async function build({ addons }: Request): Promise<void> {
  const { bin } = await buildCluster({ addons, onProgress: progress(), signal: calledOff() });
  console.log(`The programs are in ${shown(bin)}.`);
}

async function up({ folder, addons }: Request): Promise<void> {
  const cluster = await startCluster({ folder, addons, onProgress: progress(), signal: calledOff() });
  console.log(`\nexport KUBECONFIG=${shown(cluster.kubeconfig)} PATH=${shown(cluster.bin)}:$PATH`);
  console.log('It runs until `npm run cluster -- down`.');
}

async function down({ folder }: Request): Promise<void> {
  console.log((await stopCluster(folder)) ? 'The cluster is gone; its logs stay.' : 'No cluster runs on this machine.');
}

function status(): void {
  console.log(clusterStatus());
}

async function policies({ folder }: Request): Promise<void> {
  const { kubeconfig } = layoutOf(folder);
  const verdicts = await tryPolicies(join(programs(), 'kubectl'), kubeconfig);
  for (const { example, said, isAsExpected } of verdicts) {
    console.log(`${isAsExpected ? 'as expected' : 'OTHER THAN EXPECTED'}  ${example}: ${said.split('\n').at(-1)}`);
  }
  if (verdicts.some(({ isAsExpected }) => !isAsExpected)) process.exitCode = 1;
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}

function progress(): (line: string) => void {
  const started = performance.now();
  return (line) => console.log(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}
