import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COPY_PATH } from '@cups/agency-contract';
import type { OutgoingMessage, Result } from '@cups/agency-contract';
import { AgencyApi, AgencyApiError, parseAgencyKey } from 'cups-agency/http';
import type { Log } from 'cups-agency/log';
import type { PlannedReply } from './domain/plan.ts';
import type { SubmissionEvent } from './domain/replies.ts';
import { createResultPdf } from './domain/result-pdf.ts';

/** Where the platform is, and the folder with a private key `<code>.key.jwk` for each agency. */
export interface PlatformAccess {
  url: string;
  keysDir: string;
}

/** How long a decision waits for the check of its document. */
const CHECK_TIMEOUT_MS = 60_000;
/** Maximum number of replies that fetch or upload at once. */
const MAX_TRANSFERS = 8;

/** Fetches the copies of an agency's applications and uploads documents of its results. */
export class AgencyDocuments {
  readonly #api: AgencyApi;
  readonly #log: Log;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(api: AgencyApi, log: Log) {
    this.#api = api;
    this.#log = log;
  }

  /**
   * Completes a planned reply before it is sent: verifies the copies before a decision, and adds a document to an
   * electronic result. A failure of the platform never stops a reply.
   * @returns undefined if a copy is not what the platform announced, so that the agency must not decide
   */
  async complete(request: SubmissionEvent, { kind, message }: PlannedReply): Promise<OutgoingMessage | undefined> {
    if (kind !== 'decided' && kind !== 'rejected' && kind !== 'resultCorrected') return message;
    await this.#enter();
    try {
      if (!(await this.#areCopiesIntact(request))) return undefined;
      return await this.#withDocument(request, message);
    } finally {
      this.#leave();
    }
  }

  async #areCopiesIntact({ data, subject }: SubmissionEvent): Promise<boolean> {
    for (const { copy = '', copyState, copySha256 } of data.evidence) {
      if (copyState !== 'available' || !copy.startsWith(COPY_PATH)) continue;
      try {
        await this.#api.fetchCopy(copy, copySha256);
      } catch (error) {
        const reason = reasonOf(error);
        this.#log('warn', 'a copy was not fetched', { delivery: subject, reason });
        if (reason === 'DIGEST_MISMATCH') return false;
      }
    }
    return true;
  }

  /** Adds a document to an electronic result. The same reply always uploads the same bytes under the same key. */
  async #withDocument({ subject }: SubmissionEvent, message: OutgoingMessage): Promise<OutgoingMessage> {
    const content = JSON.parse(message.value.toString()) as { result?: Result };
    if (content.result?.kind !== 'electronic') return message;
    const { number = '', verificationCode = '' } = content.result;
    const pdf = createResultPdf(['Rezultat sintetic, fara valoare', number, verificationCode]);
    try {
      const { id } = await this.#api.uploadResult(message.key, pdf, message.headers['ce_id']);
      const { state, refusal } = await this.#api.waitUntilChecked(id, CHECK_TIMEOUT_MS);
      if (state === 'refused') throw new AgencyApiError(200, refusal ?? 'REFUSED');
      const result: Result = { ...content.result, documents: [id] };
      return { ...message, value: Buffer.from(JSON.stringify({ ...content, result })) };
    } catch (error) {
      this.#log('warn', 'a result document was not uploaded', { delivery: subject, reason: reasonOf(error) });
      return message;
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= MAX_TRANSFERS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
  }

  /** Passes the place to the next reply, if one waits. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

const reasonOf = (error: unknown): string => (error instanceof AgencyApiError ? error.reason : 'INTERNAL');

/** Returns the agency API; undefined, with a log line, without access to the platform or without a key. */
export function openAgencyApi(code: string, access: PlatformAccess | undefined, log: Log): AgencyApi | undefined {
  if (!access) return undefined;
  try {
    const key = parseAgencyKey(readFileSync(join(access.keysDir, `${code}.key.jwk`), 'utf8'));
    return new AgencyApi({ url: access.url, code, key });
  } catch (error) {
    // A missing file, or a text of the kit without key material.
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    log('warn', 'the agency API is not used', { agencies: [code], reason });
    return undefined;
  }
}

/** Returns the documents of an agency; undefined, with a log line, without access to the platform or without a key. */
export function openAgencyDocuments(
  code: string,
  access: PlatformAccess | undefined,
  log: Log,
): AgencyDocuments | undefined {
  const api = openAgencyApi(code, access, log);
  return api && new AgencyDocuments(api, log);
}
