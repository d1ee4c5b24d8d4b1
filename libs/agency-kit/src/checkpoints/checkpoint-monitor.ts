import type { JournalCheckpoint } from '@cups/agency-contract';
import { isConsistent } from './consistency.ts';
import { verifyCheckpoint } from './signed-checkpoint.ts';
import type { Checkpoint, VerifierKey } from './signed-checkpoint.ts';

/**
 * What became of a checkpoint. `first`: nothing to compare with. `repeated`: the newest tree again. `consistent`: begins
 * with the newest one. `unproven`: signed and larger, but no proof was available. `fault`: evidence of an altered log.
 */
export interface CheckpointResult {
  outcome: 'first' | 'repeated' | 'consistent' | 'unproven' | 'fault';
  /** Verified checkpoint; absent if its signature is not valid. */
  checkpoint?: Checkpoint;
  /** Newest verified checkpoint before it, if there is one. */
  previous?: Checkpoint | undefined;
  /** What is wrong or missing, one sentence. */
  reason?: string;
}

/** Fetches a consistency proof between two sizes; undefined if it is not available. */
export type FetchProof = (from: number, to: number) => Promise<Buffer[] | undefined>;

/** Compares checkpoints of one log in the order of their publication. */
export class CheckpointMonitor {
  readonly #keys: readonly VerifierKey[];
  readonly #fetchProof: FetchProof;
  /** IDs of keys that another one has replaced. */
  readonly #replaced = new Set<string>();
  #newest: Checkpoint | undefined;

  constructor(keys: readonly VerifierKey[], fetchProof: FetchProof = () => Promise.resolve(undefined)) {
    this.#keys = keys;
    this.#fetchProof = fetchProof;
  }

  get newest(): Checkpoint | undefined {
    return this.#newest;
  }

  /** Verifies the next checkpoint. Never throws; a fault leaves the newest checkpoint as it was. */
  async accept(message: JournalCheckpoint): Promise<CheckpointResult> {
    const previous = this.#newest;
    let checkpoint: Checkpoint;
    try {
      checkpoint = verifyCheckpoint(message.note, this.#keys);
    } catch (error) {
      return { outcome: 'fault', previous, reason: (error as Error).message };
    }
    const result = { checkpoint, previous };
    const fault = findFault(checkpoint, previous, this.#replaced);
    if (fault !== undefined) return { ...result, outcome: 'fault', reason: fault };
    if (!previous) return this.#keep({ ...result, outcome: 'first' });
    if (checkpoint.size === previous.size) return this.#keep({ ...result, outcome: 'repeated' });
    const proof = proofIn(message, previous.size) ?? (await this.#fetchProof(previous.size, checkpoint.size));
    if (!proof) {
      const reason = 'The message has no proof from this size, and the platform was not asked or gave none.';
      return { ...result, outcome: 'unproven', reason };
    }
    if (isConsistent(previous, checkpoint, proof)) return this.#keep({ ...result, outcome: 'consistent' });
    return { ...result, outcome: 'fault', reason: 'The larger tree does not begin with the smaller one.' };
  }

  /**
   * Continues from a checkpoint that an earlier run accepted. Its proof is not verified again.
   * @throws Error, one sentence, if its signature is wrong or it contradicts the checkpoint before
   */
  resume({ note }: JournalCheckpoint): void {
    const previous = this.#newest;
    const checkpoint = verifyCheckpoint(note, this.#keys);
    const fault = findFault(checkpoint, previous, this.#replaced);
    if (fault !== undefined) throw new Error(fault);
    this.#keep({ checkpoint, previous, outcome: 'repeated' });
  }

  #keep(result: CheckpointResult & { checkpoint: Checkpoint }): CheckpointResult {
    const { checkpoint, previous } = result;
    for (const id of previous?.signers ?? []) if (!checkpoint.signers.includes(id)) this.#replaced.add(id);
    this.#newest = checkpoint;
    return result;
  }
}

/** Returns what contradicts the checkpoints before, without a proof. */
function findFault(
  { size, root, origin, signers }: Checkpoint,
  previous: Checkpoint | undefined,
  replaced: ReadonlySet<string>,
): string | undefined {
  if (signers.every((id) => replaced.has(id))) return 'A key signed it that another key has replaced.';
  if (!previous) return undefined;
  if (origin !== previous.origin) return 'It belongs to a log of another name.';
  if (size < previous.size) return 'The log is smaller than before.';
  if (size === previous.size && !root.equals(previous.root)) return 'The log of the same size has another root.';
  return undefined;
}

/** Returns the proof in the message if it starts at this size. */
function proofIn({ previousSize, consistency }: JournalCheckpoint, from: number): Buffer[] | undefined {
  if (previousSize !== from || !consistency) return undefined;
  return consistency.map((hash) => Buffer.from(hash, 'base64'));
}
