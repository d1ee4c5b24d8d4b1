import { setTimeout as delay } from 'node:timers/promises';
import type { Centre } from '../filings.ts';
import { restartsOf, serviceOf } from './kube.ts';
import type { Kube } from './kube.ts';
import type { Load } from './load.ts';

/** Centres that were opened in the registry, until each has filed an application. */

export interface Opening {
  centres: number;
  /** From `helm upgrade` of the registry: until Helm was done, and until the first and the last centre has filed. */
  helmSeconds: number;
  firstSeconds: number;
  lastSeconds: number;
  /** Pods that were restarted, and services that got a new template of pods. */
  restarts: number;
  newTemplates: number;
}

const LONGEST_SECONDS = 180;
const LOOK_MS = 1_000;

/**
 * @param upgrade brings the registry into the cluster
 * @throws Error when a centre has filed nothing after three minutes
 */
export async function openCentres(
  centres: readonly Centre[],
  { kube, load, upgrade }: { kube: Kube; load: Load; upgrade: () => Promise<unknown> },
): Promise<Opening> {
  const before = await lookAtPods(kube);
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  await upgrade();
  const helmSeconds = since();
  const times = await Promise.all(centres.map((centre) => firstFiling(centre, load, since)));
  const after = await lookAtPods(kube);
  return {
    centres: centres.length,
    helmSeconds,
    firstSeconds: Math.min(...times),
    lastSeconds: Math.max(...times),
    restarts: after.restarts - before.restarts,
    newTemplates: [...after.templates].filter((template) => !before.templates.has(template)).length,
  };
}

async function firstFiling(centre: Centre, load: Load, since: () => number): Promise<number> {
  for (;;) {
    const desk = await load.join(centre).catch(() => undefined);
    if (desk) {
      await load.file(desk, centre);
      return since();
    }
    if (since() > LONGEST_SECONDS)
      throw new Error(`${centre.code} cannot sign in ${LONGEST_SECONDS} s after it was opened.`);
    await delay(LOOK_MS);
  }
}

async function lookAtPods(kube: Kube) {
  const pods = await kube.pods();
  return {
    restarts: pods.reduce((total, pod) => total + restartsOf(pod), 0),
    templates: new Set(pods.map((pod) => `${serviceOf(pod)} ${pod.metadata.labels['pod-template-hash'] ?? ''}`)),
  };
}
