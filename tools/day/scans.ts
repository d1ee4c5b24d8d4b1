import { ApiError, waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import { createJpeg, createPdf } from './files.ts';

/** How the desk of a visit gets the copy of an evidence document. */
export type ScanKind = 'pdf' | 'jpeg' | 'photographed' | 'refused-first';

/** An acknowledged upload, and what its check must find. */
export interface ExpectedDocument {
  /** documents/{id} */
  name: string;
  kind: string;
  /** SHA-256 of the uploaded bytes. */
  sha256: string;
  pages: number;
  /** Why the platform must refuse it; absent for a valid file. */
  refusal?: string;
}

/** Evidence of which a scan is attached. */
export interface ScannedEvidence {
  kind: string;
  copy?: string;
}

/** Maximum attempts of an edit. Each of the two documents of a draft has one report, which makes its etag stale. */
const MAX_EDITS = 3;

/** Number of pages that a desk photographs. */
const PHOTOGRAPHED_PAGES = 3;

/** Scans documents for one application, and records the acknowledged uploads. */
export class Scanner {
  readonly #desk: Desk;
  readonly #application: string;
  readonly #patienceSeconds: number;
  readonly #uploads: ExpectedDocument[];

  /**
   * @param application ID of the application
   * @param uploads receives each acknowledged upload
   */
  constructor(desk: Desk, application: string, patienceSeconds: number, uploads: ExpectedDocument[]) {
    this.#desk = desk;
    this.#application = application;
    this.#patienceSeconds = patienceSeconds;
    this.#uploads = uploads;
  }

  /** Uploads a document without waiting for its check. @returns its name */
  async scan(kind: string, scanKind: Exclude<ScanKind, 'refused-first'>): Promise<string> {
    if (scanKind === 'jpeg') return this.#upload(kind, [createJpeg()]);
    if (scanKind === 'pdf') return this.#upload(kind, [createPdf(`Copie sintetica, fara valoare: ${kind}`)]);
    return this.#upload(kind, Array.from({ length: PHOTOGRAPHED_PAGES }, createJpeg));
  }

  /** Attaches a scan to the first evidence document of a draft. Replaces a refused scan by a valid one. */
  async attach(draft: Application, evidence: ScannedEvidence[], scanKind: ScanKind): Promise<Application> {
    const [first, ...others] = evidence;
    if (!first) return draft;
    const edit = (before: Application, copy: string) =>
      this.#edit(before, { evidence: [{ ...first, copy }, ...others] });
    if (scanKind !== 'refused-first') return edit(draft, await this.scan(first.kind, scanKind));
    const refused = await this.#upload(first.kind, [createPdf('Formular', { script: true })], 'PDF_SCRIPT');
    await edit(draft, refused);
    return edit(await this.#awaitRefusal(refused), await this.scan(first.kind, 'pdf'));
  }

  /** Edits the draft, whose etag the report of a check changes at any time, as the desk's page does. */
  async #edit(before: Application, body: object): Promise<Application> {
    for (let round = 1, { etag } = before; ; round += 1) {
      try {
        return (await this.#desk.call<Application>('PATCH', this.#path, { body, etag })).body;
      } catch (error) {
        const isStale = error instanceof ApiError && error.problem.reason === 'ETAG_STALE';
        if (!isStale || round === MAX_EDITS) throw error;
        ({ etag } = (await this.#desk.call<Application>('GET', this.#path)).body);
      }
    }
  }

  async #upload(kind: string, files: Buffer[], refusal?: string): Promise<string> {
    const { name, sha256 } = await this.#desk.upload({ application: this.#application, kind, files });
    const pages = files.length;
    this.#uploads.push({ name, kind, sha256, pages, ...(refusal === undefined ? {} : { refusal }) });
    return name;
  }

  /** Polls until the draft reports that a document is refused. The report changes its etag. */
  #awaitRefusal(document: string): Promise<Application> {
    return waitUntil(
      async () => (await this.#desk.call<Application>('GET', this.#path)).body,
      ({ documents = [] }) => documents.some(({ name, state }) => name === document && state === 'refused'),
      `a scan of ${this.#application} is not refused`,
      this.#patienceSeconds,
    );
  }

  get #path(): string {
    return `/applications/${this.#application}`;
  }
}
