import type { LocalStore } from '../local-store/local-store.ts';
import type { OutboxEnvironment } from './environment.ts';
import type { Write } from './write.ts';

/**
 * Stores the writes of one operator at this device, each with its number and the key of the write before. A
 * reader of the platform sees where one is missing, such as an undone one. Windows take turns.
 */

interface ChainHead {
  sequence: number;
  key: string;
}

export const WRITE_RECORD_KIND = 'write';
const HEAD_RECORD_KIND = 'chain';
const HEAD_ID = 'head';

export interface ActChain {
  /**
   * Stores a write so that it survives a power cut; a new one becomes the head of the chain.
   * @param isPending false if the write was undone or answered before its turn
   * @throws Error if the browser cannot store it
   */
  store(write: Write, isPending: () => boolean): Promise<void>;
}

/** @param writes the stored writes: one may be newer than the stored head */
export function createActChain(
  localStore: LocalStore,
  { owner, locks }: Pick<OutboxEnvironment, 'owner' | 'locks'>,
  writes: readonly Write[],
): ActChain {
  let newest = writes.reduce<ChainHead | undefined>((head, { sequence = 0, key }) => {
    return sequence > (head?.sequence ?? 0) ? { sequence, key } : head;
  }, undefined);
  const readHead = async (): Promise<ChainHead | undefined> => {
    const stored = await localStore.read<ChainHead>(HEAD_RECORD_KIND, HEAD_ID);
    return (stored?.sequence ?? 0) > (newest?.sequence ?? 0) ? stored : newest;
  };
  async function append(write: Write): Promise<void> {
    const head = await readHead();
    const position = { sequence: (head?.sequence ?? 0) + 1, previous: head?.key };
    await localStore.write(WRITE_RECORD_KIND, write.key, Object.assign({}, write, position), { isStrict: true });
    Object.assign(write, position);
    newest = { sequence: position.sequence, key: write.key };
    // A head that is lost is found again from the stored writes.
    await localStore.write(HEAD_RECORD_KIND, HEAD_ID, newest).catch(() => undefined);
  }
  return {
    store: (write, isPending) =>
      locks.request(`cups-chain-${owner}`, {}, async () => {
        if (!isPending()) return;
        if (write.sequence === undefined) await append(write);
        else await localStore.write(WRITE_RECORD_KIND, write.key, write, { isStrict: true });
      }),
  };
}
