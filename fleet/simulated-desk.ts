import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { generateTrackingNumber } from '@cups/application';
import { createRandom } from '@cups/chaos/plan';
import { openOutbox } from '@cups/desk/outbox';
import type { Outbox } from '@cups/desk/outbox';
import { createLocalLocks, SILENT_CHANNEL } from '@cups/desk/outbox-environment';
import { orderByOutbox } from '@cups/desk/upload-order';
import { openUploads, StorageFullError } from '@cups/desk/uploads';
import type { Uploads } from '@cups/desk/uploads';
import { toRequest } from '@cups/desk/write-request';
import { applicationId, createContent } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { toMandateRequest, toNamedMandate } from '@cups/tools/mandates';
import { buildPdf, sha256Of } from '@cups/tools/upload-client';
import { ulid } from 'ulid';
import { SimulatedDisk } from './disk.ts';
import type { DeskBooks } from './desk-books.ts';
import type { ActKind, DeskPlan } from './plan.ts';
import { withPatience } from './line.ts';
import type { SimulatedLine } from './line.ts';
import { createUploadEnvironment } from './simulated-uploads.ts';

/** A clerk at a PC. The PC runs the outbox and the uploads of the desk; storage, line, power and clock are simulated. */

export interface DeskPlace {
  line: SimulatedLine;
  /** The line of a colleague at the same centre. */
  colleague: SimulatedLine;
  centre: Centre;
  services: readonly PublicService[];
  books: DeskBooks;
}

/** Endings of application IDs: the agency approves, is slow, rejects or stays silent. */
const ENDINGS = ['ZQ', 'ZQ', 'ZS', 'ZR', 'ZN'];
/** People of desk n are numbered from n of these. */
const PEOPLE_PER_DESK = 100_000;

/** One application in this many has a scan instead of an original that the clerk saw. */
const APPLICATIONS_PER_SCAN = 6;
/** Smallest scan, and what is added at most: few are so large that they take several requests. */
const MIN_SCAN_BYTES = 2_048;
const SCAN_BYTES = 196_608;

type Proof = ReturnType<typeof createContent>['evidence'][number];
interface Evidence {
  evidence: readonly object[];
  /** Hash of a scan that the PC stored. */
  sha256?: string;
}

type Page = { outbox: Outbox; uploads: Uploads; unsubscribe: () => void };

export class SimulatedDesk {
  readonly #plan: DeskPlan;
  readonly #place: DeskPlace;
  readonly #disk = new SimulatedDisk();
  readonly #random: () => number;
  readonly #device = ulid();
  /** How much the PC's clock is corrected by, in ms; of the last contact. */
  #correctionMs = 0;
  #grant: string | undefined;
  #page: Page | undefined;
  #people = 0;
  /** IDs of the filed applications. */
  readonly #filed: string[] = [];
  /** Applications whose result waits, as read before the line was cut. */
  #ready: string[] = [];

  constructor(plan: DeskPlan, place: DeskPlace, seed: string) {
    this.#plan = plan;
    this.#place = place;
    this.#random = createRandom(`${seed} clerk ${plan.desk}`);
  }

  /** Signs in, gets a grant and opens the page. */
  async start(): Promise<void> {
    await withPatience(() => this.#contact());
    await this.#openPage();
    this.#place.line.lossRate = this.#plan.lossRate;
  }

  /** Plays the plan. @param msPerHour real time of an hour at the desk */
  async play(msPerHour: number, signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    const acts: Promise<void>[] = [];
    for (const event of this.#plan.events) {
      await pause(Math.max(0, begun + event.at * msPerHour - performance.now()), undefined, { signal });
      if (event.kind === 'act') acts.push(this.#act(event.act));
      else await this.#happen(event);
    }
    this.#disk.isFull = false;
    // An act that a power cut ended never resolves.
    void acts;
  }

  /** Restores the line, and sends all that waits. @returns the numbers of writes and scans that still wait */
  async settle(timeoutMs: number, signal: AbortSignal): Promise<{ writes: number; scans: number }> {
    this.#place.line.isUp = true;
    this.#place.line.lossRate = 0;
    // All desks return at once; the platform may be busy.
    await this.#contact().catch(() => undefined);
    const end = performance.now() + timeoutMs;
    const { outbox, uploads } = this.#page!;
    const waiting = () => ({ writes: outbox.countPending(), scans: countWaiting(uploads) });
    // Once, as the page does: further attempts wait for the delays of the outbox and of the uploads.
    outbox.resume();
    uploads.resumeAll();
    for (let left = waiting(); left.writes + left.scans > 0 && performance.now() < end; left = waiting()) {
      outbox.flush();
      await pause(200, undefined, { signal });
    }
    return waiting();
  }

  stop(): void {
    this.#page?.unsubscribe();
    this.#page?.outbox.stop();
    this.#page?.uploads.stop();
  }

  async #happen(event: Exclude<DeskPlan['events'][number], { kind: 'act' }>): Promise<void> {
    const { books, line } = this.#place;
    books.countFault(event.kind);
    switch (event.kind) {
      case 'line':
        line.isUp = event.isUp;
        if (!event.isUp) return;
        await this.#contact().catch(() => undefined);
        this.#page?.uploads.resumeAll();
        return this.#page?.outbox.resume();
      case 'disk':
        this.#disk.isFull = event.isFull;
        return;
      case 'power-cut':
        this.stop();
        this.#disk.cutPower(this.#random);
        return this.#openPage();
      case 'kill':
        this.stop();
        this.#disk.kill();
        return this.#openPage();
      case 'release':
        await this.#page?.outbox.close();
        this.#page?.uploads.stop();
        return this.#openPage();
    }
  }

  /** Opens the page of the running PC. */
  async #openPage(): Promise<void> {
    const { line } = this.#place;
    const localStore = this.#disk.open();
    const opened: { outbox?: Outbox } = {};
    const order = orderByOutbox((application) => opened.outbox?.syncStatus(application));
    const uploads = await openUploads(localStore, order, createUploadEnvironment(line));
    const outbox = await openOutbox(localStore, {
      owner: line.operator,
      isReachable: () => line.isReachable,
      now: () => this.#pcTime() + this.#correctionMs,
      currentGrant: () => this.#grant,
      send: async (write, etag) =>
        line.send(toRequest({ ...write, body: await uploads.prepareBody(write.body) }, etag)),
      locks: createLocalLocks(),
      openChannel: () => SILENT_CHANNEL,
    });
    // A page that was killed in the middle of a decision shows the refusal again.
    const decided = new Set<string>();
    const watch = () => {
      this.#watch(outbox, decided);
      uploads.wake();
    };
    opened.outbox = outbox;
    const unsubscribe = outbox.subscribe(watch);
    this.#page = { outbox, uploads, unsubscribe };
    watch();
  }

  /** The clock of the PC, which may be wrong. */
  #pcTime = (): number => Date.now() + this.#plan.clockSkewMs;

  /** Talks to the platform: renews session and grant, corrects the clock, and reads which results wait. */
  async #contact(): Promise<void> {
    const { line } = this.#place;
    const { offlineGrant, serverTime } = await line.contact(this.#device);
    this.#grant = offlineGrant;
    this.#correctionMs = Date.parse(serverTime) - this.#pcTime();
    this.#ready = await line.listReady();
  }

  /** Enters what was stored and refused into the books, and decides about refusals as a clerk does. */
  #watch(outbox: Outbox, decided: Set<string>): void {
    const { books } = this.#place;
    for (const application of outbox.pendingApplications()) {
      const { pending, refusal, isStored, hasStorageError } = outbox.syncStatus(application);
      if (hasStorageError) books.markUnstored(pending);
      if (isStored) books.take(this.#plan.desk, pending);
      const [head] = pending;
      if (!refusal || !head) continue;
      books.take(this.#plan.desk, [head]);
      if (decided.has(head.key)) continue;
      decided.add(head.key);
      const decision = books.refuse(head, refusal.problem);
      // A note about a refused note would be refused too.
      if (head.kind === 'notes') outbox.withdrawWrites(application, [head.key]);
      else outbox.replaceWithNotes(application, [head.key], [`refused ${head.key}: ${refusal.reason}, ${decision}`]);
    }
  }

  /** Resolves once the act is done at the desk; never, if the PC loses power before. */
  async #act(act: ActKind): Promise<void> {
    switch (act) {
      case 'file':
        return this.#file();
      case 'note':
        return this.#put(this.#pick(this.#filed), 'notes', { text: `note ${randomUUID()}` });
      case 'notify':
        return this.#put(this.#pick(this.#filed), 'person-notifications', { method: 'phone' });
      case 'withdraw':
        return this.#put(this.#pick(this.#filed), 'withdraw', { reason: 'another day' });
      case 'colleague-withdraws':
        return this.#withdrawAsColleague();
      case 'hand-over': {
        const [ready] = this.#ready.splice(0, 1);
        if (!ready) return this.#act('note');
        return this.#put(ready, 'hand-over', {
          collectedBy: 'applicant',
          idDocumentKind: 'identity-document',
          idDocumentNumber: 'B00004219',
        });
      }
    }
  }

  /** What the desk does later on this application is refused. The colleague sees only what has arrived. */
  async #withdrawAsColleague(): Promise<void> {
    const { colleague, books } = this.#place;
    const application = this.#pick(this.#filed);
    const path = `/api/v1/applications/${application}/withdraw`;
    const headers = { 'Idempotency-Key': randomUUID() };
    const answer = colleague.request('post', path, headers, { reason: 'another day' });
    await answer.then(
      () => books.countFault('colleague'),
      () => undefined,
    );
  }

  /** Takes an application and prints its receipt, once all of it survives a power cut. */
  async #file(): Promise<void> {
    const { centre, services, books } = this.#place;
    const n = this.#plan.desk * PEOPLE_PER_DESK + (this.#people += 1);
    const id = applicationId(this.#pick(ENDINGS)!);
    const service = this.#pick(services)!;
    const content = createContent(n, centre, service);
    const { evidence, sha256 } = await this.#scanFirst(id, content.evidence);
    const mandate = ulid();
    const trackingNumber = generateTrackingNumber((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
    const subject = { ...content, publicService: service.code };
    const { outbox } = this.#page!;
    const contact = { phone: `+3736${String(n).padStart(7, '0')}` };
    const named = toNamedMandate(subject, `mandates/${mandate}`);
    // A draft names no scan: the platform creates documents of applications that it has.
    const draft = { id, trackingNumber, publicService: service.code, ...content, evidence: sha256 ? [] : evidence };
    // A draft is opened before or after its mandate is recorded.
    const isOpenedFirst = this.#random() < 0.5;
    if (isOpenedFirst) void this.#put(id, 'create', draft);
    void this.#put(id, 'mandates', { id: mandate, ...toMandateRequest(subject) });
    if (!isOpenedFirst) void this.#put(id, 'create', { ...draft, mandate: named });
    void this.#put(id, 'edit', { contact, evidence, ...(isOpenedFirst ? { mandate: named } : {}) });
    await this.#put(id, 'submit', {});
    this.#filed.push(id);
    const { desk } = this.#plan;
    const isOffline = !this.#place.line.isReachable;
    if (sha256 !== undefined) books.takeScan({ desk, application: id, sha256, isOffline });
    // A receipt is printed in the page that has stored the act.
    if (outbox === this.#page?.outbox) books.print({ desk, application: id, trackingNumber });
  }

  /** Scans the first proof of some applications instead of showing the original. */
  async #scanFirst(application: string, evidence: readonly Proof[]): Promise<Evidence> {
    const [first, ...others] = evidence;
    if (!first || this.#random() >= 1 / APPLICATIONS_PER_SCAN) return { evidence };
    const bytes = buildPdf(MIN_SCAN_BYTES + Math.floor(this.#random() ** 3 * SCAN_BYTES), application);
    const sha256 = sha256Of(bytes);
    const file = { content: new Blob([new Uint8Array(bytes)]), sha256, mediaType: 'application/pdf', pageSizes: [] };
    const { uploads } = this.#page!;
    try {
      const { id, document } = await uploads.add(file, { application, kind: first.kind });
      const isUnstored = uploads.all().find(({ record }) => record.id === id)?.isUnstored;
      if (!isUnstored) return { evidence: [{ kind: first.kind, copy: document }, ...others], sha256 };
      // It ends with the page, which shows no receipt for it: the clerk checks the original.
      uploads.remove(id);
      return { evidence };
    } catch (error) {
      // At a full PC without a line, too.
      if (error instanceof StorageFullError) return { evidence };
      throw error;
    }
  }

  /** Resolves once the write is stored for good, or was answered. */
  async #put(application: string | undefined, kind: string, body: Record<string, unknown>): Promise<void> {
    const { outbox } = this.#page!;
    if (application === undefined) return;
    const answered = outbox.put({ application, kind: kind as 'notes', body }).catch(() => undefined);
    // The clerk moves on, which ends the time for an undo.
    outbox.flush();
    const isStored = () => outbox.syncStatus(application).isStored === true;
    const stored = new Promise<void>((resolve) => {
      const check = () => {
        if (!isStored()) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = outbox.subscribe(check);
      check();
    });
    await Promise.race([stored, answered]);
  }

  #pick<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.#random() * values.length)];
  }
}

/** Returns the number of scans on their way. A rejected one waits for nobody but the clerk, who sees it. */
const countWaiting = (uploads: Uploads): number =>
  uploads.all().filter(({ state }) => state !== 'complete' && state !== 'rejected').length;
