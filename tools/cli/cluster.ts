import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { buildCluster, programsFolder } from '../../k8s/lab/cluster/build.ts';
import { importArchives } from '../../k8s/lab/cluster/containerd.ts';
import { readRecord } from '../../k8s/lab/cluster/record.ts';
import { createAbortSignal } from '../../k8s/lab/cluster/abort-signal.ts';
import { startCluster, stopCluster } from '../../k8s/lab/cluster/cluster.ts';
import { ADDONS, createLayout, NETWORK } from '../../k8s/lab/cluster/layout.ts';
import type { Addon } from '../../k8s/lab/cluster/layout.ts';
import { tryPolicies } from '../../k8s/lab/cluster/policies.ts';
import { clusterStatus } from '../../k8s/lab/cluster/status.ts';
import { startExternalServices } from '../../k8s/lab/rollout/external-services.ts';
import { rehearsalValues, secretFiles } from '../../k8s/lab/rollout/install-values.ts';

/** `npm run cluster`: runs Kubernetes on this machine, built from source. See k8s/cluster/README.md. */

const DEFAULT_ADDONS: readonly Addon[] = ['dns', 'metrics', 'policies'];

const HELP = `npm run cluster -- <command> [options]

Runs Kubernetes with one node on this Linux machine, compiled from source, without an image registry.

  build    compiles what is missing: minutes the first time, seconds from Go's cache
  up       builds and starts it, and leaves it running; Ctrl-C during the start removes everything
  down     stops it and removes processes, mounts, networks and control groups; logs stay
  status   shows what runs
  load     loads images into its node, under their tags and digests:
           load [<archive>…] (default dist/images/images.tar, from npm run images)
  beside   starts Kafka and a store with TLS and a mail server on this machine, and writes their values for an install to
           the folder mine; Ctrl-C stops them. See k8s/env/rehearsal.yaml
  policies applies k8s/policies to the running cluster, and shows what they admit and refuse

  --addons <list>    list of ${ADDONS.join(',')} (default ${DEFAULT_ADDONS.join(',')})
  --folder <folder>  state folder (default .cups/cluster/run)
  --host <address>   beside: address of this machine for pods (default ${NETWORK.host})
  --mine <folder>    beside: output folder (default mine)
  --help             prints this text

up needs root. Use the cluster with KUBECONFIG=<folder>/kubeconfig and the kubectl and helm of .cups/cluster/bin.
`;

const OPTIONS = {
  addons: { type: 'string', default: DEFAULT_ADDONS.join(',') },
  folder: { type: 'string' },
  host: { type: 'string', default: NETWORK.host },
  mine: { type: 'string', default: 'mine' },
  help: { type: 'boolean', default: false },
} as const;

interface ClusterRequest {
  folder: string;
  addons: readonly Addon[];
  /** Positional arguments after the command. */
  more: readonly string[];
  /** Address of this machine for pods. */
  host: string;
  /** Folder of the administrator's files. */
  mine: string;
}

/** Commands with positional arguments. */
const VARIADIC_COMMANDS: readonly string[] = ['load'];

/** First line of files that `beside` writes. A file without it belongs to the user. */
const GENERATED_HEADER = '# Written by `npm run cluster -- beside`.';
/** Fixed, so that a restarted mail server keeps its address. */
const MAIL_PORT = 4465;

const COMMANDS: Readonly<Record<string, (request: ClusterRequest) => Promise<void> | void>> = {
  build,
  up,
  down,
  status,
  load,
  beside: startBesideCluster,
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
  if (!command)
    throw new Error(`Command ${name} not found. Commands: ${Object.keys(COMMANDS).join(', ')}. See --help.`);
  if (more.length > 0 && !VARIADIC_COMMANDS.includes(name)) {
    throw new Error(`${name} takes options only, not ${more.join(' ')}.`);
  }
  await command({
    folder: resolveFolder(values.folder),
    addons: parseAddons(values.addons),
    more,
    host: values.host,
    mine: resolvePath(values.mine),
  });
}

/** npm changes to the folder of package.json; INIT_CWD is where the user typed the command. */
function resolvePath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

function resolveFolder(named: string | undefined): string {
  if (named !== undefined) return resolvePath(named);
  return join(import.meta.dirname, '../../.cups/cluster/run');
}

function parseAddons(list: string): readonly Addon[] {
  const names = list.split(',').filter(Boolean);
  const unknown = names.filter((name) => !ADDONS.some((addon) => addon === name));
  if (unknown.length > 0) throw new Error(`There is no addon ${unknown.join(', ')}: ${ADDONS.join(', ')}.`);
  return ADDONS.filter((addon) => names.includes(addon));
}

async function build({ addons }: ClusterRequest): Promise<void> {
  const { bin } = await buildCluster({ addons, onProgress: progress(), signal: createAbortSignal() });
  console.log(`The programs are in ${shown(bin)}.`);
}

async function up({ folder, addons }: ClusterRequest): Promise<void> {
  const cluster = await startCluster({ folder, addons, onProgress: progress(), signal: createAbortSignal() });
  console.log(`\nexport KUBECONFIG=${shown(cluster.kubeconfig)} PATH=${shown(cluster.bin)}:$PATH`);
  console.log('It runs until `npm run cluster -- down`.');
}

async function down({ folder }: ClusterRequest): Promise<void> {
  console.log((await stopCluster(folder)) ? 'The cluster is gone; its logs stay.' : 'No cluster runs on this machine.');
}

function status(): void {
  console.log(clusterStatus());
}

async function load({ more }: ClusterRequest): Promise<void> {
  const archives =
    more.length > 0 ? more.map(resolvePath) : [join(import.meta.dirname, '../../dist/images/images.tar')];
  const absent = archives.find((archive) => !existsSync(archive));
  if (absent !== undefined)
    throw new Error(`There is no ${shown(absent)}: \`npm run images\` makes dist/images/images.tar.`);
  if (!readRecord()) throw new Error('No cluster runs on this machine: `npm run cluster -- up` starts one.');
  const names = await importArchives(archives);
  console.log(`Added ${names.length} image names by digest to the node.`);
}

async function startBesideCluster({ host, mine }: ClusterRequest): Promise<void> {
  const values = join(mine, 'values.yaml');
  if (existsSync(values) && !readFileSync(values, 'utf8').startsWith(GENERATED_HEADER)) {
    throw new Error(`${shown(values)} is yours: name another folder with --mine.`);
  }
  const signal = createAbortSignal();
  const folder = join(import.meta.dirname, '../../.cups/cluster');
  const started = await startExternalServices(host, folder, progress(), MAIL_PORT);
  try {
    mkdirSync(mine, { recursive: true });
    const files = secretFiles(started);
    files['values.yaml'] = `${GENERATED_HEADER}\n${stringify(rehearsalValues(started))}`;
    for (const [name, text] of Object.entries(files)) writeFileSync(join(mine, name), text, { mode: 0o600 });
    console.log(
      `Written into ${shown(mine)}: ${Object.keys(files).join(', ')}. Ctrl-C ends Kafka, store and mail server.`,
    );
    if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  } finally {
    await started.stop();
  }
}

async function policies({ folder }: ClusterRequest): Promise<void> {
  const { kubeconfig } = createLayout(folder);
  const verdicts = await tryPolicies(join(programsFolder(), 'kubectl'), kubeconfig);
  for (const { example, actual, isAsExpected } of verdicts) {
    console.log(`${isAsExpected ? 'as expected' : 'UNEXPECTED'}  ${example}: ${actual.split('\n').at(-1)}`);
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
