import { randomUUID } from 'node:crypto';
import { ApiError, waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import { createContent } from './filings.ts';
import { grantMandate, GROUND_BY_KIND, revokeMandate, storePower } from './mandates.ts';
import type { NamedMandate } from './mandates.ts';
import type { ExpectedApplication } from './reconcile.ts';
import type { QueueClient, QueueRow } from './queue.ts';
import { consentToPassingOn } from './passing-on.ts';
import { isRejected } from './scenarios.ts';
import type { Job } from './scenarios.ts';
import { Scanner } from './scans.ts';
import { awaitEscalation } from './silence.ts';
import type { ElapseTerm } from './silence.ts';
import { sha256Of } from './uploads.ts';

/** One application in the live table. */
export interface VisitRow {
  id: string;
  centre: string;
  service: string;
  agency: string;
  course: string;
  state: string;
  error?: string;
}

/** Shared context of a day's visits. */
export interface DayContext {
  /** By centre name. */
  desks: Map<string, Desk>;
  /** Queue of each desk, by centre name. */
  queues: Map<string, QueueClient>;
  /** Maximum seconds until an application changes. */
  patienceSeconds: number;
  /** Family name of the n-th applicant. @default a common one */
  familyNameOf?: ((n: number) => string) | undefined;
  /** URL of the simulator of MPower; undefined without one. */
  mpower?: string | undefined;
  /** Lets the term of an application pass; undefined where the store is not at hand. */
  elapseTerm?: ElapseTerm | undefined;
  counts: { replayed: number; stale: number };
  onChange: (row: VisitRow) => void;
}

/** Intervals, in applications, of repeated requests and stale edits. */
const REPEAT_CREATE_EVERY = 6;
const STALE_EDIT_EVERY = 5;
const REPEAT_SUBMIT_EVERY = 7;
/** Intervals of notes, assignments, searches and payments. */
const ADD_NOTE_EVERY = 4;
const REASSIGN_EVERY = 6;
const SEARCH_EVERY = 5;
const PAY_EVERY = 3;
/** Interval of applicants who cannot get a requested document. */
const MISSING_DOCUMENT_EVERY = 5;
/** Maximum seconds until a revocation is marked at the applications, with reserve for a slow machine. */
const MAX_REVOCATION_SECONDS = 180;
/** Maximum attempts of a hand-over while the application changes. */
const MAX_HAND_OVER_ATTEMPTS = 5;

/** One applicant's visit, from the lookup to the confirmed outcome. */
export class Visit {
  readonly #desk: Desk;
  readonly #queue: QueueClient;
  readonly #context: DayContext;
  readonly #row: VisitRow;
  readonly #job: Job;
  readonly #path: string;
  readonly #expected: ExpectedApplication;
  readonly #scanner: Scanner;

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
      uploads: [],
      mandates: [],
      results: [],
    };
    this.#scanner = new Scanner(this.#desk, row.id, context.patienceSeconds, this.#expected.uploads);
  }

  /**
   * @param corrects resource name of the application to correct
   * @returns the acknowledged facts
   * @throws Error on an unexpected response
   */
  async run(corrects?: string): Promise<ExpectedApplication> {
    const { n, course, scan } = this.#job;
    await this.#lookUpApplicant();
    let draft = await this.#open(corrects);
    if (n % STALE_EDIT_EVERY === 0) draft = await this.#editTwice(draft.etag);
    if (scan) await this.#scanner.attach(draft, this.#content().evidence, scan);
    await this.#workTogether();
    await this.#submit();
    await this.#recordPayment();
    if (n % SEARCH_EVERY === 0) await this.#find(draft.trackingNumber);
    if (course.withdraw) await this.#withdraw();
    else if (course.escalates) await this.#awaitEscalation();
    else {
      if (course.passesOn) await this.#consentToPassingOn();
      await this.#awaitDecision();
      await this.#collect();
    }
    return this.#expected;
  }

  /** Looks up the applicant, as a desk does before typing, to find open applications. */
  async #lookUpApplicant(): Promise<void> {
    const { idnp } = this.#content().applicant;
    const { body } = await this.#desk.call<{ person?: { idnp: string } }>('POST', '/persons/lookup', {
      body: { idnp },
    });
    if (body.person && body.person.idnp !== idnp) throw new Error('a person was looked up, and another is known');
  }

  /** Adds notes and assigns applications between colleagues. */
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

  /** Records the payment of a known fee. */
  async #recordPayment(): Promise<void> {
    const { n, service } = this.#job;
    const { costOption } = this.#content();
    const fee = service.version.costOptions?.find(({ code }) => code === costOption)?.fee;
    if (n % PAY_EVERY !== 0 || !fee || fee.amountMinor === 0) return;
    await this.#call('POST', `${this.#path}/payment`, { body: { receiptNumber: `CH-${n}`, amount: fee } });
    this.#expected.actions.push('record-payment');
  }

  /** Searches by number, typed in the Russian layout, and by the beginning of a name. */
  async #find(trackingNumber: string): Promise<void> {
    const typed = trackingNumber.toLowerCase().replaceAll('-', ' ').replaceAll('a', 'а').replaceAll('e', 'е');
    const { familyName } = this.#content().applicant;
    for (const query of [typed, familyName.slice(0, 4)]) {
      type SearchResults = { applications: { id: string }[]; more: boolean };
      const { body } = await this.#desk.call<SearchResults>('POST', '/applications/search', { body: { query } });
      if (body.more || body.applications.some(({ id }) => id === this.#row.id)) continue;
      throw new Error('what was just filed is not found');
    }
  }

  #content(): ReturnType<typeof createContent> {
    const { n, centre, service, ground } = this.#job;
    const content = createContent(n, centre, service, ground);
    const familyName = this.#context.familyNameOf?.(n);
    return familyName === undefined ? content : { ...content, applicant: { ...content.applicant, familyName } };
  }

  async #open(corrects: string | undefined): Promise<Application> {
    const { n, service } = this.#job;
    const body = Object.assign({ id: this.#row.id, publicService: service.code, corrects }, this.#content());
    if (body.mandate.kind === 'mpower') await storePower(this.#context.mpower!, body.mandate.reference!, body);
    body.mandate = await this.#grant(body);
    const key = randomUUID();
    const draft = await this.#call('POST', '/applications', { body, key });
    if (n % REPEAT_CREATE_EVERY === 0) {
      // The connection broke, and the desk sends the request again.
      const again = await this.#desk.call<Application>('POST', '/applications', { body, key });
      if (!again.replayed || again.body.id !== this.#row.id) {
        throw new Error('a repeated create was not answered as a replay');
      }
      this.#context.counts.replayed += 1;
    }
    return draft;
  }

  /** Records a mandate of the person, or of who represents them. */
  async #grant(subject: Parameters<typeof grantMandate>[1]): Promise<NamedMandate> {
    const mandate = await grantMandate(this.#desk, subject);
    this.#expected.mandates.push({ name: mandate.name, ground: GROUND_BY_KIND[this.#job.ground], isRevoked: false });
    return mandate;
  }

  /** Ends the mandate, as the person asks. */
  async #revoke(): Promise<void> {
    const mandate = this.#expected.mandates.at(-1)!;
    await revokeMandate(this.#desk, mandate);
    mandate.isRevoked = true;
  }

  /** Sends two edits with one etag; the second must fail. */
  async #editTwice(etag: string): Promise<Application> {
    const edited = await this.#call('PATCH', this.#path, { body: { delivery: { kind: 'at-centre' } }, etag });
    const refused = await this.#desk
      .call('PATCH', this.#path, { body: { delivery: { kind: 'post', note: 'late' } }, etag })
      .catch((error: unknown) => error);
    if (!(refused instanceof Error)) throw new Error('an edit with a stale etag was accepted');
    if (!(refused instanceof ApiError) || refused.problem.status !== 412) throw refused;
    this.#context.counts.stale += 1;
    return edited;
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

  /** The applicant ends the mandate and withdraws, which needs none. */
  async #withdraw(): Promise<void> {
    await this.#revoke();
    await this.#call('POST', `${this.#path}/withdraw`, { body: { reason: 'no longer needed' } });
    this.#expected.actions.push('withdraw');
    this.#expected.notices.push('application-withdrawn');
  }

  /** The agency says nothing, and the application stays open. */
  async #awaitEscalation(): Promise<void> {
    const { elapseTerm, patienceSeconds } = this.#context;
    if (!elapseTerm) throw new Error('no term can be made to pass here');
    await awaitEscalation(this.#desk, this.#expected, { elapseTerm, patienceSeconds });
  }

  async #consentToPassingOn(): Promise<void> {
    this.#updateState(await consentToPassingOn(this.#desk, this.#expected, this.#context.patienceSeconds));
    this.#row.agency = this.#expected.agency;
  }

  /** Polls until the agency decides; brings requested documents, and notifies applicants without email. */
  async #awaitDecision(): Promise<void> {
    for (;;) {
      const row = await waitUntil(
        () => this.#pollQueue(),
        ({ state }) => ['documents-requested', 'ready', 'rejected'].includes(state),
        `${this.#row.agency} has not answered (${this.#row.state})`,
        this.#context.patienceSeconds,
      );
      if (row.buckets?.includes('on-the-way')) await this.#confirmArrival();
      else if (row.buckets?.includes('to-notify')) await this.#recordNotification();
      if (row.state !== 'documents-requested') {
        // An answer counts once, whatever the channel of the agency is and how often it sent it.
        this.#expected.actions.push(row.state === 'ready' ? 'approved' : 'rejected');
        this.#expected.notices.push(row.state === 'ready' ? 'result-ready' : 'application-rejected');
        return;
      }
      this.#expected.notices.push('documents-requested');
      await this.#supply();
    }
  }

  /** Returns the row in the desk's queue. */
  async #pollQueue(): Promise<QueueRow> {
    const row = await this.#queue.row(this.#row.id);
    if (!row) throw new Error('it is missing in the queue');
    this.#updateState(row);
    return row;
  }

  /** Confirms that a paper result has come, and notifies an applicant without email only then. */
  async #confirmArrival(): Promise<void> {
    this.#expected.notices.push('result-on-the-way');
    const arrived = await this.#call('POST', `${this.#path}/confirm-arrival`, { body: {} });
    this.#expected.actions.push('confirm-arrival');
    if ((arrived as QueueRow).buckets?.includes('to-notify')) await this.#recordNotification();
  }

  async #recordNotification(): Promise<void> {
    const notified = await this.#call('POST', `${this.#path}/person-notifications`, { body: { method: 'phone' } });
    this.#expected.actions.push('notify-person');
    if ((notified as QueueRow).buckets?.includes('to-notify'))
      throw new Error('a notified applicant is still in bucket to-notify');
  }

  async #supply(): Promise<void> {
    const { body: app } = await this.#desk.call<Application>('GET', this.#path);
    const { n } = this.#job;
    const kinds = app.documentRequest!.evidenceKinds;
    const body =
      n % MISSING_DOCUMENT_EVERY === 1
        ? { unavailable: kinds.map((kind) => ({ kind, reason: 'Pierdut; se reface abia la primăvară.' })) }
        : { evidence: await Promise.all(kinds.map((kind, i) => this.#scanRequested(kind, `D${n}-${i}`))) };
    const mandate = this.#job.revokes ? { mandate: await this.#replaceMandate(body) } : {};
    await this.#call('POST', `${this.#path}/supply-documents`, { body: { ...body, ...mandate } });
    this.#expected.actions.push('supply-documents');
  }

  /**
   * The person ends the mandate, and the desk cannot act any longer. So they sign another one.
   * @throws Error if the desk can still act
   */
  async #replaceMandate(body: object): Promise<NamedMandate> {
    await this.#revoke();
    await waitUntil(
      async () => (await this.#desk.call<Application>('GET', this.#path)).body,
      ({ deskAlerts = [] }) => deskAlerts.some(({ kind }) => kind === 'mandate-revoked'),
      'the desk has no alert of the revocation',
      Math.max(this.#context.patienceSeconds, MAX_REVOCATION_SECONDS),
    );
    const refused = await this.#desk
      .call('POST', `${this.#path}/supply-documents`, { body })
      .catch((error: unknown) => error);
    const isRefused = refused instanceof ApiError && refused.problem.reason === 'MANDATE_REVOKED';
    if (!isRefused) throw new Error('a desk acted under a mandate that was revoked', { cause: refused });
    this.#expected.actions.push('mandate-revoked');
    return this.#grant(Object.assign({ publicService: this.#job.service.code }, this.#content()));
  }

  /** Scans a requested document. */
  async #scanRequested(kind: string, number: string): Promise<object> {
    return { kind, number, originalSeen: true, copy: await this.#scanner.scan(kind, 'pdf') };
  }

  /** Reads each result document, as a desk does to print it, and compares it with the decision. */
  async #readResults({ decision }: Application): Promise<ExpectedApplication['results']> {
    const results = [];
    for (const { document: name, sha256 } of decision?.documents ?? []) {
      if (sha256Of(await this.#desk.readContent(name)) !== sha256) {
        throw new Error('the content of a result document is not what the agency decided');
      }
      results.push({ name, sha256 });
    }
    return results;
  }

  /** Hands over the result that the desk has read. A correction of the agency in between makes the desk read again. */
  async #handOver(body: object): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { body: app } = await this.#desk.call<Application>('GET', this.#path);
      const results = await this.#readResults(app);
      try {
        await this.#call('POST', `${this.#path}/hand-over`, { body, etag: app.etag });
      } catch (error) {
        const isStale = error instanceof ApiError && error.problem.status === 412;
        if (isStale && attempt < MAX_HAND_OVER_ATTEMPTS) continue;
        throw error;
      }
      this.#expected.results = results;
      // A corrected paper result has arrived, because it is handed over.
      if (app.decision?.awaitsArrival) this.#expected.actions.push('confirm-arrival');
      this.#expected.actions.push('hand-over');
      return;
    }
  }

  async #collect(): Promise<void> {
    const { n, course } = this.#job;
    const idDocumentNumber = `B${String(n).padStart(8, '0')}`;
    await this.#handOver({ collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber });
    const outcome = isRejected(course) ? { needMet: false, missing: 'the agency rejected it' } : { needMet: true };
    await this.#call('POST', `${this.#path}/confirm-outcome`, { body: outcome });
    this.#expected.actions.push('confirm-outcome');
  }

  /** Calls the platform and records the returned state. */
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
