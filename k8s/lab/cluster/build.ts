import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { clusterTool } from '../../../tools/cli/charts/helm.ts';
import { entryOf } from '../../../tools/cli/images/files.ts';
import { makeImage, makeLayer, writeLayout } from '../../../tools/cli/images/oci.ts';
import { CommandFailedError, run } from './command.ts';
import type { Addon } from './layout.ts';
import { isInPath } from './machine.ts';
import { fingerprint, linkerFlags, partsFor, pinnedVersion } from './parts.ts';
import type { Part } from './parts.ts';

/** Compiles the programs of a cluster, and keeps those of unchanged sources. */

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.cups', 'cluster');
/** Returns the folder of the programs. */
export const programsFolder = (): string => join(folder, 'bin');
/** The Go modules and manifests. */
export const MANIFESTS = join(root, 'k8s', 'cluster');
const REGISTRY = 'localhost/cups-cluster';
const PROGRESS_INTERVAL_MS = 30_000;
/** Leaves out the storage and credentials of cloud providers. */
const TAGS = 'providerless';

export interface BuildOptions {
  addons: readonly Addon[];
  onProgress: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** Files that a cluster starts from. */
export interface BuildResult {
  /** Folder of programs, with kubectl and helm. */
  bin: string;
  pauseImage: string;
  /** Image archives for the cluster's own pods. */
  archives: readonly string[];
}

/**
 * Compiles what is missing or stale into `.cups/cluster`. Takes minutes the first time.
 * @throws Error when Go is missing, or a program does not compile
 */
export async function buildCluster({ addons, onProgress, signal }: BuildOptions): Promise<BuildResult> {
  const bin = programsFolder();
  mkdirSync(bin, { recursive: true });
  const kubernetes = pinnedVersion(MANIFESTS, 'k8s.io/kubernetes');
  const flags = linkerFlags(kubernetes);
  for (const part of partsFor(addons)) await buildPart({ part, bin, flags, onProgress, signal });
  if (addons.includes('keda')) await copyKedaDefinitions(bin);
  const helm = join(bin, 'helm');
  rmSync(helm, { force: true });
  symlinkSync(relative(bin, clusterTool('helm')), helm);
  const pause = imageOf(bin, 'pause', kubernetes);
  const archives = [pause.archive];
  if (addons.includes('dns')) {
    archives.push(imageOf(bin, 'coredns', pinnedVersion(MANIFESTS, 'github.com/coredns/coredns')).archive);
  }
  return { bin, pauseImage: pause.name, archives };
}

interface PartBuild {
  part: Part;
  bin: string;
  flags: string;
  onProgress: (line: string) => void;
  signal: AbortSignal | undefined;
}

async function buildPart({ part, bin, flags, onProgress, signal }: PartBuild): Promise<void> {
  const program = join(bin, part.name);
  const stamp = `${program}.made-of`;
  const wanted = fingerprint(MANIFESTS, part, flags);
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!isInPath('go')) throw new Error(`Go was not found: install Go ${goVersion(part)} or newer (https://go.dev/dl).`);
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  onProgress(`${part.name}: compiling`);
  const ticker = setInterval(() => onProgress(`${part.name}: still compiling, ${seconds()}`), PROGRESS_INTERVAL_MS);
  try {
    await compile(part, program, flags, signal);
  } finally {
    clearInterval(ticker);
  }
  for (const link of part.links ?? []) {
    rmSync(join(bin, link), { force: true });
    symlinkSync(part.name, join(bin, link));
  }
  writeFileSync(stamp, wanted);
  onProgress(`${part.name}: compiled in ${seconds()}`);
}

/** Replaces the program atomically, even while the old one runs. */
async function compile(part: Part, program: string, flags: string, signal: AbortSignal | undefined): Promise<void> {
  const unfinished = `${program}.${process.pid}`;
  const args = ['build', '-trimpath', '-buildvcs=false', '-tags', TAGS, '-ldflags', flags, '-o', unfinished];
  try {
    await run('go', [...args, part.package], {
      cwd: join(MANIFESTS, part.module),
      env: { ...process.env, CGO_ENABLED: '0' },
      ...(signal && { signal }),
    });
    renameSync(unfinished, program);
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (error instanceof CommandFailedError) throw new Error(`${part.name} does not compile.\n${error.message}`);
    throw error;
  }
}

function goVersion({ module }: Part): string {
  return /^go (\d+\.\d+)/m.exec(readFileSync(join(MANIFESTS, module, 'go.mod'), 'utf8'))?.[1] ?? '';
}

/** Copies KEDA's custom resource definitions from Go's module cache, which may be cleared. */
async function copyKedaDefinitions(bin: string): Promise<void> {
  const types = join(bin, 'keda-crds');
  const stamp = join(types, '.of');
  const module = 'github.com/kedacore/keda/v2';
  const version = pinnedVersion(MANIFESTS, module);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  const sources = await run('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: join(MANIFESTS, 'keda') });
  rmSync(types, { recursive: true, force: true });
  cpSync(join(sources.trim(), 'config', 'crd', 'bases'), types, { recursive: true });
  writeFileSync(stamp, version);
}

/** Builds an image of one static program. */
function imageOf(bin: string, program: string, tag: string): { name: string; archive: string } {
  const repository = `${REGISTRY}/${program}`;
  const image = { name: `${repository}:${tag}`, archive: join(folder, 'images', `${program}.tar`) };
  const stamp = `${image.archive}.made-of`;
  const wanted = `${tag} ${readFileSync(join(bin, `${program}.made-of`), 'utf8')}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return image;
  const made = makeImage({
    repository,
    tag,
    layers: [makeLayer([entryOf(join(bin, program), program)], program)],
    run: { User: '65532:65532', WorkingDir: '/', Env: [], Entrypoint: [`/${program}`] },
    labels: {},
    created: new Date(0),
  });
  writeLayout([made], join(folder, 'images', program), image.archive);
  writeFileSync(stamp, wanted);
  return image;
}
