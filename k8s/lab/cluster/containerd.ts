import { run } from './command.ts';
import { CONTAINERD_NAMESPACE, CONTAINERD_SOCKET } from './layout.ts';

/** Images and running containers in the node's container runtime. */

export const ctr = (...args: string[]): Promise<string> =>
  run('ctr', ['--address', CONTAINERD_SOCKET, '--namespace', CONTAINERD_NAMESPACE, ...args]);

/** Label that containerd's CRI plugin sets on images that it has loaded. */
const MANAGED_LABEL = 'io.cri-containerd.image=managed';

/** An image as containerd lists it. */
export interface ListedImage {
  name: string;
  digest: string;
  /** Whether a kubelet can already use it. */
  isNoticed: boolean;
}

/** Parses the table of `ctr images list`. Pure. */
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
 * Returns the missing names by digest. An archive names an image by tag, a chart by digest, and containerd finds an image
 * only by its exact name. Pure.
 */
export function findMissingNames(images: readonly ListedImage[]): { from: string; to: string }[] {
  const names = new Set(images.map(({ name }) => name));
  return images
    .filter(({ name }) => !name.includes('@') && !name.startsWith('sha256:'))
    .map(({ name, digest }) => ({ from: name, to: `${name.replace(/:[^:/]*$/, '')}@${digest}` }))
    .filter(({ to }) => !names.has(to));
}

/**
 * Imports images under their tags and digests, and waits until they are usable.
 * @returns the new names by digest
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
