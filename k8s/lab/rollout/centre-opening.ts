import { setTimeout as delay } from 'node:timers/promises';
import type { Centre } from '../../../tools/day/filings.ts';
import { restartsOf, serviceOf } from './kube.ts';
import type { KubeClient } from './kube.ts';
import type { LoadGenerator } from './load.ts';

/** Opens centres and measures until each has submitted an application. */

export interface CentreOpening {
  centres: number;
  /** From `helm upgrade` of the registry until Helm ends, and until the first and last centre submit. */
  helmSeconds: number;
  firstSeconds: number;
  lastSeconds: number;
  /** Restarted pods, and services with a new pod template. */
  restarts: number;
  newTemplates: number;
}

const MAX_OPENING_SECONDS = 180;
const POLL_INTERVAL_MS = 1_000;

/**
 * @param upgrade upgrades the registry in the cluster
 * @throws Error when a centre has submitted nothing after three minutes
 */
export async function openCentres(
  centres: readonly Centre[],
  { kube, load, upgrade }: { kube: KubeClient; load: LoadGenerator; upgrade: () => Promise<unknown> },
): Promise<CentreOpening> {
  const before = await readPodState(kube);
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  await upgrade();
  const helmSeconds = since();
  const times = await Promise.all(centres.map((centre) => submitFirstApplication(centre, load, since)));
  const after = await readPodState(kube);
  return {
    centres: centres.length,
    helmSeconds,
    firstSeconds: Math.min(...times),
    lastSeconds: Math.max(...times),
    restarts: after.restarts - before.restarts,
    newTemplates: [...after.templates].filter((template) => !before.templates.has(template)).length,
  };
}

async function submitFirstApplication(centre: Centre, load: LoadGenerator, since: () => number): Promise<number> {
  for (;;) {
    const desk = await load.join(centre).catch(() => undefined);
    if (desk) {
      await load.submitApplication(desk, centre);
      return since();
    }
    if (since() > MAX_OPENING_SECONDS)
      throw new Error(`${centre.code} cannot sign in ${MAX_OPENING_SECONDS} s after it was opened.`);
    await delay(POLL_INTERVAL_MS);
  }
}

async function readPodState(kube: KubeClient) {
  const pods = await kube.pods();
  return {
    restarts: pods.reduce((total, pod) => total + restartsOf(pod), 0),
    templates: new Set(pods.map((pod) => `${serviceOf(pod)} ${pod.metadata.labels['pod-template-hash'] ?? ''}`)),
  };
}
