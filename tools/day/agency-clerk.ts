import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { REPLY_TYPES } from '@cups/agency-contract';
import { ApiError, openDesk, waitUntil } from './desk.ts';
import type { Desk } from './desk.ts';
import { createPdf } from './files.ts';

/**
 * Clerks of agencies without a system. They do what the agency's page does, over the public REST API: they take work from the
 * queue, acknowledge it, read the copies, ask for documents, upload a result, and decide.
 */

/** A delivery in the queue of an agency. */
interface QueuedDelivery {
  /** deliveries/{id} */
  name: string;
  /** applications/{id} */
  application: string;
  submission?: number;
  stage?: string;
  assignee?: string;
}

interface AgencyQueue {
  deliveries: { delivery: QueuedDelivery }[];
  counts: { stage: string; count: number }[];
}

interface DeliveryDetails {
  delivery: QueuedDelivery;
  submissions: { evidence?: { kind: string; copy?: string }[]; delivery?: { kind: string } }[];
}

/** A reply of the agency contract. */
interface ClerkReply {
  type: string;
  content: Record<string, unknown>;
}

/** What clerks have done. */
export interface ClerkCounts {
  replies: number;
  /** Replies that were sent again with the same key. */
  repeated: number;
  /** Copies that were read. */
  copies: number;
}

/** A reply that a clerk sends, before and after the platform has acknowledged it. */
export interface SentReply {
  /** Idempotency-Key, which is the ID of the message. */
  key: string;
  /** deliveries/{id} */
  delivery: string;
  body: ClerkReply;
  isAcknowledged: boolean;
}

interface ClerkOptions {
  /** Receives each reply before it is sent. @default nobody */
  onReply?: (reply: SentReply) => void;
}

/** Between two rounds through the queue. */
const ROUND_MS = 2_000;
/** Failed rounds after which a clerk gives up. A race with the desk fails once. */
const MAX_FAILURES = 5;
/** Interval of repeated replies. */
const REPEAT_REPLY_EVERY = 2;
/** Maximum seconds until an uploaded result is checked. */
const MAX_CHECK_SECONDS = 60;
/** Days that a clerk allows for documents. */
const ANSWER_DAYS = 14;
const DAY_MS = 86_400_000;

/** Endings of application IDs about which the agency says nothing, as the simulator of other agencies does. */
const SILENT_ENDINGS = ['ZN', 'ZA'];
const REJECTED_ENDING = 'ZR';
/** Endings with the number of requests for documents before the decision. */
const DOCUMENT_REQUESTS: Readonly<Record<string, number>> = { ZD: 1, ZE: 2 };

/** One clerk at the page of an agency. */
export class AgencyClerk {
  readonly counts: ClerkCounts = { replies: 0, repeated: 0, copies: 0 };
  readonly #code: string;
  readonly #desk: Desk;
  readonly #url: string;
  readonly #onReply: (reply: SentReply) => void;

  /**
   * @param code of the agency
   * @param desk session of the clerk
   * @param url URL of the gateway
   */
  constructor(code: string, desk: Desk, url: string, { onReply = () => {} }: ClerkOptions = {}) {
    this.#onReply = onReply;
    this.#code = code;
    this.#desk = desk;
    this.#url = url;
  }

  /**
   * Does what the queue contains now.
   * @throws the first error, after the others were done
   */
  async work(): Promise<void> {
    const { deliveries, counts } = await this.#list('to-acknowledge');
    await forEach(deliveries, (delivery) => this.#acknowledge(delivery));
    const inProgress = counts.find(({ stage }) => stage === 'in-progress')?.count ?? 0;
    if (inProgress === 0 && deliveries.length === 0) return;
    const open = await this.#list('in-progress');
    await forEach(open.deliveries, (delivery) => this.#proceed(delivery));
  }

  async #list(stage: string): Promise<{ deliveries: QueuedDelivery[]; counts: AgencyQueue['counts'] }> {
    const { body } = await this.#desk.call<AgencyQueue>('GET', `/agency-queue?stage=${stage}&pageSize=200`);
    const deliveries = body.deliveries.map(({ delivery }) => delivery);
    return { deliveries: deliveries.filter((one) => !SILENT_ENDINGS.includes(endingOf(one))), counts: body.counts };
  }

  async #acknowledge(delivery: QueuedDelivery): Promise<void> {
    if (!delivery.assignee) await this.#desk.call('POST', `/${delivery.name}/assign`, { body: {} });
    const { application, submission = 1 } = delivery;
    const content = { application, submission, agencyReference: this.#referenceOf(delivery) };
    await this.#reply(delivery, { type: REPLY_TYPES.acknowledged, content });
  }

  /** Asks for documents, or decides. */
  async #proceed(delivery: QueuedDelivery): Promise<void> {
    const { body: details } = await this.#desk.call<DeliveryDetails>('GET', `/${delivery.name}`);
    const ending = endingOf(delivery);
    const asks = details.submissions.length <= (DOCUMENT_REQUESTS[ending] ?? 0);
    if (asks) return this.#reply(delivery, this.#requestDocuments(delivery, details));
    await this.#readCopies(details);
    const reply = ending === REJECTED_ENDING ? this.#reject(delivery) : await this.#approve(delivery, details);
    await this.#reply(delivery, reply);
  }

  #requestDocuments(delivery: QueuedDelivery, { submissions }: DeliveryDetails): ClerkReply {
    const kind = submissions[0]?.evidence?.[0]?.kind ?? 'identity-document';
    const answerBy = new Date(Date.now() + ANSWER_DAYS * DAY_MS).toISOString().slice(0, 10);
    const message = {
      ro: 'Vă rugăm să aduceți documentul încă o dată.',
      ru: 'Пожалуйста, принесите документ ещё раз.',
      en: 'Please bring the document again.',
    };
    return {
      type: REPLY_TYPES.documentsRequested,
      content: { ...this.#about(delivery), documents: [{ kind }], message, answerBy },
    };
  }

  #reject(delivery: QueuedDelivery): ClerkReply {
    const reason = {
      ro: 'Datele din cerere nu corespund registrului.',
      ru: 'Данные в заявлении не совпадают с реестром.',
      en: 'The data of the application differ from the register.',
    };
    const decideTime = new Date().toISOString();
    const content = { ...this.#about(delivery), outcome: 'rejected', reason, decideTime };
    return { type: REPLY_TYPES.decided, content };
  }

  async #approve(delivery: QueuedDelivery, { submissions }: DeliveryDetails): Promise<ClerkReply> {
    const number = `${this.#referenceOf(delivery)}-R`;
    const isElectronic = submissions.at(-1)?.delivery?.kind === 'electronic';
    const result = isElectronic
      ? { kind: 'electronic', number, documents: [await this.#uploadResult(delivery)] }
      : { kind: 'paper', number };
    const decideTime = new Date().toISOString();
    const content = { ...this.#about(delivery), outcome: 'approved', result, decideTime };
    return { type: REPLY_TYPES.decided, content };
  }

  #about(delivery: QueuedDelivery): { application: string; agencyReference: string } {
    return { application: delivery.application, agencyReference: this.#referenceOf(delivery) };
  }

  /** Returns the number that the office gives to an application. */
  #referenceOf({ application }: QueuedDelivery): string {
    return `${this.#code.toUpperCase()}-${application.slice(-8)}`;
  }

  /** Reads each copy before a decision, as a clerk does. */
  async #readCopies({ delivery, submissions }: DeliveryDetails): Promise<void> {
    const copies = submissions.flatMap(({ evidence = [] }) => evidence.flatMap(({ copy = '' }) => copy));
    for (const copy of new Set(copies.filter((name) => name.startsWith('documents/')))) {
      await this.#desk.readContent(`${delivery.name}/${copy}`);
      this.counts.copies += 1;
    }
  }

  /** Sends a reply, and sometimes again with the same key, as after a broken connection. It must count once. */
  async #reply({ name }: QueuedDelivery, body: ClerkReply): Promise<void> {
    const key = randomUUID();
    const reply: SentReply = { key, delivery: name, body, isAcknowledged: false };
    this.#onReply(reply);
    await this.#desk.call('POST', `/${name}/replies`, { body, key });
    reply.isAcknowledged = true;
    this.counts.replies += 1;
    if (this.counts.replies % REPEAT_REPLY_EVERY !== 0) return;
    await this.#desk.call('POST', `/${name}/replies`, { body, key });
    this.counts.repeated += 1;
  }

  /** Uploads a document of the result, and waits for its check. @returns its ID */
  async #uploadResult({ name }: QueuedDelivery): Promise<string> {
    const pdf = createPdf('Rezultat sintetic, fara valoare');
    const digest = createHash('sha256').update(pdf).digest('base64');
    const path = `${this.#url}/api/v1/${name}/documents`;
    const response = await fetch(path, {
      method: 'POST',
      headers: {
        cookie: this.#desk.cookie(),
        'content-type': 'application/octet-stream',
        'content-digest': `sha-256=:${digest}:`,
        'idempotency-key': randomUUID(),
      },
      body: Uint8Array.from(pdf),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new Error(`the upload of a result returns ${response.status}`);
    const { id } = (await response.json()) as { id: string };
    const read = async () => (await this.#desk.call<{ state: string }>('GET', `/${name}/documents/${id}`)).body.state;
    const state = await waitUntil(read, (now) => now !== 'coming', 'the check of a result', MAX_CHECK_SECONDS);
    if (state !== 'available') throw new Error(`a result document is ${state}`);
    return id;
  }
}

/** Handles all, and then throws the first error: one refusal does not stop the others. */
async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => void errors.push(error));
  if (errors.length > 0) throw errors[0];
}

const endingOf = ({ application }: QueuedDelivery): string => application.slice(-2);

interface WorkingClerks {
  counts(): ClerkCounts;
  /** Resolves when the rounds in progress have ended. */
  stop(): Promise<void>;
}

/**
 * Signs in a clerk of each agency and lets them work until `stop`.
 * @param codes agencies with `channel: page`
 * @param onError receives an error, after which this clerk has stopped
 */
export async function startClerks(
  url: string,
  codes: readonly string[],
  onError: (message: string) => void,
): Promise<WorkingClerks> {
  const stopping = new AbortController();
  const clerks = await Promise.all(
    codes.map(async (code) => ({ code, clerk: new AgencyClerk(code, await openDesk(url, `${code}-clerk`), url) })),
  );
  const rounds = clerks.map(({ code, clerk }) =>
    workUntil(clerk, stopping.signal).catch((error: Error) => onError(`clerk of ${code}: ${error.message}`)),
  );
  return {
    counts: () => sum(clerks.map(({ clerk }) => clerk.counts)),
    async stop() {
      stopping.abort();
      await Promise.all(rounds);
    },
  };
}

/** Repeats rounds until the signal. @throws the error of the last of several failed rounds in succession */
async function workUntil(clerk: AgencyClerk, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await clerk.work();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === MAX_FAILURES || !(error instanceof ApiError)) throw error;
    }
    await pause(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }
}

const sum = (all: readonly ClerkCounts[]): ClerkCounts => ({
  replies: all.reduce((total, { replies }) => total + replies, 0),
  repeated: all.reduce((total, { repeated }) => total + repeated, 0),
  copies: all.reduce((total, { copies }) => total + copies, 0),
});
