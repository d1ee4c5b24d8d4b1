import { createHash } from 'node:crypto';
import { UnreadableKeyError } from '@cups/data-keys';
import { isProblem } from '@cups/problem';
import type { CheckedFacts, Checker, CheckResult } from './check/port.ts';
import { DamagedContentError } from './content-store.ts';
import type { ContentStore, StoredContent } from './content-store.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import { checkRetryMs } from './domain/check-retry.ts';
import { accept, refuse, withCheckRetry, withCheckStarted } from './domain/document.ts';
import type { DocumentFields, Step } from './domain/document.ts';
import type { RefusalCode } from './domain/refusals.ts';
import { toChange } from './event-encoder.ts';
import type { Quota } from './quota.ts';
import { storedBytes } from './quota.ts';
import type { DocumentRecord, DocumentRecords } from './store.ts';
import { createTurns } from './turns.ts';
import type { RunInTurn } from './turns.ts';

export interface ChecksDeps {
  records: DocumentRecords;
  content: ContentStore;
  checker: Checker;
  metrics: DocumentMetrics;
  quota: Pick<Quota, 'add'>;
  /** Maximum number of checks at the same time. */
  maxChecks: number;
  now: () => Date;
}

/** What the check produced, as stored. */
type StoredResult = Pick<Required<DocumentFields>, 'content'> & Pick<DocumentFields, 'preview'>;

/** Who uploaded a document. */
const ownerOf = ({ purpose, centre, agency, application }: DocumentRecord): string =>
  (purpose === 'result' ? agency && `agencies/${agency}` : centre) ?? application;

/** Runs the checks of uploaded documents, which a durable timer starts. */
export class Checks {
  readonly #deps: ChecksDeps;
  readonly #runInTurn: RunInTurn;
  readonly #running = new Map<string, Promise<void>>();
  #isStopping = false;

  constructor(deps: ChecksDeps) {
    this.#deps = deps;
    this.#runInTurn = createTurns(deps.maxChecks);
  }

  /** Starts the check of a document that was just uploaded, without waiting for it. Its timer repeats what fails. */
  start(id: string): void {
    void this.run(id).catch(() => {});
  }

  /** Checks a document and records the result. Does nothing once the result is recorded, or while this process checks it. */
  async run(id: string): Promise<void> {
    if (this.#running.has(id)) return;
    const work = this.#runWithTurn(id);
    this.#running.set(id, work);
    try {
      await work;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Ends running checks. They count as not started and continue in the next process. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#deps.checker.close();
    await Promise.allSettled(this.#running.values());
  }

  /** Centres and agencies take turns: many files of one do not delay those of others. */
  async #runWithTurn(id: string): Promise<void> {
    const document = await this.#deps.records.get(id, { scope: 'service' });
    if (document?.state !== 'checking') return;
    await this.#runInTurn(ownerOf(document), () => this.#runOnce(id));
  }

  async #runOnce(id: string): Promise<void> {
    if (this.#isStopping) return;
    const { metrics } = this.#deps;
    const { document, isChanged } = await this.#update(id, withCheckStarted);
    if (document?.state === 'refused' && isChanged) metrics.recordRefusal(id, 'CHECK_FAILED');
    if (document?.state !== 'checking') return;
    const started = performance.now();
    try {
      const outcome = await this.#check(document);
      if (outcome !== undefined) metrics.recordCheck(id, outcome, performance.now() - started);
    } catch (error) {
      await this.#planRetry(document, error);
    }
  }

  /** @returns the outcome; undefined if the document is not being checked any longer */
  async #check(document: DocumentRecord): Promise<'accepted' | RefusalCode | undefined> {
    const { _id: id } = document;
    const result = await this.#callChecker(document);
    if ('refused' in result) {
      const { isChanged } = await this.#update(id, (before, now) => refuse(before, result.refused, now));
      return isChanged ? result.refused : undefined;
    }
    const stored = await this.#store(document, result.accepted);
    const { document: after, isChanged } = await this.#update(id, (before, now) => accept(before, stored, now));
    if (after && isChanged) {
      this.#deps.quota.add(after, storedBytes(after) - after.uploadSize);
      return 'accepted';
    }
    await this.#discard(id, stored);
    return undefined;
  }

  async #callChecker({ _id, purpose, pageSizes, uploadSize, uploadChunks }: DocumentRecord): Promise<CheckResult> {
    const { content, checker } = this.#deps;
    const upload: StoredContent = { document: _id, role: 'upload', chunks: uploadChunks, size: uploadSize };
    let readFailure: Error | undefined;
    async function* read(): AsyncGenerator<Buffer> {
      try {
        yield* content.stream(upload);
      } catch (error) {
        readFailure = error as Error;
        throw error;
      }
    }
    try {
      return await checker.check({ purpose, pageSizes, size: uploadSize, read });
    } catch (error) {
      // The storage, not the file, may have failed.
      throw readFailure ?? error;
    }
  }

  /** Stores what the check produced. */
  async #store(document: DocumentRecord, facts: CheckedFacts): Promise<StoredResult> {
    const { content: store } = this.#deps;
    const { _id: id, uploadSize, uploadSha256 } = document;
    const { mediaType, pages, scan, content, preview } = facts;
    const stored =
      content === 'unchanged'
        ? { role: 'upload' as const, chunks: [], size: uploadSize, sha256: uploadSha256 }
        : {
            role: 'content' as const,
            chunks: await store.write(id, 'content', content),
            size: content.length,
            sha256: createHash('sha256').update(content).digest('hex'),
          };
    return {
      content: { ...stored, mediaType, pages, scan },
      ...(preview && { preview: { chunks: await store.write(id, 'preview', preview), size: preview.length } }),
    };
  }

  /** Removes what was stored for a document that ended meanwhile; the sweep finds the rest. */
  async #discard(id: string, { content, preview }: StoredResult): Promise<void> {
    const { content: store } = this.#deps;
    const parts = [
      { document: id, role: 'content' as const, chunks: content.chunks },
      { document: id, role: 'preview' as const, chunks: preview?.chunks ?? [] },
    ];
    for (const part of parts) await store.discard(part).catch(() => {});
  }

  /** A failure of the storage, the store, a key or a shutdown says nothing about the file, so it does not count. */
  async #planRetry(document: DocumentRecord, error: unknown): Promise<void> {
    const { _id: id, checkAttempts } = document;
    const { metrics } = this.#deps;
    if (error instanceof DamagedContentError) metrics.recordDamage(id);
    const isOutside = (isProblem(error) && error.kind !== 'INTERNAL') || error instanceof UnreadableKeyError;
    const isCounted = !this.#isStopping && !isOutside;
    if (!this.#isStopping) metrics.recordCheckFailure(id, checkAttempts, error);
    await this.#update(id, (before, now) => {
      const delayMs = this.#isStopping ? 0 : checkRetryMs(document, isCounted, now);
      return withCheckRetry(before, new Date(now.getTime() + delayMs), isCounted);
    });
  }

  /** Applies a step while the document is being checked. */
  async #update(
    id: string,
    decide: (document: DocumentRecord, now: Date) => Step<DocumentRecord>,
  ): Promise<{ document: DocumentRecord | undefined; isChanged: boolean }> {
    const { records, now } = this.#deps;
    const time = now();
    const { document, outcome } = await records.update(id, { scope: 'service', cause: {}, now: time }, (before) =>
      before.state === 'checking' && !before.deleteTime
        ? toChange(decide(before, time))
        : { document: before, events: [] },
    );
    return { document, isChanged: outcome === 'applied' };
  }
}
