import type { Metrics } from '@cups/contracts';
import { overloaded } from '../http/admission.ts';
import { countStoredChunk } from './free-buffers.ts';

/** Bounds the chunks of uploads that are being stored: each is in memory three times until documents has answered. */

/** Chunks that are stored at the same time. More would only wait in the documents service. */
const MAX_STORING = 8;
/** The client of a chunk that waits for longer continues later, where it left off. */
const MAX_WAIT_MS = 10_000;

export interface ChunkTurns {
  /**
   * Waits until a chunk may be stored, in the order of the calls. @returns a function that ends the turn
   * @throws Problem OVERLOADED after 10 s
   */
  begin(): Promise<() => void>;
}

/** Creates the turns that all uploads of a process share. */
export function createChunkTurns(
  metrics: Metrics,
  { maxStoring = MAX_STORING, maxWaitMs = MAX_WAIT_MS } = {},
): ChunkTurns {
  const late = metrics.counter('http_upload_chunks_late_total', 'Chunks that waited too long to be stored.');
  const waiting = new Set<() => void>();
  let storing = 0;
  metrics.gauge('http_upload_chunks_waiting', 'Chunks that wait to be stored.', [], (gauge) => gauge.set(waiting.size));

  function waitForTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(start);
        late.inc();
        reject(overloaded('Too many chunks wait to be stored.'));
      }, maxWaitMs);
      function start(): void {
        clearTimeout(timer);
        waiting.delete(start);
        resolve();
      }
      waiting.add(start);
    });
  }

  return {
    async begin() {
      if (storing < maxStoring) storing += 1;
      // The chunk that ends passes its turn on.
      else await waitForTurn();
      return () => {
        countStoredChunk();
        const [next] = waiting;
        if (next) next();
        else storing -= 1;
      };
    },
  };
}
