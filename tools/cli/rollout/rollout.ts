import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { resolvePath } from '../program.ts';
import { runAlertTests } from '../alerts/run.ts';
import { clusterTool } from '../charts/helm.ts';
import { MANIFESTS } from '../../../k8s/lab/cluster/build.ts';
import { createAbortSignal } from '../../../k8s/lab/cluster/abort-signal.ts';
import { run } from '../../../k8s/lab/cluster/command.ts';
import { pinnedVersion } from '../../../k8s/lab/cluster/parts.ts';
import { startExternalServices } from '../../../k8s/lab/rollout/external-services.ts';
import { WAVES, runScenario } from '../../../k8s/lab/rollout/scenario.ts';
import type { RolloutOutcome, ScenarioResult } from '../../../k8s/lab/rollout/scenario.ts';
import { install } from '../../../k8s/lab/rollout/install.ts';
import type { InstallResult, Part } from '../../../k8s/lab/rollout/install.ts';
import { KubeClient, waitFor } from '../../../k8s/lab/rollout/kube.ts';
import { Administrator } from '../../../k8s/lab/rollout/administrator.ts';
import { renderRolloutChart } from '../../../k8s/lab/rollout/rollout-chart.ts';
import { findFailures, renderReport } from '../../../k8s/lab/rollout/report.ts';
import type { RunContext } from '../../../k8s/lab/rollout/report.ts';
import { describeCluster, openTarget } from '../../../k8s/lab/rollout/target.ts';
import type { Target } from '../../../k8s/lab/rollout/target.ts';

export interface RolloutSettings {
  part: Part;
  rate: number;
  spike: number;
  out: string;
  host?: string;
  load?: string;
  keep: boolean;
}

const root = join(import.meta.dirname, '../../..');
const started = performance.now();

function printProgress(line: string): void {
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}  ${line}`);
}

/** Installs, upgrades and disrupts the platform in a real Kubernetes while desks work. @returns exit code 1 on a failure */
export async function testRollout(values: RolloutSettings): Promise<number> {
  const { rate, spike, part } = values;
  const [loadBefore = 0] = loadavg();
  const signal = createAbortSignal();
  printProgress('every alert, made to fire and kept quiet by promtool');
  const alerts = await runAlertTests({ onProgress: printProgress });
  printProgress(`  ${alerts.passed} cases passed, ${alerts.failed} failed`);
  const kubeconfig = process.env['KUBECONFIG'];
  const target = await openTarget({
    root,
    kubeconfig,
    host: values.host,
    load: values.load,
    keda: part === 'all',
    onProgress: printProgress,
    signal,
  });
  const ends: (() => Promise<void> | void)[] = [() => target.stop()];
  try {
    const out = resolvePath(values.out);
    const circumstances = await readRunContext(target, loadBefore);
    const { installed, seen } = await runRollout({ target, part, rate, spike, signal, ends });
    const outcome: RolloutOutcome = { ...seen, alerts };
    writeReport(out, { part, circumstances, installed, outcome });
    if (values.keep) await waitForAbort(signal, target);
    return printConclusion(outcome, join(out, `${reportName(part)}.md`));
  } finally {
    printProgress('ending what was started');
    for (const end of ends.reverse()) await end();
  }
}

interface RolloutOptions {
  target: Target;
  part: Part;
  rate: number;
  spike: number;
  signal: AbortSignal;
  ends: (() => Promise<void> | void)[];
}

async function runRollout({
  target,
  part,
  rate,
  spike,
  signal,
  ends,
}: RolloutOptions): Promise<{ installed: InstallResult; seen: ScenarioResult }> {
  const work = join(root, '.cups', 'rollout');
  const kube = new KubeClient(target.kubeconfig, signal);
  const operator = new Administrator(work, target.kubeconfig, signal, (command) => printProgress(`  $ ${command}`));
  ends.push(() => operator.stop());
  operator.write('centres.csv', operator.withoutWave(WAVES));
  const beside = await startExternalServices(target.host, work, printProgress);
  ends.push(() => beside.stop());
  await operator.follow('Rotate a key', /^kubectl proxy/);
  kube.api = 'http://127.0.0.1:8001';
  await waitFor('kubectl proxy answers', 20, async () => (await fetch(`${kube.api}/readyz`)).ok);
  printProgress('installing');
  const installed = await install(operator, target, beside, { kube, part });
  printProgress(`the platform answers at ${installed.url}`);
  const seen = await runScenario({
    operator,
    target,
    beside,
    kube,
    installed,
    part,
    rate,
    spike,
    onProgress: printProgress,
  });
  return { installed, seen };
}

const reportName = (part: Part): string => (part === 'all' ? 'rollout' : `rollout-${part}`);

interface Report {
  part: Part;
  circumstances: RunContext;
  installed: InstallResult;
  outcome: RolloutOutcome;
}

function writeReport(out: string, { part, circumstances, installed, outcome }: Report): void {
  mkdirSync(out, { recursive: true });
  const file = join(out, reportName(part));
  writeFileSync(`${file}.md`, renderReport(circumstances, installed, outcome, `${reportName(part)}.svg`));
  writeFileSync(`${file}.svg`, renderRolloutChart(outcome.watch.samples, outcome.moments));
}

function printConclusion(outcome: RolloutOutcome, file: string): number {
  const faults = findFailures(outcome);
  for (const fault of faults.slice(0, 20)) printProgress(`FAILED: ${fault}`);
  printProgress(faults.length === 0 ? 'the test passed' : `the test found ${faults.length} faults`);
  printProgress(`the report: ${file}`);
  return faults.length === 0 ? 0 : 1;
}

async function readRunContext(target: Target, loadBefore: number): Promise<RunContext> {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  const { version, nodes } = await describeCluster(new KubeClient(target.kubeconfig));
  const isDirty = git('status', '--porcelain') !== '';
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git('rev-parse', '--short=12', 'HEAD')}${isDirty ? ', with changes' : ''}`,
    command: ['npm run cups --', ...process.argv.slice(2)].join(' '),
    machine: `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: Object.assign({ Kubernetes: version }, await readVersions(target)),
    cluster: `${target.kind === 'own' ? 'from source, started for this (k8s/cluster)' : 'named by KUBECONFIG'}; nodes: ${nodes}`,
    loadBefore,
  };
}

/** Returns the versions of all parts, from their pins or as they report them. */
async function readVersions({ kind }: Target): Promise<Record<string, string>> {
  const pom = readFileSync(join(root, 'local/kafka.pom.xml'), 'utf8');
  const [, kafka = 'unknown'] = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom) ?? [];
  const helm = await run(clusterTool('helm'), ['version', '--template', '{{.Version}}']);
  const keda = kind === 'own' ? { KEDA: pinnedVersion(MANIFESTS, 'github.com/kedacore/keda/v2') } : {};
  return Object.assign({ Helm: helm.trim(), Node: process.versions.node, Kafka: kafka }, keda);
}

async function waitForAbort(signal: AbortSignal, { kubeconfig }: Target): Promise<void> {
  printProgress(`it runs on until Ctrl-C: export KUBECONFIG=${kubeconfig}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
