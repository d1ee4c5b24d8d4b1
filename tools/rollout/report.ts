import { sum } from './kube.ts';
import type { TimelineEntry } from './timeline.ts';
import type { RolloutOutcome } from './scenario.ts';
import type { InstallResult } from './install.ts';
import { quantile } from './cluster-monitor.ts';

/** The report of a roll-out: docs/rollout/report.md. Pure. */

export interface RunContext {
  date: string;
  commit: string;
  command: string;
  machine: string;
  versions: Record<string, string>;
  /** Whether the cluster was started for this, or KUBECONFIG named it. */
  cluster: string;
  loadBefore: number;
}

const MAX_OLDEST_EVENT_SECONDS = 5;

/** Calls that failed although nothing excuses it. */
const countUnexcused = (moments: readonly TimelineEntry[]): number =>
  sum(moments.filter(({ excuse }) => excuse === '').map(({ failed }) => failed.length));

/** What is not as it should be, a sentence each; empty after a good afternoon. */
export function findFailures({
  day,
  moments,
  openings,
  edges,
  missing,
  spikeOldest,
  alerts,
  broken,
}: RolloutOutcome): string[] {
  const wrong = edges.filter(({ isOpen, shouldBeOpen }) => isOpen !== shouldBeOpen);
  const oldest = quantile(spikeOldest, 0.95);
  return [
    ...(broken ? [`The afternoon ended early: ${broken}`] : []),
    ...(day.lost + day.doubled + day.errors.length > 0 ? [`The sample day: ${day.errors.join('; ')}`] : []),
    ...(countUnexcused(moments) > 0 ? [`${countUnexcused(moments)} calls failed.`] : []),
    ...missing.map((what) => `An acknowledged application has not come back: ${what}`),
    ...openings.filter(({ restarts }) => restarts > 0).map(({ restarts }) => `Centres restarted ${restarts} pods.`),
    ...openings.filter(({ newTemplates }) => newTemplates > 0).map(() => 'Centres changed a template of pods.'),
    ...(alerts.failed > 0 ? [`${alerts.failed} cases of alerts failed.`] : []),
    ...wrong.map(({ from, to, isOpen }) => `${from} to ${to} is ${isOpen ? 'open' : 'closed'}.`),
    ...(oldest > MAX_OLDEST_EVENT_SECONDS
      ? [`In the spike the oldest event was ${oldest.toFixed(1)} s old (p95).`]
      : []),
  ];
}

export function renderReport(circumstances: RunContext, installed: InstallResult, outcome: RolloutOutcome): string {
  return [
    '# A roll-out, as it was seen',
    '<!-- Made by `npm run test:cluster`. -->',
    renderHead(circumstances),
    '![Centres open, replicas, restarts and failed calls over time](rollout.svg)',
    ...renderVerdict(outcome),
    '## In figures',
    renderFigures(installed, outcome),
    '## Moment by moment',
    MEANING,
    renderTimeline(outcome.moments),
    ...renderFailures(outcome.moments),
    '## Centres',
    renderOpenings(outcome),
    '## Memory and CPU of a pod',
    renderUsage(outcome),
    '## Edges',
    renderEdges(outcome),
    LIMITS,
  ].join('\n\n');
}

function renderHead({ date, commit, command, machine, versions, cluster, loadBefore }: RunContext): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return table(
    ['', ''],
    [
      ['Date', date],
      ['Commit', `\`${commit}\``],
      ['Command', `\`${command}\``],
      ['Machine', `${machine}; load before: ${loadBefore.toFixed(2)}`],
      ['Cluster', cluster],
      ['Versions', named.join(', ')],
    ],
  );
}

function renderVerdict(outcome: RolloutOutcome): string[] {
  const faults = findFailures(outcome);
  if (faults.length === 0) return ['**Everything was as it should be.**'];
  return [
    `**Not as it should be:**`,
    faults
      .slice(0, 20)
      .map((fault) => `- ${fault}`)
      .join('\n'),
  ];
}

function renderFigures(installed: InstallResult, outcome: RolloutOutcome): string {
  const { day, moments, openings, calls, early, accepted, missing, mails, spikeOldest, alerts } = outcome;
  const excused = sum(moments.map(({ failed }) => failed.length)) - countUnexcused(moments);
  const sixty = openings.slice(0, 3);
  const oldest = spikeOldest.length > 0 ? `${quantile(spikeOldest, 0.95).toFixed(2)} s` : 'not seen';
  return table(
    ['What', 'Aim', 'Seen'],
    [
      ['Failed calls', '0', `${countUnexcused(moments)} of ${calls}`],
      ['Failed calls while processes were killed', 'few', String(excused)],
      ['Told to try again, because a replica had not read the file of a new centre yet', '', String(early)],
      ['Acknowledged applications that did not come back from their agency', '0', `${missing.length} of ${accepted}`],
      ['Restarts caused by centres', '0', String(sum(openings.map(({ restarts }) => restarts)))],
      [
        'From `helm upgrade` of the centres to the first application of a new one',
        '',
        `${formatSeconds(openings.map(({ firstSeconds }) => firstSeconds))} s`,
      ],
      [
        'Sixty centres in three waves, each until every centre had filed',
        '',
        `${sum(sixty.map(({ lastSeconds }) => lastSeconds)).toFixed(0)} s (${formatSeconds(sixty.map(({ lastSeconds }) => lastSeconds))})`,
      ],
      ['Oldest event that is not in Kafka yet, p95 in the spike', '< 5 s', oldest],
      [
        'Sample day',
        '0 lost',
        `${day.applications} applications in ${day.seconds} s, ${day.lost} lost, ${day.doubled} doubled`,
      ],
      [
        'Install of the charts',
        '',
        `${installed.chartsSeconds.toFixed(0)} s, the gateway answers ${installed.answersAfter.toFixed(1)} s later`,
      ],
      ['Cases of alerts, by promtool', 'all pass', `${alerts.passed} passed, ${alerts.failed} failed`],
      ['Mails that were sent', '', String(mails)],
    ],
  );
}

const formatSeconds = (seconds: readonly number[]): string => seconds.map((one) => one.toFixed(1)).join(', ');

function renderTimeline(moments: readonly TimelineEntry[]): string {
  return table(
    ['From', 'To', 'What', 'Calls', 'Failed', 'Seen'],
    moments.map(({ name, from, to, calls, failed, seen, excuse }) => [
      formatClock(from),
      formatClock(to),
      name,
      String(calls),
      String(failed.length),
      excuse && failed.length > 0 ? `${seen} (${excuse})` : seen,
    ]),
  );
}

function renderFailures(moments: readonly TimelineEntry[]): string[] {
  const counted = new Map<string, number>();
  for (const { name, failed } of moments) {
    for (const { call, why } of failed) {
      const key = [name, call, why].join('|');
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  }
  if (counted.size === 0) return [];
  const rows = [...counted].map(([key, count]) => [...key.split('|'), String(count)]);
  return ['### Calls that failed', table(['When', 'Call', 'Why', 'How many'], rows)];
}

function renderOpenings({ openings }: RolloutOutcome): string {
  return table(
    ['Centres', 'Helm done', 'First application', 'Every centre', 'Restarts', 'New templates of pods'],
    openings.map(({ centres, helmSeconds, firstSeconds, lastSeconds, restarts, newTemplates }) => [
      String(centres),
      `${helmSeconds.toFixed(1)} s`,
      `${firstSeconds.toFixed(1)} s`,
      `${lastSeconds.toFixed(1)} s`,
      String(restarts),
      String(newTemplates),
    ]),
  );
}

function renderUsage({ watch }: RolloutOutcome): string {
  const most = (service: string) => Math.max(0, ...watch.samples.map(({ ready }) => ready[service] ?? 0));
  return table(
    ['Service', 'CPU, mean', 'CPU, most', 'Memory, most', 'Pods, most'],
    [...watch.usage].map(([service, { cpuMean, cpuMost, memoryMost }]) => [
      service,
      `${cpuMean.toFixed(0)} m`,
      `${cpuMost.toFixed(0)} m`,
      `${memoryMost.toFixed(0)} MiB`,
      String(most(service)),
    ]),
  );
}

function renderEdges({ edges }: RolloutOutcome): string {
  if (edges.length === 0) return 'Not tried.';
  const targets = [...new Set(edges.map(({ to }) => to))];
  const sources = [...new Set(edges.map(({ from }) => from))];
  const cell = (from: string, to: string): string => {
    if (from === to) return '–';
    const edge = edges.find((one) => one.from === from && one.to === to);
    const said = edge?.isOpen ? 'open' : 'closed';
    return edge && edge.isOpen !== edge.shouldBeOpen ? `**${said}**` : said;
  };
  return [
    'From a pod with the labels of the service on the left, to a ready pod of the service above (gRPC), to Kafka, the store and the mail server. All others are closed by policy; `stranger` is a pod without labels of ours.',
    table(
      ['From', ...targets],
      sources.map((from) => [from, ...targets.map((to) => cell(from, to))]),
    ),
  ].join('\n\n');
}

const MEANING = `Every failed call belongs to the moment in which it was made. These desks send nothing again: what a clerk would see as a button
that had to be pressed twice counts. The one exception is the answer \`UNKNOWN_HERE\` about a centre that has just been opened, which says when to
try again; it is counted by itself.`;

const LIMITS = `## What this does not show

- One node: pods of one service are not spread over nodes or zones, and a drain can move nothing; it shows that budgets of disruption
  keep one pod of each service.
- Kafka and the store stand beside the cluster, one process each: Kafka is Apache Kafka 4.1, the store is the embedded one and no
  MongoDB. The Strimzi operator did not run; no broker or store was lost here (\`npm run torture\` does that).
- No Ingress, no Gateway API: desks come to the Service of the gateway by http. Sign-in is the local one.
- Load generator, Kafka, store and cluster share the cores of one machine: times are no measure of a real cluster, counts are.`;

/** Minutes and seconds since the start of the load. */
export const formatClock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
