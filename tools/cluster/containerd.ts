import { run } from './command.ts';
import { CONTAINERD_NAMESPACE, CONTAINERD_SOCKET } from './layout.ts';

/** The container runtime of the node: its images, and its running containers. */

export const ctr = (...args: string[]): Promise<string> =>
  run('ctr', ['--address', CONTAINERD_SOCKET, '--namespace', CONTAINERD_NAMESPACE, ...args]);

/** What containerd's interface to the kubelet writes on an image that it has taken notice of. */
const MANAGED_LABEL = 'io.cri-containerd.image=managed';

/** An image as containerd lists it. */
export interface ListedImage {
  name: string;
  digest: string;
  /** Whether a kubelet can use it already. */
  isNoticed: boolean;
}

/** Pure: reads the table of `ctr images list`. */
export function readImages(table: string): ListedImage[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter((columns) => columns.length > 2)
    .map(([name = '', , digest = '', ...rest]) => ({
      name,
      digest,
      isNoticed: rest.join(' ').includes(MANAGED_LABEL),
    }));
}

/**
 * Pure: the names by digest that are still missing. An archive names an image by its tag, a chart by its digest, and
 * containerd, which would learn such a name by fetching it, finds an image by its exact name only.
 */
export function findMissingNames(images: readonly ListedImage[]): { from: string; to: string }[] {
  const names = new Set(images.map(({ name }) => name));
  return images
    .filter(({ name }) => !name.includes('@') && !name.startsWith('sha256:'))
    .map(({ name, digest }) => ({ from: name, to: `${name.replace(/:[^:/]*$/, '')}@${digest}` }))
    .filter(({ to }) => !names.has(to));
}

/**
 * Brings images into the node, under their tags and their digests; they can be used when it resolves.
 * @returns the names by digest that are new
 */
export async function importArchives(archives: readonly string[]): Promise<string[]> {
  for (const archive of archives) await ctr('images', 'import', archive);
  const missing = findMissingNames(await listImages());
  for (const { from, to } of missing) await ctr('images', 'tag', '--force', from, to);
  const deadline = Date.now() + 30_000;
  while ((await listImages()).some(({ isNoticed }) => !isNoticed)) {
    if (Date.now() > deadline) throw new Error('containerd has imported the images, but does not offer them to pods.');
  }
  return missing.map(({ to }) => to);
}

const listImages = async (): Promise<ListedImage[]> => readImages(await ctr('images', 'list'));
