import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { CommandError, UsageError } from '../errors.ts';
import { createProgress, resolvePath } from '../program.ts';
import { buildCluster, programsFolder } from '../../../k8s/lab/cluster/build.ts';
import { importArchives } from '../../../k8s/lab/cluster/containerd.ts';
import { readRecord } from '../../../k8s/lab/cluster/record.ts';
import { createAbortSignal } from '../../../k8s/lab/cluster/abort-signal.ts';
import { startCluster, stopCluster } from '../../../k8s/lab/cluster/cluster.ts';
import { ADDONS, createLayout, NETWORK } from '../../../k8s/lab/cluster/layout.ts';
import type { Addon } from '../../../k8s/lab/cluster/layout.ts';
import { tryPolicies } from '../../../k8s/lab/cluster/policies.ts';
import { clusterStatus } from '../../../k8s/lab/cluster/status.ts';
import { startExternalServices } from '../../../k8s/lab/rollout/external-services.ts';
import { rehearsalValues, secretFiles } from '../../../k8s/lab/rollout/install-values.ts';

export interface ClusterOptions {
  folder?: string;
  addons?: string;
}
export interface ExternalServicesOptions {
  /** Address of this machine for pods. */
  host?: string;
  /** Folder of the administrator's files. */
  mine: string;
}

/** First line of files of external services. A file without it belongs to the user. */
const GENERATED_HEADER = '# Written by `npm run cups -- cluster external-services`.';
/** Fixed, so that a restarted mail server keeps its address. */
const MAIL_PORT = 4465;

function resolveFolder(named: string | undefined): string {
  return named ?? join(import.meta.dirname, '../../../.cups/cluster/run');
}

function parseAddons(list: string | undefined): readonly Addon[] {
  const names = (list ?? '').split(',').filter(Boolean);
  const unknown = names.filter((name) => !ADDONS.some((addon) => addon === name));
  if (unknown.length > 0) throw new UsageError(`Addon ${unknown.join(', ')} not found. Addons: ${ADDONS.join(', ')}.`);
  return ADDONS.filter((addon) => names.includes(addon));
}

export async function build({ addons: list }: ClusterOptions): Promise<void> {
  const addons = parseAddons(list);
  const { bin } = await buildCluster({ addons, onProgress: createProgress(), signal: createAbortSignal() });
  console.log(`The programs are in ${shown(bin)}.`);
}

export async function up(options: ClusterOptions): Promise<void> {
  const folder = resolveFolder(options.folder);
  const addons = parseAddons(options.addons);
  const cluster = await startCluster({ folder, addons, onProgress: createProgress(), signal: createAbortSignal() });
  console.log(`\nexport KUBECONFIG=${shown(cluster.kubeconfig)} PATH=${shown(cluster.bin)}:$PATH`);
  console.log('It runs until `npm run cups -- cluster down`.');
}

export async function down({ folder }: ClusterOptions): Promise<void> {
  console.log(
    (await stopCluster(resolveFolder(folder)))
      ? 'The cluster is gone; its logs stay.'
      : 'No cluster runs on this machine.',
  );
}

export function status(): void {
  console.log(clusterStatus());
}

export async function load(named: readonly string[]): Promise<void> {
  const archives = named.length > 0 ? named : [join(import.meta.dirname, '../../../dist/images/images.tar')];
  const absent = archives.find((archive) => !existsSync(archive));
  if (absent !== undefined)
    throw new CommandError(`There is no ${shown(absent)}: \`npm run cups -- images\` makes dist/images/images.tar.`);
  if (!readRecord())
    throw new CommandError('No cluster runs on this machine: `npm run cups -- cluster up` starts one.');
  const names = await importArchives(archives);
  console.log(`Added ${names.length} image names by digest to the node.`);
}

export async function startExternalServicesForCluster(options: ExternalServicesOptions): Promise<void> {
  const { host = NETWORK.host } = options;
  const mine = resolvePath(options.mine);
  const values = join(mine, 'values.yaml');
  if (existsSync(values) && !readFileSync(values, 'utf8').startsWith(GENERATED_HEADER)) {
    throw new CommandError(`${shown(values)} is yours: name another folder with --mine.`);
  }
  const signal = createAbortSignal();
  const folder = join(import.meta.dirname, '../../../.cups/cluster');
  const started = await startExternalServices(host, folder, createProgress(), MAIL_PORT);
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

/** @returns exit code 1 when a policy decides otherwise than expected */
export async function policies({ folder }: ClusterOptions): Promise<number> {
  const { kubeconfig } = createLayout(resolveFolder(folder));
  const verdicts = await tryPolicies(join(programsFolder(), 'kubectl'), kubeconfig);
  for (const { example, actual, isAsExpected } of verdicts) {
    console.log(`${isAsExpected ? 'as expected' : 'UNEXPECTED'}  ${example}: ${actual.split('\n').at(-1)}`);
  }
  return verdicts.some(({ isAsExpected }) => !isAsExpected) ? 1 : 0;
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}
