import type { Counter, Log, Metrics } from '@cups/contracts';
import { resourceName } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { isLive } from './domain/document.ts';
import type { Detach } from './detach.ts';
import { entryOfErasure } from './journal.ts';
import { expiryOf, paperUncollectedSince, uncollectedSince } from './domain/retention.ts';
import type { RetentionTerms } from './domain/retention.ts';
import type { Erasure } from './erasure.ts';
import type { ApplicationRecord, ApplicationRecords, DocumentRecord, DocumentRecords } from './store.ts';

export interface RetentionDeps {
  records: DocumentRecords;
  applications: ApplicationRecords;
  erasure: Pick<Erasure, 'erase'>;
  detach: Detach;
  terms: RetentionTerms;
  /** Whether the terms are confirmed. */
  isConfirmed: boolean;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Time until what cannot be erased now is computed again. */
const RECHECK_MS = 24 * 60 * 60 * 1000;

type Obstacle = 'hold' | 'not-confirmed' | 'in-use' | 'intake-unavailable';

/** Erases the documents of an application when their terms end, and reports results that nobody collects. */
export class Retention {
  readonly #deps: RetentionDeps;
  readonly #postponed: Counter<'cause'>;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    this.#postponed = deps.metrics.counter(
      'documents_erasures_postponed_total',
      'Erasures that were due and postponed by a day, by cause: hold, terms that are not confirmed, a submission that contains the document, or intake that does not answer.',
      ['cause'],
    );
  }

  /** Handles the due timer of an application. Every step can be repeated. */
  async process(application: string): Promise<void> {
    const { applications, records, now } = this.#deps;
    const facts = await applications.get(application, { scope: 'service' });
    if (!facts) return;
    const name = resourceName('applications', application);
    const documents = await records.find({ application: name }, { scope: 'service' });
    const time = now();
    const nextTimes: Date[] = [];
    for (const document of documents) {
      const next = await this.#processDocument(document, facts, time);
      if (next) nextTimes.push(next);
    }
    const uncollected = this.#uncollectedTimes(documents, facts);
    nextTimes.push(...uncollected.filter((since) => since > time));
    await this.#record(facts, {
      uncollectedTime: earliest(uncollected.filter((since) => since <= time)),
      due: earliest(nextTimes),
      time,
    });
  }

  /** Erases a document whose term has ended. @returns when it must be seen again */
  async #processDocument(document: DocumentRecord, facts: ApplicationRecord, time: Date): Promise<Date | undefined> {
    const { erasure, terms, log } = this.#deps;
    if (!isLive(document)) return undefined;
    if (document.state !== 'ready') return new Date(time.getTime() + RECHECK_MS);
    const expiry = expiryOf(document, facts, terms);
    if (!expiry || expiry > time) return expiry;
    const cause = await this.#findObstacle(document, facts);
    if (!cause) {
      await erasure.erase(document._id, facts.erasure?.isRequested ? 'requested' : 'expired');
      return undefined;
    }
    this.#postponed.inc({ cause });
    log.warn({ event: 'document-erasure-postponed', resource: resourceName('documents', document._id), reason: cause });
    return new Date(time.getTime() + RECHECK_MS);
  }

  /** Returns why a document stays although its term has ended. */
  async #findObstacle(document: DocumentRecord, facts: ApplicationRecord): Promise<Obstacle | undefined> {
    // Intake erased the application already: only a hold that came meanwhile keeps its documents.
    if (!this.#deps.isConfirmed && !facts.erasure) return 'not-confirmed';
    if (await this.#isHeld(facts._id)) return 'hold';
    // No event of the application has arrived. It may be late, so that intake must say whether a submission needs the scan.
    const isDraft = document.purpose === 'evidence' && !facts.centre;
    return isDraft ? this.#detachScan(document) : undefined;
  }

  async #detachScan(document: DocumentRecord): Promise<Obstacle | undefined> {
    try {
      await this.#deps.detach(document);
      return undefined;
    } catch (error) {
      return isProblem(error) && error.reason === 'DOCUMENT_IN_USE' ? 'in-use' : 'intake-unavailable';
    }
  }

  /** Reads the hold again before each erasure: a supervisor may have set it since the facts were read. */
  async #isHeld(application: string): Promise<boolean> {
    const facts = await this.#deps.applications.get(application, { scope: 'service' });
    return facts?.hold !== undefined;
  }

  /** Returns since when each result counts as uncollected. A training, and an erased application, has none to collect. */
  #uncollectedTimes(documents: readonly DocumentRecord[], facts: ApplicationRecord): Date[] {
    if (facts.training || facts.erasure) return [];
    const { terms } = this.#deps;
    const readable = documents.filter(({ state }) => state === 'ready');
    const times = readable.map((document) => uncollectedSince(document, facts, terms));
    return [...times, paperUncollectedSince(facts, terms)].filter((time) => time !== undefined);
  }

  /** Stores the next due time, unless an event changed the facts meanwhile: the timer is due again then. */
  async #record(
    facts: ApplicationRecord,
    { uncollectedTime, due, time }: { uncollectedTime: Date | undefined; due: Date | undefined; time: Date },
  ): Promise<void> {
    const { applications, log } = this.#deps;
    const { outcome } = await applications.update(facts._id, { scope: 'service', cause: {}, now: time }, (before) => {
      if (before.revision !== facts.revision) return { document: before, events: [] };
      const next: ApplicationRecord = { ...before, timer: due ? { kind: 'retention', due } : null };
      const isErased = before.erasure && !before.erasure.endTime && !due;
      if (isErased) next.erasure = { ...before.erasure!, endTime: time };
      if (uncollectedTime) next.uncollectedTime = uncollectedTime;
      else delete next.uncollectedTime;
      return { document: next, events: isErased ? [entryOfErasure(before._id, before.erasure!)] : [] };
    });
    if (outcome === 'applied' && uncollectedTime && !facts.uncollectedTime)
      log.warn({ event: 'result-uncollected', resource: resourceName('applications', facts._id) });
  }
}

const earliest = (times: Date[]): Date | undefined => times.sort((one, other) => one.getTime() - other.getTime())[0];
