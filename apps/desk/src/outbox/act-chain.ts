import type { LocalStore } from '../local-store/local-store.ts';
import type { OutboxEnvironment } from './environment.ts';
import type { Write } from './write.ts';

/**
 * Stores the writes of one operator at this device, each with its number and the key of the write before, and remembers
 * which numbers the platform receives without a claim. So a reader of the platform sees where an act is missing. Windows
 * take turns.
 */

interface ChainHead {
  sequence: number;
  key: string;
  /** UUID of the chain, which ends with the local store. Absent in heads of earlier releases. */
  chain?: string;
  /** Desk time of the write. */
  madeAt?: string;
}

/** Numbers of a chain; both belong to the range. */
export interface SequenceRange {
  from: number;
  to: number;
}

export const WRITE_RECORD_KIND = 'write';
const HEAD_RECORD_KIND = 'chain';
const HEAD_ID = 'head';
const ENDED_ID = 'ended';

/** How a write left the outbox. */
export interface WriteEnd {
  /** Whether the platform answered it; otherwise it was undone or dropped. */
  isAnswered: boolean;
  /** Whether the platform received its claim. */
  isClaimed: boolean;
  /** The ended numbers that this claim reported. */
  reported?: readonly SequenceRange[];
}

export interface ActChain {
  /**
   * Stores a write so that it survives a power cut; a new one becomes the head of the chain.
   * @param isPending false if the write was undone or answered before its turn
   * @throws Error if the browser cannot store it
   */
  store(write: Write, isPending: () => boolean): Promise<void>;
  /** Returns the numbers of writes that ended without a claim, which no claim has reported yet. */
  unreported(): Promise<readonly SequenceRange[]>;
  /** Removes a write that was answered, undone or dropped. */
  end(write: Write, end: WriteEnd): Promise<void>;
}

/** Returns the key of the newest write of the chain. */
export const readChainHead = async (localStore: Pick<LocalStore, 'read'>): Promise<string | undefined> =>
  (await localStore.read<ChainHead>(HEAD_RECORD_KIND, HEAD_ID))?.key;

/** @param writes the stored writes: one may be newer than the stored head */
export function createActChain(
  localStore: LocalStore,
  { owner, locks, now, seal }: Pick<OutboxEnvironment, 'owner' | 'locks' | 'now' | 'seal'>,
  writes: readonly Write[],
): ActChain {
  let newest = writes.reduce<ChainHead | undefined>((head, write) => {
    return (write.sequence ?? 0) > (head?.sequence ?? 0) ? toHead(write) : head;
  }, undefined);
  const { isDurable } = localStore;
  // What a page in memory knows ends with it, and must not replace what the browser has: it starts another chain.
  if (!isDurable && newest) newest = { sequence: newest.sequence, key: newest.key };
  /** Numbers that are not stored. */
  let unstored: readonly SequenceRange[] = [];
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => locks.request(`cups-chain-${owner}`, {}, task);
  const storeHead = async (head: ChainHead) => {
    if (isDurable) await localStore.write(HEAD_RECORD_KIND, HEAD_ID, head);
  };
  const readHead = async (): Promise<ChainHead | undefined> => {
    const stored = await localStore.read<ChainHead>(HEAD_RECORD_KIND, HEAD_ID);
    return (stored?.sequence ?? 0) > (newest?.sequence ?? 0) ? stored : newest;
  };
  const readEnded = async (): Promise<SequenceRange[]> => [
    ...((await localStore.read<SequenceRange[]>(HEAD_RECORD_KIND, ENDED_ID)) ?? []),
    ...unstored,
  ];
  async function storeEnded(ranges: readonly SequenceRange[]): Promise<void> {
    unstored = ranges;
    if (!isDurable) return;
    await localStore.write(HEAD_RECORD_KIND, ENDED_ID, ranges).then(
      () => (unstored = []),
      () => undefined,
    );
  }
  const put = createWriter(localStore, seal);
  async function append(write: Write): Promise<void> {
    const head = await readHead();
    const position = positionAfter(head, write, now());
    await put(write, position);
    Object.assign(write, position);
    newest = toHead(write);
    // The platform knows nothing of the numbers before a new chain.
    if (head && head.chain === undefined) await storeEnded([{ from: 1, to: head.sequence }]);
    // A head that is lost is found again from the stored writes.
    await storeHead(newest).catch(() => undefined);
  }
  return {
    store: (write, isPending) =>
      inTurn(async () => {
        if (!isPending()) return;
        if (write.sequence === undefined) await append(write);
        else await put(write);
      }),
    unreported: readEnded,
    async end(write, { isAnswered, isClaimed, reported = [] }) {
      const remove = () => localStore.remove(WRITE_RECORD_KIND, write.key).catch(() => undefined);
      // A dropped write must not come back. An answered one is sent again under its key, which changes nothing.
      if (!isAnswered) await remove();
      await inTurn(async () => {
        const { sequence } = write;
        const ended = isClaimed || sequence === undefined ? [] : [{ from: sequence, to: sequence }];
        if (ended.length + reported.length > 0)
          await storeEnded(mergeRanges([...withoutRanges(await readEnded(), reported), ...ended]));
        const head = await localStore.read<ChainHead>(HEAD_RECORD_KIND, HEAD_ID);
        // The number of a lost head must not be given again.
        if (sequence !== undefined && (head?.sequence ?? 0) < sequence && newest)
          await storeHead(newest).catch(() => undefined);
        if (isAnswered) await remove();
      });
    },
  };
}

/** Returns a function that stores a write with its copy for the platform. Without a copy it is stored too. */
const createWriter =
  (localStore: LocalStore, seal: OutboxEnvironment['seal']) =>
  async (write: Write, position: Partial<Write> = {}): Promise<void> => {
    const placed = Object.assign({}, write, position);
    const sealedAct = localStore.isDurable ? await seal?.(placed).catch(() => undefined) : undefined;
    placed.isSealed = sealedAct !== undefined;
    await localStore.write(WRITE_RECORD_KIND, write.key, placed, { isStrict: true, sealedAct });
    write.isSealed = placed.isSealed;
  };

const toHead = ({ sequence = 0, key, chain, madeAt }: Write): ChainHead =>
  Object.assign({ sequence, key, madeAt }, chain !== undefined && { chain });

/** Returns the place of a new write in the chain. One that waited for the disk is not older than the write before it. */
function positionAfter(
  head: ChainHead | undefined,
  { madeAt }: Write,
  now: number,
): Pick<Write, 'sequence' | 'previous' | 'chain' | 'madeAt'> {
  const isLate = head?.madeAt !== undefined && head.madeAt > madeAt && Date.parse(head.madeAt) <= now;
  return {
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.key,
    chain: head?.chain ?? crypto.randomUUID(),
    madeAt: isLate ? head.madeAt! : madeAt,
  };
}

/** Returns the union of ranges, in order. */
function mergeRanges(ranges: readonly SequenceRange[]): SequenceRange[] {
  const merged: SequenceRange[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** Returns the ranges without reported ones. Ranges grow at their ends only. */
const withoutRanges = (ranges: readonly SequenceRange[], removed: readonly SequenceRange[]): SequenceRange[] =>
  removed.reduce<SequenceRange[]>(
    (left, { from, to }) =>
      left.flatMap((range) =>
        [
          { from: range.from, to: Math.min(range.to, from - 1) },
          { from: Math.max(range.from, to + 1), to: range.to },
        ].filter((part) => part.from <= part.to),
      ),
    [...ranges],
  );
