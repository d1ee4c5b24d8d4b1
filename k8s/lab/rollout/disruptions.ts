import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES } from '../../../tools/platform/services.ts';
import { isReady, NAMESPACE, expectRefusal, serviceOf, waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';

/** Disruptions of pods. */

const SETTLE_SECONDS = 180;
/** Maximum duration of a drain; it cannot complete, since the only node has no other to move pods to. */
const DRAIN_SECONDS = 40;
const POLL_INTERVAL_MS = 250;

/** Waits until all wanted pods are ready and none terminates. @returns seconds */
export const waitUntilReady = (kube: KubeClient): Promise<number> =>
  waitFor('all pods are ready', SETTLE_SECONDS, async () => {
    const [pods, deployments] = await Promise.all([kube.pods(), kube.deployments()]);
    const isWhole = deployments.every(({ spec, status }) => (status.readyReplicas ?? 0) >= spec.replicas);
    // Pods of finished jobs stay for their logs.
    return isWhole && pods.filter(({ status }) => status.phase !== 'Succeeded').every(isReady);
  });

/** Deletes one pod of each service, gracefully or as `kill -9` would. @returns the observations */
export async function deletePods(kube: KubeClient, how: 'in order' | 'by force'): Promise<string> {
  const pods = (await kube.pods()).filter(isReady);
  const victims = SERVICES.flatMap((service) => pods.find((pod) => serviceOf(pod) === service)?.metadata.name ?? []);
  const force = how === 'by force' ? ['--grace-period=0', '--force'] : [];
  await kube.kubectl(['delete', 'pod', '-n', NAMESPACE, ...victims, ...force, '--wait=true']);
  const seconds = await waitUntilReady(kube);
  return `${victims.length} pods, one of each service; all were ready again ${seconds.toFixed(0)} s after the last had gone`;
}

/** Drains a node; disruption budgets keep one pod of each service. @returns the observations */
export async function drainNode(kube: KubeClient): Promise<string> {
  const node = (await kube.kubectl(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])).trim();
  const before = (await kube.pods()).filter(isReady).length;
  let minReady = before;
  const watching = { ended: false };
  const watch = (async () => {
    while (!watching.ended) {
      minReady = Math.min(minReady, (await kube.pods()).filter(isReady).length);
      await delay(POLL_INTERVAL_MS);
    }
  })();
  let refusal = '';
  try {
    const drained = kube.kubectl([
      'drain',
      node,
      '--pod-selector=app.kubernetes.io/part-of=cups,app.kubernetes.io/name!=agency-simulator',
      '--delete-emptydir-data',
      '--ignore-daemonsets',
      `--timeout=${DRAIN_SECONDS}s`,
    ]);
    refusal = await expectRefusal(drained);
  } finally {
    await kube.kubectl(['uncordon', node]);
    watching.ended = true;
    await watch;
  }
  const held = refusal.includes('disruption budget')
    ? 'held by the budgets of disruption'
    : `refused: ${refusal.slice(-200)}`;
  const seconds = await waitUntilReady(kube);
  return `of ${before} ready pods ${minReady} stayed, ${held}; all ready ${seconds.toFixed(0)} s after the node was given free`;
}

const PAUSED_REPLICAS_ANNOTATION = 'autoscaling.keda.sh/paused-replicas';

export interface ScalingResult {
  /** Maximum of ready pods within a minute. */
  most: number;
  /** Seconds from the resumption until more than the minimum were ready; undefined if they never were. */
  secondsUntilMore: number | undefined;
}

const MIN_REPLICAS = 2;
const SCALING_SECONDS = 60;

/**
 * Stops a consumer so that its topic fills; KEDA then scales it on the lag.
 * @param away duration in seconds
 */
export async function scaleOnLag(kube: KubeClient, service: string, away: number): Promise<ScalingResult> {
  const annotate = (value: string) =>
    kube.kubectl(['annotate', 'scaledobject', service, '-n', NAMESPACE, '--overwrite', value]);
  const ready = async () => (await kube.pods()).filter((pod) => serviceOf(pod) === service && isReady(pod)).length;
  await annotate(`${PAUSED_REPLICAS_ANNOTATION}=0`);
  await waitFor(`${service} is down`, 120, async () => (await ready()) === 0);
  await delay(away * 1000);
  await annotate(`${PAUSED_REPLICAS_ANNOTATION}-`);
  const since = performance.now();
  const scaled: ScalingResult = { most: 0, secondsUntilMore: undefined };
  for (let seconds = 0; seconds < SCALING_SECONDS; seconds = (performance.now() - since) / 1000) {
    scaled.most = Math.max(scaled.most, await ready());
    if (scaled.most > MIN_REPLICAS) scaled.secondsUntilMore ??= seconds;
    await delay(POLL_INTERVAL_MS);
  }
  return scaled;
}
