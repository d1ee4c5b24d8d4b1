import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseContent, readAttributes, readContent } from '@cups/agency-contract';
import type { RequestEvent, RequestType } from '@cups/agency-contract';
import type { AgencyApi, CloudEvent, ListRequestsOptions } from '../http/agency-api.ts';
import { AgencyApiError } from '../http/agency-api-error.ts';

export { verifyWebhook } from './webhook.ts';

/** Reads the messages of the platform over HTTPS, for an agency without Kafka. */

export interface PullClientOptions {
  api: Pick<AgencyApi, 'listRequests'>;
  /** File with the cursor. Without it, reading starts at the oldest message. */
  cursorFile: string;
  /**
   * Stores a message. It may come twice, with the same ID. If it throws, the next run repeats the page.
   */
  handle: (event: RequestEvent) => Promise<void> | void;
  /** Receives the ID of a message that the contract of this kit does not know. @default it is ignored */
  onUnknown?: (id: string) => void;
  /**
   * How long each read of `follow` waits at the platform for a message, in seconds, at most 30. 0 turns the wait off: then
   * `follow` reads every `pollMs`.
   * @default 30
   */
  waitSeconds?: number;
  /** Time between two reads of `follow` after a failure, and if the platform did not wait, in ms. @default 5000 */
  pollMs?: number;
}

export interface FollowOptions {
  /** Ends the reading. A message that is being stored is stored before. */
  signal: AbortSignal;
  /** Receives the AgencyApiError of a failed read, or what `handle` threw. The read is repeated after `pollMs`. */
  onFailure: (error: unknown) => void;
}

/** Maximum size of a message in bytes, as in the contract. */
const MAX_BYTES = 256 * 1024;
const WAIT_SECONDS = 30;
const POLL_MS = 5_000;

export class PullClient {
  readonly #options: PullClientOptions;
  #running: Promise<number> | undefined;

  constructor(options: PullClientOptions) {
    this.#options = options;
  }

  /**
   * Reads all new messages, and stores the cursor after each page. Calls at the same time share one run: a webhook may call
   * it while a timer does. During `follow` it resolves with the current read, which ends with the next message. After a restore
   * of the platform it reads from the oldest message: `handle` ignores known IDs.
   * @returns the number of messages
   * @throws AgencyApiError, and what `handle` throws
   */
  pull(): Promise<number> {
    return this.#pullOnce({});
  }

  /**
   * Reads messages as they arrive, within about a second and without a webhook, until the signal aborts: each read waits at
   * the platform for the next message. Failed reads are repeated. Call it once.
   */
  async follow({ signal, onFailure }: FollowOptions): Promise<void> {
    const { waitSeconds = WAIT_SECONDS, pollMs = POLL_MS } = this.#options;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const count = await this.#pullOnce({ waitSeconds, signal }).catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
        return 0;
      });
      // The platform does not wait while it restarts, and while too many reads of the agency wait.
      const hasWaited = waitSeconds > 0 && performance.now() - startedAt > waitSeconds * 500;
      if (count === 0 && !hasWaited) await pause(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  #pullOnce(options: ListRequestsOptions): Promise<number> {
    this.#running ??= this.#pullAll(options).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #pullAll(options: ListRequestsOptions): Promise<number> {
    const { api, cursorFile } = this.#options;
    let count = 0;
    let cursor = readCursor(cursorFile);
    for (;;) {
      const page = await api.listRequests(cursor, options).catch((error: unknown) => {
        if (cursor === '' || !isUnknownCursor(error)) throw error;
        return { events: [], cursor: '', hasMore: true };
      });
      for (const event of page.events) await this.#handle(event);
      count += page.events.length;
      if (page.cursor !== cursor) writeCursor(cursorFile, page.cursor);
      ({ cursor } = page);
      if (!page.hasMore) return count;
    }
  }

  async #handle(event: CloudEvent): Promise<void> {
    const read = readEvent(event);
    if (read) await this.#options.handle(read);
    else this.#options.onUnknown?.(event.id);
  }
}

/** Whether the platform was restored to an earlier time than the cursor. */
const isUnknownCursor = (error: unknown): boolean =>
  error instanceof AgencyApiError && error.reason === 'PAGE_TOKEN_INVALID';

/** Returns the message if it satisfies the contract; undefined for one of a later version. */
function readEvent({ data, ...attributes }: CloudEvent): RequestEvent | undefined {
  const { subject } = attributes;
  const envelope = readAttributes(attributes, subject.slice(subject.indexOf('/') + 1));
  if (!envelope.ok) return undefined;
  const read = readContent(envelope, parseContent(Buffer.from(JSON.stringify(data)), MAX_BYTES));
  return read.ok && isRequest(read.event) ? read.event : undefined;
}

const isRequest = (event: { type: string; source: string }): event is RequestEvent & { type: RequestType } =>
  event.source === '/cups/agency-bridge';

function readCursor(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Replaces the file in one step, so that a crash leaves the old or the new cursor. */
function writeCursor(file: string, cursor: string): void {
  const next = `${file}.next`;
  const handle = openSync(next, 'w', 0o600);
  try {
    writeSync(handle, `${cursor}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}
