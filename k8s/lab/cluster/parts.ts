import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from './layout.ts';

/** Parts and versions of a cluster. `k8s/cluster` has a Go module for each group of programs. */

/** A compiled program. */
export interface Part {
  name: string;
  /** Folder in `k8s/cluster`. */
  module: string;
  /** Go package. */
  package: string;
  /** Add-on that needs it; undefined for every cluster. */
  addon?: Addon;
  /** Further names of the program. */
  links?: readonly string[];
}

const KUBERNETES = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet'];

export const PARTS: readonly Part[] = [
  { name: 'k8sall', module: 'kubernetes', package: './k8sall', links: [...KUBERNETES, 'kubectl'] },
  { name: 'etcd', module: 'kubernetes', package: './etcd' },
  { name: 'pause', module: 'kubernetes', package: './pause' },
  {
    name: 'metrics-server',
    module: 'kubernetes',
    package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
    addon: 'metrics',
  },
  { name: 'coredns', module: 'coredns', package: '.', addon: 'dns' },
  {
    name: 'kube-router',
    module: 'kube-router',
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
    addon: 'policies',
  },
  { name: 'keda-operator', module: 'keda', package: 'github.com/kedacore/keda/v2/cmd/operator', addon: 'keda' },
  { name: 'keda-adapter', module: 'keda', package: 'github.com/kedacore/keda/v2/cmd/adapter', addon: 'keda' },
];

export const partsFor = (addons: readonly Addon[]): Part[] =>
  PARTS.filter(({ addon }) => addon === undefined || addons.includes(addon));

/** Modules with reported versions, by the folder that pins them. */
export const PINS: Readonly<Record<string, string>> = {
  'k8s.io/kubernetes': 'kubernetes',
  'go.etcd.io/etcd/server/v3': 'kubernetes',
  'sigs.k8s.io/metrics-server': 'kubernetes',
  'github.com/coredns/coredns': 'coredns',
  'github.com/cloudnativelabs/kube-router/v2': 'kube-router',
  'github.com/kedacore/keda/v2': 'keda',
};

/**
 * Returns the version of a module that a go.mod requires. Pure.
 * @throws Error when it requires none
 */
export function versionIn(goMod: string, module: string): string {
  const line = goMod.split('\n').find((one) =>
    one
      .trim()
      .replace(/^require /, '')
      .startsWith(`${module} v`),
  );
  const version = line
    ?.trim()
    .replace(/^require /, '')
    .split(' ')[1];
  if (!version) throw new Error(`go.mod does not require ${module}.`);
  return version;
}

export const pinnedVersion = (manifests: string, module: string): string =>
  versionIn(readFileSync(join(manifests, PINS[module]!, 'go.mod'), 'utf8'), module);

/** Returns the linker flags with the version, which Kubernetes programs would otherwise lack. Pure. */
export function linkerFlags(kubernetes: string): string {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(kubernetes) ?? [];
  if (!major || !minor) throw new Error(`${kubernetes} is no version of Kubernetes.`);
  const values = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const written = packages.flatMap((one) => Object.entries(values).map(([key, value]) => `-X ${one}.${key}=${value}`));
  return ['-s', '-w', ...written].join(' ');
}

/** Returns a hash of a part's inputs; a change triggers a compilation. */
export function fingerprint(manifests: string, part: Part, flags: string): string {
  const folder = join(manifests, part.module);
  const sum = createHash('sha256').update(part.package).update(flags);
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(go|mod|sum)$/.test(file)) sum.update(file).update(readFileSync(join(folder, file)));
  }
  return sum.digest('hex');
}
