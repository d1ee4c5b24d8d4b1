import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readSet } from '../../../tools/cli/centre/set.ts';
import { playDay } from '../../../tools/day/play-day.ts';
import type { DayResult } from '../../../tools/day/play-day.ts';
import { openDesk } from '../../../tools/day/desk.ts';
import { listActiveCentres } from '../../../tools/day/filings.ts';
import type { Centre } from '../../../tools/day/filings.ts';
import { operationsCommands } from '../../../tools/check/guide-commands.ts';
import type { ExternalServices } from './external-services.ts';
import { renewCertificate, testCertificates } from './certificates.ts';
import { deletePods, drainNode, scaleOnLag, waitUntilReady } from './disruptions.ts';
import { testCheckerPods } from './checker-pod.ts';
import { restartDuringUploads } from './documents.ts';
import { testEdges } from './edges.ts';
import type { Address, Edge } from './edges.ts';
import { appointFirstSupervisor } from './first-supervisor.ts';
import type { InstallResult, Part } from './install.ts';
import { isReady, serviceOf, waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';
import { LoadGenerator } from './load.ts';
import { Timeline } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';
import { openCentres } from './centre-opening.ts';
import type { CentreOpening } from './centre-opening.ts';
import type { Administrator } from './administrator.ts';
import type { Target } from './target.ts';
import { quantile, ClusterMonitor } from './cluster-monitor.ts';

/** The scenario: sixty centres, an upgrade and rollback, key rotation, disruptions and a spike, while desks work. */

export interface ScenarioOptions {
  operator: Administrator;
  target: Target;
  beside: ExternalServices;
  kube: KubeClient;
  installed: InstallResult;
  part: Part;
  /** Applications per second: normally, and in the spike. */
  rate: number;
  spike: number;
  onProgress: (line: string) => void;
}

/** Observations of a scenario. */
export interface ScenarioResult {
  day: DayResult;
  moments: TimelineEntry[];
  openings: CentreOpening[];
  edges: Edge[];
  watch: ClusterMonitor;
  calls: number;
  early: number;
  accepted: number;
  missing: string[];
  mails: number;
  spikeOldest: number[];
  /** Failure that ended the scenario early. */
  broken: string;
}

/** All data of the report. */
export interface RolloutOutcome extends ScenarioResult {
  /** Alert tests by promtool: firing cases and quiet ones. */
  alerts: { passed: number; failed: number };
}

const BASELINE_SECONDS = 60;
const SPIKE_SECONDS = 60;
const OUTAGE_SECONDS = 45;
const SETTLE_SECONDS = 10;
/** Waiting time that `npm run cups -- keys` enforces. */
const ACTIVATE_AFTER_SECONDS = 305;
const RETIRE_AFTER_SECONDS = 605;
const AGENCY = 'newcomer';
const AGENCY_FILE = `code: ${AGENCY}
name: { ro: Agenție nouă, ru: Новое агентство, en: New agency }
timeZone: Europe/Chisinau
workingTime: { days: [mon, tue, wed, thu, fri], from: '08:00', to: '17:00' }
calendar: holidays-md
`;
/** The API server and DNS, by their Services. */
const CLUSTER_ADDRESSES: readonly Address[] = [
  { name: 'the API server', host: 'kubernetes.default.svc', port: 443 },
  { name: 'DNS', host: 'kube-dns.kube-system.svc', port: 53 },
];
/** Waves of the sixty centres. */
export const WAVES = ['2023-1', '2023-2', '2023-3'];

/** A failed step ends the scenario, and the result says so. @throws Error when the sample day fails */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { kube, installed, beside, part, onProgress: report } = options;
  report('the sample day through the gateway');
  const day = await playDay({ url: installed.url });
  report(
    `  ${day.applications} applications in ${day.seconds} s: ${day.lost} lost, ${day.doubled} doubled, ${day.errors.length} errors`,
  );
  const { scans, photographedPages, refused, fetches, results } = day.documents;
  report(`  ${scans} scans (${photographedPages} pages), ${refused} refused, ${fetches} fetches, ${results} results`);
  for (const error of day.errors.slice(0, 10)) report(`  ${error}`);
  const load = new LoadGenerator(installed.url);
  const watch = new ClusterMonitor(kube, load, installed.url);
  const scenario = new Scenario(options, load, watch);
  const centres = await listActiveCentres(installed.url);
  await load.start(centres, options.rate);
  watch.start();
  let broken = '';
  const run = part === 'documents' ? scenario.runDocuments(centres) : scenario.run(centres);
  await run.catch((error: unknown) => (broken = (error as Error).message));
  await load.stop();
  await watch.stop();
  report(`looking for each of the ${load.accepted} applications that were acknowledged`);
  const missing = await load.findMissing();
  const { timeline: moments, openings, edges, spikeOldest } = scenario;
  const { calls, early, accepted } = load;
  return {
    day,
    moments: moments.entries,
    openings,
    edges,
    watch,
    calls,
    early,
    accepted,
    missing,
    mails: beside.mail.received(),
    spikeOldest,
    broken,
  };
}

class Scenario {
  readonly #options: ScenarioOptions;
  readonly #load: LoadGenerator;
  readonly #watch: ClusterMonitor;
  readonly timeline: Timeline;
  readonly openings: CentreOpening[] = [];
  readonly edges: Edge[] = [];
  readonly spikeOldest: number[] = [];
  #publishTime = 0;
  #activateTime = 0;

  constructor(options: ScenarioOptions, load: LoadGenerator, watch: ClusterMonitor) {
    this.#options = options;
    this.#load = load;
    this.#watch = watch;
    this.timeline = new Timeline(load, options.onProgress);
  }

  async run(centres: readonly Centre[]): Promise<void> {
    const { operator, kube, installed, spike } = this.#options;
    await this.timeline.record('desks at work, nothing else', async () => {
      await delay(BASELINE_SECONDS * 1000);
      return `${BASELINE_SECONDS} s`;
    });
    await this.#step('Rotate a key: publish', () => this.#publish());
    await this.#step('Appoint the first supervisor', () => appointFirstSupervisor(operator, installed.url));
    await this.#step('Renew a certificate', () =>
      renewCertificate(kube, () => operator.follow('Renew a certificate', /renew/)),
    );
    await this.#step('intake, with and without a certificate', () => testCertificates(kube));
    await this.#step('import sixty centres', () => this.#import());
    for (const part of WAVES) await this.#step(`open the wave ${part}`, () => this.#open(part));
    await this.#step('open one centre more', () => this.#openOne());
    await this.#step('add an agency', () => this.#addAgency());
    await this.#step('Rotate a key: activate', () => this.#activate());
    await this.#step('rotate secrets', () => this.#rotateSecrets());
    await this.#step('upgrade to a new build', () => this.#upgrade());
    await this.#step('roll back', () => this.#rollBack());
    await this.#step('delete a pod of each service', () => deletePods(kube, 'in order'));
    await this.#step('drain the node', () => drainNode(kube));
    await this.#step(
      'kill a pod of each service (SIGKILL)',
      () => deletePods(kube, 'by force'),
      'a killed process cannot respond to its running calls; the desk sends them again',
    );
    await this.#step('agency-bridge down, then scaled on lag', () => this.#scale());
    await this.#step(`a spike of ${spike} applications/s`, () => this.#spike());
    await this.runDocuments(centres);
    await this.#step('Read the dashboards', async () => {
      await operator.follow('Read the dashboards');
      return 'the ConfigMap of the dashboard is there';
    });
    await this.#step('Rotate a key: retire', () => this.#retire());
  }

  /** The steps that concern documents, and every edge. */
  async runDocuments(centres: readonly Centre[]): Promise<void> {
    const { kube, installed } = this.#options;
    await this.#step('documents, checker and gateway replaced during uploads', () =>
      restartDuringUploads(kube, installed.url, { centres, services: this.#load.services }),
    );
    await this.#step('from within the pods of the checker', () =>
      testCheckerPods(kube, [...this.#addressesBeside(), ...CLUSTER_ADDRESSES]),
    );
    await this.#step('every edge, from within', () => this.#tryEdges());
  }

  /** Runs a step, and waits some seconds for its effects. */
  #step(name: string, work: () => Promise<string>, excuse = ''): Promise<void> {
    const withRest = async () => {
      const seen = await work();
      await delay(SETTLE_SECONDS * 1000);
      return seen;
    };
    return this.timeline.record(name, withRest, excuse);
  }

  async #publish(): Promise<string> {
    await this.#options.operator.follow('Rotate a key', /publish/);
    this.#publishTime = performance.now();
    return 'the next key of intake is published';
  }

  async #activate(): Promise<string> {
    await sleepUntil(this.#publishTime, ACTIVATE_AFTER_SECONDS);
    await this.#options.operator.follow('Rotate a key', /activate/);
    this.#activateTime = performance.now();
    return 'intake signs with its new key';
  }

  async #retire(): Promise<string> {
    await sleepUntil(this.#activateTime, RETIRE_AFTER_SECONDS);
    await this.#options.operator.follow('Rotate a key', /retire|show/);
    return 'the old key of intake counts no longer';
  }

  async #import(): Promise<string> {
    const { operator } = this.#options;
    await operator.follow('Open many centres', /import|list|helm/);
    return 'planned: nothing changes at the desks';
  }

  async #open(wave: string): Promise<string> {
    const { operator, kube } = this.#options;
    await operator.sh(`npm run cups -- centre open --wave ${wave}`);
    const centres = this.#centresOf((one) => one.wave === wave);
    return this.#recordOpening(
      await openCentres(centres, { kube, load: this.#load, upgrade: () => this.#upgradeCentres() }),
    );
  }

  async #openOne(): Promise<string> {
    const { operator, kube } = this.#options;
    await operator.follow('Open a centre', /npm run cups -- centre/);
    const centres = this.#centresOf(({ code }) => code === 'CU-087');
    return this.#recordOpening(
      await openCentres(centres, { kube, load: this.#load, upgrade: () => this.#upgradeCentres() }),
    );
  }

  /** Adds an agency that no centre serves yet: its clerk can sign in once every service has read it. */
  async #addAgency(): Promise<string> {
    const { operator, installed } = this.#options;
    writeFileSync(join(operator.folder, 'data/agencies', `${AGENCY}.yaml`), AGENCY_FILE);
    const started = performance.now();
    await operator.follow('Add an agency in a cluster', /npm run cups -- topics|helm upgrade cups/);
    await waitFor(`a clerk of ${AGENCY} can sign in`, 180, async () => {
      const desk = await openDesk(installed.url, `${AGENCY}-clerk`, { tries: 1 });
      return (await desk.call('GET', '/deliveries')).status === 200;
    });
    const seconds = (performance.now() - started) / 1000;
    return `its topics are there, and its clerk is at work after ${seconds.toFixed(0)} s`;
  }

  #upgradeCentres = (): Promise<void> => this.#options.operator.follow('Open a centre', /^helm/);

  #recordOpening(opening: CentreOpening): string {
    this.openings.push(opening);
    const { centres, firstSeconds, lastSeconds, restarts, newTemplates } = opening;
    return `${centres} opened: the first application after ${firstSeconds.toFixed(1)} s, every centre after ${lastSeconds.toFixed(1)} s; ${restarts} restarts, ${newTemplates} new templates of pods`;
  }

  #centresOf(fits: (centre: { code: string; wave: string }) => boolean): Centre[] {
    const { centres } = readSet(join(this.#options.operator.folder, 'data'));
    return [...centres.values()].filter(fits).map(({ code, kind, name, agencies }) => ({
      name: `centres/${code}`,
      code,
      kind,
      status: 'active',
      displayName: name,
      agencies: agencies.map((agency) => `agencies/${agency}`),
    }));
  }

  async #rotateSecrets(): Promise<string> {
    const { operator } = this.#options;
    operator.write('kafka-intake.password', randomBytes(24).toString('base64url'));
    await operator.follow('Rotate a secret');
    return 'intake has another password for Kafka, and was restarted with its URI';
  }

  async #upgrade(): Promise<string> {
    const { operator, target, kube } = this.#options;
    const before = await this.#release();
    for (const command of operationsCommands('Upgrade')) {
      const isBuild = command.startsWith('npm run cups -- images');
      await operator.sh(isBuild ? `${command} --tag next` : command);
      if (isBuild) await target.load(join(operator.folder, 'dist/images/images.tar'));
    }
    await waitUntilReady(kube);
    return `the gateway reported ${before} and now reports ${await this.#release()}`;
  }

  async #rollBack(): Promise<string> {
    const { operator, kube } = this.#options;
    await operator.follow('Roll back');
    await waitUntilReady(kube);
    return `the gateway reports ${await this.#release()} again`;
  }

  /** Returns the release that the gateway's pods report. */
  async #release(): Promise<string> {
    const { kube } = this.#options;
    const pods = (await kube.pods()).filter((pod) => serviceOf(pod) === 'gateway' && isReady(pod));
    const pages = await Promise.all(pods.map(({ metadata }) => kube.askPod(metadata.name, 7106, '/metrics')));
    const names = pages.map((page) => /cups_build_info\{[^}]*release="([^"]*)"/.exec(page)?.[1] ?? 'nothing');
    return [...new Set(names)].sort().join(' and ');
  }

  async #scale(): Promise<string> {
    const { most, secondsUntilMore } = await scaleOnLag(this.#options.kube, 'agency-bridge', OUTAGE_SECONDS);
    const when =
      secondsUntilMore === undefined ? 'never more than that' : `${secondsUntilMore.toFixed(0)} s after it was let go`;
    return `no pod for ${OUTAGE_SECONDS} s while desks filed on; then 0 to ${most} pods, ${when}`;
  }

  async #spike(): Promise<string> {
    const { rate, spike } = this.#options;
    const from = this.#load.now;
    this.#load.rate = spike;
    await delay(SPIKE_SECONDS * 1000);
    const ages = this.#watch.between(from, this.#load.now).flatMap(({ oldestEvent }) => oldestEvent ?? []);
    this.#load.rate = rate;
    this.spikeOldest.push(...ages);
    return `age of the oldest event that is not in Kafka yet: p95 ${quantile(ages, 0.95).toFixed(2)} s, most ${Math.max(...ages).toFixed(2)} s, ${ages.length} looks`;
  }

  #addressesBeside(): Address[] {
    const { kafka, store, mail } = this.#options.beside;
    return Object.entries({ kafka, store, mail }).map(([name, { host, port }]) => ({ name, host, port }));
  }

  async #tryEdges(): Promise<string> {
    const { operator, kube } = this.#options;
    this.edges.push(...(await testEdges(join(operator.folder, 'helm'), kube, this.#addressesBeside())));
    const wrong = this.edges.filter(({ isOpen, shouldBeOpen }) => isOpen !== shouldBeOpen);
    const open = this.edges.filter(({ isOpen }) => isOpen).length;
    const said = wrong.map(({ from, to, isOpen }) => `${from} to ${to} is ${isOpen ? 'open' : 'closed'}`).join(', ');
    if (wrong.length > 0) throw new Error(`Edges other than the charts say: ${said}`);
    return `${open} open and ${this.edges.length - open} closed, each as the charts say`;
  }
}

async function sleepUntil(since: number, seconds: number): Promise<void> {
  await delay(Math.max(0, since + seconds * 1000 - performance.now()));
}
