import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES } from '../services.ts';
import { isReady, NAMESPACE, refusalOf, serviceOf, waitFor } from './kube.ts';
import type { Kube } from './kube.ts';

/** What happens to pods in the life of a cluster, on purpose. */

const SETTLE_SECONDS = 180;
/** How long a drain tries; it may not end, since one node has no other to go to. */
const DRAIN_SECONDS = 40;
const POLL_MS = 250;

/** All pods that are wanted are ready, and none is about to leave. @returns seconds */
export const settled = (kube: Kube): Promise<number> =>
  waitFor('all pods are ready', SETTLE_SECONDS, async () => {
    const [pods, deployments] = await Promise.all([kube.pods(), kube.deployments()]);
    const isWhole = deployments.every(({ spec, status }) => (status.readyReplicas ?? 0) >= spec.replicas);
    // The pod of a job that has ended stays to be read.
    return isWhole && pods.filter(({ status }) => status.phase !== 'Succeeded').every(isReady);
  });

/** Deletes one pod of each service, in order or as `kill -9` would. @returns what was seen */
export async function deletePods(kube: Kube, how: 'in order' | 'by force'): Promise<string> {
  const pods = (await kube.pods()).filter(isReady);
  const victims = SERVICES.flatMap((service) => pods.find((pod) => serviceOf(pod) === service)?.metadata.name ?? []);
  const force = how === 'by force' ? ['--grace-period=0', '--force'] : [];
  await kube.kubectl(['delete', 'pod', '-n', NAMESPACE, ...victims, ...force, '--wait=true']);
  const seconds = await settled(kube);
  return `${victims.length} pods, one of each service; all were ready again ${seconds.toFixed(0)} s after the last had gone`;
}

/** Drains a node; budgets of disruption keep one pod of each service there. @returns what was seen */
export async function drain(kube: Kube): Promise<string> {
  const node = (await kube.kubectl(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])).trim();
  const before = (await kube.pods()).filter(isReady).length;
  let least = before;
  const watching = { ended: false };
  const watch = (async () => {
    while (!watching.ended) {
      least = Math.min(least, (await kube.pods()).filter(isReady).length);
      await delay(POLL_MS);
    }
  })();
  let words = '';
  try {
    const drained = kube.kubectl([
      'drain',
      node,
      '--pod-selector=app.kubernetes.io/part-of=cups,app.kubernetes.io/name!=agency-simulator',
      '--delete-emptydir-data',
      '--ignore-daemonsets',
      `--timeout=${DRAIN_SECONDS}s`,
    ]);
    words = await refusalOf(drained);
  } finally {
    await kube.kubectl(['uncordon', node]);
    watching.ended = true;
    await watch;
  }
  const held = words.includes('disruption budget')
    ? 'held by the budgets of disruption'
    : `refused: ${words.slice(-200)}`;
  const seconds = await settled(kube);
  return `of ${before} ready pods ${least} stayed, ${held}; all ready ${seconds.toFixed(0)} s after the node was given free`;
}

const PAUSED = 'autoscaling.keda.sh/paused-replicas';

export interface Scaled {
  /** Most ready pods within a minute. */
  most: number;
  /** From the release of the pause until more were ready than the least number; undefined when they never were. */
  secondsUntilMore: number | undefined;
}

const LEAST = 2;
const SCALING_SECONDS = 60;

/**
 * A consumer is away for a while, so that its topic fills; then KEDA counts its replicas by the lag.
 * @param away how long, in seconds
 */
export async function scaleOnLag(kube: Kube, service: string, away: number): Promise<Scaled> {
  const annotate = (value: string) =>
    kube.kubectl(['annotate', 'scaledobject', service, '-n', NAMESPACE, '--overwrite', value]);
  const ready = async () => (await kube.pods()).filter((pod) => serviceOf(pod) === service && isReady(pod)).length;
  await annotate(`${PAUSED}=0`);
  await waitFor(`${service} is away`, 120, async () => (await ready()) === 0);
  await delay(away * 1000);
  await annotate(`${PAUSED}-`);
  const since = performance.now();
  const scaled: Scaled = { most: 0, secondsUntilMore: undefined };
  for (let seconds = 0; seconds < SCALING_SECONDS; seconds = (performance.now() - since) / 1000) {
    scaled.most = Math.max(scaled.most, await ready());
    if (scaled.most > LEAST) scaled.secondsUntilMore ??= seconds;
    await delay(POLL_MS);
  }
  return scaled;
}
