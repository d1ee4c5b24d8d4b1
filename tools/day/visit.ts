import { randomUUID } from 'node:crypto';
import { ApiError, waitUntil } from '../desk.ts';
import type { Application, Desk } from '../desk.ts';
import { createContent } from '../filings.ts';
import type { ExpectedApplication } from './reconcile.ts';
import type { QueueClient, QueueRow } from './queue.ts';
import { isRejected } from './scenarios.ts';
import type { Job } from './scenarios.ts';

/** One application as the live table shows it. */
export interface VisitRow {
  id: string;
  centre: string;
  service: string;
  agency: string;
  course: string;
  state: string;
  error?: string;
}

/** What the visits of one day have in common. */
export interface DayContext {
  /** By name of the centre. */
  desks: Map<string, Desk>;
  /** What there is to do at each desk, by name of the centre. */
  queues: Map<string, QueueClient>;
  /** Longest wait for an application to move. */
  patienceSeconds: number;
  counts: { replayed: number; stale: number };
  onChange: (row: VisitRow) => void;
}

/** How often a person's desk sends something again, or edits a stale draft: every so many. */
const REPEAT_CREATE_EVERY = 6;
const STALE_EDIT_EVERY = 5;
const REPEAT_SUBMIT_EVERY = 7;
/** How often colleagues are written to, take an application over, or look for one; and how often a fee is paid. */
const ADD_NOTE_EVERY = 4;
const REASSIGN_EVERY = 6;
const SEARCH_EVERY = 5;
const PAY_EVERY = 3;
/** How often a person cannot get what the agency asks for. */
const MISSING_DOCUMENT_EVERY = 5;

/** One person at one desk, from the first question to the confirmed outcome. */
export class Visit {
  readonly #desk: Desk;
  readonly #queue: QueueClient;
  readonly #context: DayContext;
  readonly #row: VisitRow;
  readonly #job: Job;
  readonly #path: string;
  readonly #expected: ExpectedApplication;

  constructor(context: DayContext, row: VisitRow, job: Job) {
    this.#desk = context.desks.get(job.centre.name)!;
    this.#queue = context.queues.get(job.centre.name)!;
    this.#context = context;
    this.#row = row;
    this.#job = job;
    this.#path = `/applications/${row.id}`;
    this.#expected = {
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
  async run(corrects?: string): Promise<ExpectedApplication> {
    const { n, course } = this.#job;
    await this.#lookUpApplicant();
    const draft = await this.#open(corrects);
    if (n % STALE_EDIT_EVERY === 0) await this.#editTwice(draft.etag);
    await this.#workTogether();
    await this.#submit();
    await this.#recordPayment();
    if (n % SEARCH_EVERY === 0) await this.#find(draft.trackingNumber);
    if (course.withdraw) await this.#withdraw();
    else {
      await this.#awaitDecision();
      await this.#collect();
    }
    return this.#expected;
  }

  /** Who is known here need not be typed again, and what is open is seen before the same is filed twice. */
  async #lookUpApplicant(): Promise<void> {
    const { idnp } = this.#content()['applicant'] as { idnp: string };
    const { body } = await this.#desk.call<{ person?: { idnp: string } }>('POST', '/persons/lookup', {
      body: { idnp },
    });
    if (body.person && body.person.idnp !== idnp) throw new Error('a person was looked up, and another is known');
  }

  /** Colleagues write to each other and take over from each other. */
  async #workTogether(): Promise<void> {
    const { n } = this.#job;
    if (n % ADD_NOTE_EVERY === 1) {
      await this.#call('POST', `${this.#path}/notes`, { body: { text: 'Vine din nou joi, cu actele.' } });
      this.#expected.actions.push('note');
    }
    if (n % REASSIGN_EVERY === 2) {
      await this.#call('POST', `${this.#path}/assign`);
      this.#expected.actions.push('assign');
    }
  }

  /** The receipt of the fee is noted, where one is known. */
  async #recordPayment(): Promise<void> {
    const { n, service } = this.#job;
    const { costOption } = this.#content();
    const fee = service.version.costOptions?.find(({ code }) => code === costOption)?.fee;
    if (n % PAY_EVERY !== 0 || !fee || fee.amountMinor === 0) return;
    await this.#call('POST', `${this.#path}/payment`, { body: { receiptNumber: `CH-${n}`, amount: fee } });
    this.#expected.actions.push('record-payment');
  }

  /** By its number, as somebody types it who left the Russian layout on, and by the beginning of a name. */
  async #find(trackingNumber: string): Promise<void> {
    const typed = trackingNumber.toLowerCase().replaceAll('-', ' ').replaceAll('a', 'а').replaceAll('e', 'е');
    const { familyName } = this.#content()['applicant'] as { familyName: string };
    for (const query of [typed, familyName.slice(0, 4)]) {
      type Found = { applications: { id: string }[]; more: boolean };
      const { body } = await this.#desk.call<Found>('POST', '/applications/search', { body: { query } });
      if (body.more || body.applications.some(({ id }) => id === this.#row.id)) continue;
      throw new Error('what was just filed is not found');
    }
  }

  #content(): Record<string, unknown> {
    const { n, centre, service } = this.#job;
    return createContent(n, centre, service);
  }

  async #open(corrects: string | undefined): Promise<Application> {
    const { n, service } = this.#job;
    const body = Object.assign({ id: this.#row.id, publicService: service.code, corrects }, this.#content());
    const key = randomUUID();
    const draft = await this.#call('POST', '/applications', { body, key });
    if (n % REPEAT_CREATE_EVERY === 0) {
      // The line broke and the desk sends again what it does not know to have arrived.
      const again = await this.#desk.call<Application>('POST', '/applications', { body, key });
      if (!again.replayed || again.body.id !== this.#row.id) {
        throw new Error('a repeated create was not answered as a replay');
      }
      this.#context.counts.replayed += 1;
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
    if (!(refused instanceof ApiError) || refused.problem.status !== 412) throw refused;
    this.#context.counts.stale += 1;
  }

  async #submit(): Promise<void> {
    const key = randomUUID();
    await this.#call('POST', `${this.#path}/submit`, { key });
    this.#expected.actions.push('submit');
    this.#expected.notices.push('application-submitted');
    if (this.#job.n % REPEAT_SUBMIT_EVERY !== 0) return;
    const again = await this.#desk.call<Application>('POST', `${this.#path}/submit`, { key });
    if (!again.replayed) throw new Error('a repeated submit was not answered as a replay');
    this.#context.counts.replayed += 1;
  }

  async #withdraw(): Promise<void> {
    await this.#call('POST', `${this.#path}/withdraw`, { body: { reason: 'no longer needed' } });
    this.#expected.actions.push('withdraw');
    this.#expected.notices.push('application-withdrawn');
  }

  /** The queue says when the agency has answered; the papers that it asks for are brought, and whoever gets no mail is told. */
  async #awaitDecision(): Promise<void> {
    for (;;) {
      const row = await waitUntil(
        () => this.#pollQueue(),
        ({ state }) => ['documents-requested', 'ready', 'rejected'].includes(state),
        `${this.#row.agency} has not answered (${this.#row.state})`,
        this.#context.patienceSeconds,
      );
      if (row.buckets?.includes('to-ring')) await this.#recordNotification();
      if (row.state !== 'documents-requested') {
        this.#expected.notices.push(row.state === 'ready' ? 'result-ready' : 'application-rejected');
        return;
      }
      this.#expected.notices.push('documents-requested');
      await this.#supply();
    }
  }

  /** Its row in the queue of the desk. */
  async #pollQueue(): Promise<QueueRow> {
    const row = await this.#queue.row(this.#row.id);
    if (!row) throw new Error('it is missing in the queue');
    this.#updateState(row);
    return row;
  }

  async #recordNotification(): Promise<void> {
    const told = await this.#call('POST', `${this.#path}/told`, { body: { how: 'phone' } });
    this.#expected.actions.push('tell');
    if ((told as QueueRow).buckets?.includes('to-ring')) throw new Error('who was told is still to be rung up');
  }

  async #supply(): Promise<void> {
    const { body: app } = await this.#desk.call<Application>('GET', this.#path);
    const { n } = this.#job;
    const kinds = app.documentRequest!.evidenceKinds;
    const body =
      n % MISSING_DOCUMENT_EVERY === 1
        ? { unavailable: kinds.map((kind) => ({ kind, reason: 'Pierdut; se reface abia la primăvară.' })) }
        : { evidence: kinds.map((kind, i) => ({ kind, number: `D${n}-${i}`, originalSeen: true })) };
    await this.#call('POST', `${this.#path}/supply-documents`, { body });
    this.#expected.actions.push('supply-documents');
  }

  async #collect(): Promise<void> {
    const { n, course } = this.#job;
    const paperNumber = `B${String(n).padStart(8, '0')}`;
    const paper = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber };
    await this.#call('POST', `${this.#path}/hand-over`, { body: paper });
    this.#expected.actions.push('hand-over');
    const outcome = isRejected(course) ? { needMet: false, missing: 'the agency rejected it' } : { needMet: true };
    await this.#call('POST', `${this.#path}/confirm-outcome`, { body: outcome });
    this.#expected.actions.push('confirm-outcome');
  }

  /** Asks the platform, and notes the state that it answers. */
  async #call(method: string, path: string, call: Parameters<Desk['call']>[2] = {}): Promise<Application> {
    const { body: app } = await this.#desk.call<Application>(method, path, call);
    this.#updateState(app);
    return app;
  }

  #updateState({ state }: Pick<Application, 'state'>): void {
    this.#expected.state = this.#row.state = state;
    this.#context.onChange(this.#row);
  }
}
