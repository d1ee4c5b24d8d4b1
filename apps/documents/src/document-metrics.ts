import { resourceName } from '@cups/contracts';
import type { Counter, Gauge, Log, Metrics } from '@cups/contracts';
import type { Hold } from './domain/application-facts.ts';
import type { RefusalCode } from './domain/refusals.ts';

/** Counts and logs what happens to documents: IDs, codes and sizes only. */
export class DocumentMetrics {
  readonly #log: Log;
  readonly #checks: Counter<'outcome'>;
  readonly #damaged: Counter;
  readonly #erased: Counter<'cause'>;
  readonly #storageFull: Gauge;

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#checks = metrics.counter('documents_checks_total', 'Checks of documents by outcome.', ['outcome']);
    this.#damaged = metrics.counter('documents_damaged_total', 'Reads of a missing or changed chunk.');
    this.#erased = metrics.counter('documents_erased_total', 'Erased documents by cause.', ['cause']);
    this.#storageFull = metrics.gauge(
      'documents_storage_full',
      '1 while the storage refuses bytes for lack of space.',
      [],
    );
    this.#storageFull.set(0);
  }

  recordCheck(document: string, outcome: 'accepted' | RefusalCode, durationMs: number): void {
    this.#checks.inc({ outcome });
    this.#log.info({
      event: 'document-checked',
      resource: resourceName('documents', document),
      outcome,
      durationMs: Math.round(durationMs),
    });
  }

  recordCheckFailure(document: string, attempt: number, error: unknown): void {
    this.#checks.inc({ outcome: 'failed' });
    this.#log.warn({
      event: 'document-check-failed',
      resource: resourceName('documents', document),
      attempt,
      error,
    });
  }

  /** Records a refusal outside the check, such as that of an abandoned upload. */
  recordRefusal(document: string, cause: RefusalCode): void {
    this.#checks.inc({ outcome: cause });
    this.#log.info({ event: 'document-refused', resource: resourceName('documents', document), reason: cause });
  }

  recordDamage(document: string): void {
    this.#damaged.inc();
    this.#log.error({ event: 'document-damaged', resource: resourceName('documents', document) });
  }

  recordErasure(document: string, cause: 'requested' | 'expired'): void {
    this.#erased.inc({ cause });
    this.#log.info({ event: 'document-erased', resource: resourceName('documents', document), reason: cause });
  }

  /** Records that a person set or cleared a hold. */
  recordHold(
    event: 'document-hold-set' | 'document-hold-cleared',
    application: string,
    { operator, reason }: Hold,
  ): void {
    this.#log.warn({ event, resource: application, operator, reason });
  }

  /** Records whether the storage has space. */
  setStorageFull(isFull: boolean): void {
    this.#storageFull.set(isFull ? 1 : 0);
  }
}
