import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { clusterTool } from './helm.ts';

/** Charts as a cluster would get them. */

const root = join(import.meta.dirname, '..', '..');
const NAMESPACE = 'cups';
export const ENVIRONMENTS = ['dev', 'pilot', 'production'] as const;

/** An object of Kubernetes, as far as all are alike. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [key: string]: unknown;
}

export interface RenderOptions {
  /** Files of values, from the root of the repository; the later one wins. */
  files?: string[];
  /** Values over those of the files. */
  values?: unknown;
  /** Folder of the charts. @default helm of this repository */
  charts?: string;
}

/** The values of an environment. */
export const environmentFile = (environment: string): string => `k8s/env/${environment}.yaml`;

/**
 * Renders a chart by `helm template`.
 * @returns the text, in the order of Helm
 * @throws Error with what Helm says when it refuses the values
 */
export function renderText(chart: string, { files = [], values = {}, charts = 'helm' }: RenderOptions = {}): string {
  const given = files.flatMap((file) => ['-f', join(root, file)]);
  const { status, stdout, stderr } = helm(
    ['template', 'cups', resolve(root, charts, chart), '-n', NAMESPACE, ...given, '-f', '-'],
    JSON.stringify(values),
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** As {@link renderText}, read. */
export function render(chart: string, options?: RenderOptions): KubernetesObject[] {
  return parseAllDocuments(renderText(chart, options))
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** Runs Helm to its end. Charts are linked into each other; that Helm has followed a link is not worth a line. */
export function helm(args: string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(clusterTool('helm'), args, {
    cwd: root,
    input,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const lines = stderr.split('\n').filter((line) => !line.includes('found symbolic link in path'));
  return { status, stdout, stderr: lines.join('\n').trim() };
}
