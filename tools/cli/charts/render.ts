import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { clusterTool } from './helm.ts';

/** Renders charts as a cluster would get them. */

const root = join(import.meta.dirname, '../../..');
const NAMESPACE = 'cups';
export const ENVIRONMENTS = ['dev', 'pilot', 'production'] as const;

/** Common fields of Kubernetes objects. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [key: string]: unknown;
}

export interface RenderOptions {
  /** Values files, relative to the repository root; later ones win. */
  files?: string[];
  /** Values that override the files. */
  values?: unknown;
  /** Folder of charts. @default helm of this repository */
  charts?: string;
}

/** Returns the values file of an environment. */
export const environmentFile = (environment: string): string => `k8s/env/${environment}.yaml`;

/**
 * Renders a chart with `helm template`.
 * @returns the text in Helm's order
 * @throws Error with Helm's message when it refuses the values
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

/** Parses the result of {@link renderText}. */
export function render(chart: string, options?: RenderOptions): KubernetesObject[] {
  return parseAllDocuments(renderText(chart, options))
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** Runs Helm. Drops its messages about the links between charts. */
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
