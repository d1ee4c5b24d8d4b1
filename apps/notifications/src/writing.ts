import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { composeNotice } from './domain/letter.ts';
import type { Contact } from './domain/letter.ts';
import { failed, INTAKE_AWAY, later } from './domain/notice.ts';
import type { Notice, Patience } from './domain/notice.ts';
import { wakeWaiting } from './store.ts';
import type { Threads } from './store.ts';

/** ms; the notices that wait for intake are woken at most once in so long. */
const WAKE_MS = 1000;

export interface WritingParts {
  threads: Threads;
  /** Asks intake, under our own identity; throws a Problem. */
  contactOf: (application: string) => Promise<Contact>;
  patience: Patience;
  now: () => Date;
  log: Log;
}

/** Writes notices by what intake says of the person and the application; what waits for intake is woken when it answers again. */
export class Writing {
  readonly #parts: WritingParts;
  /** Whether notices may wait for intake; at the start they may, left by the process before. */
  #mayWait = true;
  #wokenAt = -Infinity;
  #waking: Promise<void> = Promise.resolve();

  constructor(parts: WritingParts) {
    this.#parts = parts;
  }

  /** The notice with its letter. While intake is away it stays in the state compose, to be tried later. */
  async compose(application: string, notice: Notice): Promise<Notice> {
    const { now, patience } = this.#parts;
    try {
      const contact = await this.#parts.contactOf(application);
      this.#intakeAnswers();
      return composeNotice(notice, contact, now(), patience);
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') return failed(notice, 'application-unknown');
      this.#mayWait = true;
      return later(notice, INTAKE_AWAY, now(), patience);
    }
  }

  /** Resolves when nothing is being woken any more. */
  settled(): Promise<void> {
    return this.#waking;
  }

  #intakeAnswers(): void {
    if (!this.#mayWait || performance.now() - this.#wokenAt <= WAKE_MS) return;
    this.#mayWait = false;
    this.#wokenAt = performance.now();
    this.#waking = this.#wake();
  }

  async #wake(): Promise<void> {
    const { threads, now, log } = this.#parts;
    try {
      const count = await wakeWaiting(threads, now());
      if (count > 0) log.info({ event: 'notices-woken', count });
    } catch (error) {
      this.#mayWait = true;
      log.warn({ event: 'notices-not-woken', error });
    }
  }
}
