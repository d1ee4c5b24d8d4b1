import { randomUUID } from 'node:crypto';
import { Refused, until } from '../desk.ts';
import type { Application, Desk } from '../desk.ts';
import { contentFor } from '../filings.ts';
import type { Book } from './books.ts';
import { isRejected } from './courses.ts';
import type { Job } from './courses.ts';

/** One application as the live table shows it. */
export interface Row {
  id: string;
  centre: string;
  service: string;
  agency: string;
  course: string;
  state: string;
  error?: string;
}

/** What the visits of one day have in common. */
export interface DayPlace {
  /** By name of the centre. */
  desks: Map<string, Desk>;
  /** Longest wait for an application to move. */
  patienceSeconds: number;
  counts: { replayed: number; stale: number };
  onChange: (row: Row) => void;
}

/** How often a person's desk sends something again, or edits a stale draft: every so many. */
const CREATES_AGAIN = 6;
const EDITS_STALE = 5;
const SUBMITS_AGAIN = 7;

/** One person at one desk, from the first question to the confirmed outcome. */
export class Visit {
  readonly #desk: Desk;
  readonly #place: DayPlace;
  readonly #row: Row;
  readonly #job: Job;
  readonly #path: string;
  readonly #book: Book;

  constructor(place: DayPlace, row: Row, job: Job) {
    this.#desk = place.desks.get(job.centre.name)!;
    this.#place = place;
    this.#row = row;
    this.#job = job;
    this.#path = `/applications/${row.id}`;
    this.#book = {
      id: row.id,
      centre: job.centre.code,
      service: job.service.code,
      agency: row.agency,
      state: 'draft',
      actions: [],
      notices: [],
    };
  }

  /**
   * @param corrects the resource name of the application that this one corrects
   * @returns what the platform acknowledged
   * @throws Error when something is not as it should be
   */
  async run(corrects?: string): Promise<Book> {
    const { n, course } = this.#job;
    const draft = await this.#open(corrects);
    if (n % EDITS_STALE === 0) await this.#editTwice(draft.etag);
    await this.#submit();
    if (course.withdraw) await this.#withdraw();
    else {
      await this.#awaitDecision();
      await this.#collect();
    }
    return this.#book;
  }

  async #open(corrects: string | undefined): Promise<Application> {
    const { n, centre, service } = this.#job;
    const content = contentFor(n, centre, service);
    const body = Object.assign({ id: this.#row.id, publicService: service.code, corrects }, content);
    const key = randomUUID();
    const draft = await this.#call('POST', '/applications', { body, key });
    if (n % CREATES_AGAIN === 0) {
      // The line broke and the desk sends again what it does not know to have arrived.
      const again = await this.#desk.call<Application>('POST', '/applications', { body, key });
      if (!again.replayed || again.body.id !== this.#row.id) {
        throw new Error('a repeated create was not answered as a replay');
      }
      this.#place.counts.replayed += 1;
    }
    return draft;
  }

  /** The second of two edits saw what the first has changed since. */
  async #editTwice(etag: string): Promise<void> {
    await this.#call('PATCH', this.#path, { body: { delivery: { kind: 'at-centre' } }, etag });
    const refused = await this.#desk
      .call('PATCH', this.#path, { body: { delivery: { kind: 'post', note: 'late' } }, etag })
      .catch((error: unknown) => error);
    if (!(refused instanceof Error)) throw new Error('an edit with a stale etag was accepted');
    if (!(refused instanceof Refused) || refused.problem.status !== 412) throw refused;
    this.#place.counts.stale += 1;
  }

  async #submit(): Promise<void> {
    const key = randomUUID();
    await this.#call('POST', `${this.#path}/submit`, { key });
    this.#book.actions.push('submit');
    this.#book.notices.push('application-submitted');
    if (this.#job.n % SUBMITS_AGAIN !== 0) return;
    const again = await this.#desk.call<Application>('POST', `${this.#path}/submit`, { key });
    if (!again.replayed) throw new Error('a repeated submit was not answered as a replay');
    this.#place.counts.replayed += 1;
  }

  async #withdraw(): Promise<void> {
    await this.#call('POST', `${this.#path}/withdraw`, { body: { reason: 'no longer needed' } });
    this.#book.actions.push('withdraw');
    this.#book.notices.push('application-withdrawn');
  }

  /** Comes back until the agency has decided, and brings the papers that it asks for. */
  async #awaitDecision(): Promise<void> {
    for (;;) {
      const app = await until(
        () => this.#call('GET', this.#path),
        ({ state }) => ['documents-requested', 'ready', 'rejected'].includes(state),
        `${this.#row.agency} has not answered (${this.#row.state})`,
        this.#place.patienceSeconds,
      );
      if (app.state !== 'documents-requested') {
        this.#book.notices.push(app.state === 'ready' ? 'result-ready' : 'application-rejected');
        return;
      }
      this.#book.notices.push('documents-requested');
      const evidence = app.documentRequest!.evidenceKinds.map((kind, i) => ({
        kind,
        number: `D${this.#job.n}-${i}`,
        originalSeen: true,
      }));
      await this.#call('POST', `${this.#path}/supply-documents`, { body: { evidence } });
      this.#book.actions.push('supply-documents');
    }
  }

  async #collect(): Promise<void> {
    const { n, course } = this.#job;
    const paperNumber = `B${String(n).padStart(8, '0')}`;
    const paper = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber };
    await this.#call('POST', `${this.#path}/hand-over`, { body: paper });
    this.#book.actions.push('hand-over');
    const outcome = isRejected(course) ? { needMet: false, missing: 'the agency rejected it' } : { needMet: true };
    await this.#call('POST', `${this.#path}/confirm-outcome`, { body: outcome });
    this.#book.actions.push('confirm-outcome');
  }

  /** Asks the platform, and notes the state that it answers. */
  async #call(method: string, path: string, call: Parameters<Desk['call']>[2] = {}): Promise<Application> {
    const { body: app } = await this.#desk.call<Application>(method, path, call);
    this.#book.state = this.#row.state = app.state;
    this.#place.onChange(this.#row);
    return app;
  }
}
