import type { PrintedReceipt, TakenWrite } from '@cups/fleet/fleet-record';
import { SimulatedLine } from '@cups/fleet/line';
import type { Page, Request, Response } from 'playwright-core';
import { at } from './conflicts.ts';
import { fileApplication } from './filings.ts';
import { KillableDesk } from './killable-desk.ts';
import { fillIn, submitOffline } from './offline.ts';
import { platformUrl } from './test-env.ts';

/** A clerk of a fleet at a real browser, whose line is cut and whose processes are killed. */

/** What happens to the browser after an application was taken without a line. */
export const BROWSER_FAULTS = ['line', 'kill while typing', 'kill while storing', 'kill while sending'] as const;
export type BrowserFault = (typeof BROWSER_FAULTS)[number];

/** An application that the clerk took, with the name that was typed. */
export interface TakenApplication {
  trackingNumber: string;
  familyName: string;
}

const WRITE_PATH = /^\/api\/v1\/applications(?:\/([0-9A-Z]{26})\/([a-z-]+))?$/;
const CONTACT_PATH = /^\/api\/v1\/devices\/([0-9A-Z]{26})\/contact$/;

/** Returns whether a request is an act without a line. */
const isOfflineAct = (request: Request): boolean => 'cups-offline' in request.headers();

export class BrowserClerk {
  /** Signs in as the same operator, for the reads after a run. */
  readonly line: SimulatedLine;
  readonly applications: TakenApplication[] = [];
  readonly faults: Record<string, number> = {};
  readonly devices = new Set<string>();
  readonly #number: number;
  readonly #operator: string;
  #desk: KillableDesk;
  readonly #taken = new Map<string, TakenWrite>();
  /** Texts of notes that were stored. */
  readonly #notes: string[] = [];
  /** An application that was filed before, for the notes. */
  #filed = '';
  #people = 0;

  /** @param number of the desk in the fleet, from 0 */
  constructor(number: number, operator: string) {
    this.#number = number;
    this.#operator = operator;
    this.#desk = new KillableDesk(operator);
    this.line = new SimulatedLine({ url: platformUrl(), operator, random: () => 1 });
  }

  /** Works at another PC without a line until a fault happens, and sends all after it. */
  async play(fault: BrowserFault): Promise<void> {
    await this.#desk.remove();
    this.#desk = new KillableDesk(this.#operator);
    this.#filed ||= (await fileApplication({ operator: this.#operator, ending: 'ZN' })).id;
    const page = await this.#open(`/applications/${this.#filed}`);
    await page.getByLabel('Scrieți o notă').waitFor();
    await page.context().setOffline(true);
    this.#count('line');
    await this.#writeNote(page);
    await this.#takeApplication(page);
    const next = await this.#suffer(page, fault);
    await next
      .getByText('Totul este trimis.')
      .waitFor({ timeout: 120_000 })
      .catch(async (error: unknown) => {
        throw new Error(`${this.#operator} after ${fault}: ${await next.innerText('main')}`, { cause: error });
      });
    await this.#desk.kill();
  }

  /** The acts without a line that were sent, and the notes that were stored. */
  get taken(): TakenWrite[] {
    const sent = [...this.#taken.values()];
    const sentNotes = new Set(sent.map(({ text }) => text));
    const unsent = this.#notes.filter((text) => !sentNotes.has(text));
    const note = { desk: this.#number, application: this.#filed, kind: 'notes', sequence: 0, isOffline: true };
    return [...sent, ...unsent.map((text) => ({ ...note, key: text, text }))];
  }

  /** The printed receipts. @param idOf returns the application that the platform has for a number */
  receipts(idOf: (trackingNumber: string) => string): PrintedReceipt[] {
    return this.applications.map(({ trackingNumber }) => ({
      desk: this.#number,
      application: idOf(trackingNumber),
      trackingNumber,
    }));
  }

  remove = (): Promise<void> => this.#desk.remove();

  async #open(path: string): Promise<Page> {
    const page = await this.#desk.start(path);
    page.context().on('request', (request) => this.#enter(request));
    page.context().on('response', (response) => void this.#enterRefusal(response));
    return page;
  }

  async #writeNote(page: Page): Promise<void> {
    const text = `notă ${crypto.randomUUID()}`;
    const field = page.getByLabel('Scrieți o notă');
    await field.fill(text);
    await page.keyboard.press('Enter');
    await page.getByText(text).first().waitFor();
    // Single keys are text in a field.
    await field.blur();
    this.#notes.push(text);
  }

  /** The receipt appears once the application, and every act before it, survives a power cut. */
  async #takeApplication(page: Page): Promise<void> {
    const familyName = this.#nextName();
    const user = await fillIn(page, familyName);
    this.applications.push({ trackingNumber: await submitOffline(page, user), familyName });
  }

  /** @returns the page that sends what waits */
  async #suffer(page: Page, fault: BrowserFault): Promise<Page> {
    switch (fault) {
      case 'line':
        await this.#sendFirst(page);
        await page.context().setOffline(true);
        this.#count('line');
        await page.context().setOffline(false);
        await page.goto(`${platformUrl()}/to-send`);
        return page;
      case 'kill while typing':
        await fillIn(page, this.#nextName());
        break;
      case 'kill while storing':
        await fillIn(page, this.#nextName());
        await at(page, '/checked').check({ force: true });
        await page.keyboard.press('Control+Enter');
        break;
      case 'kill while sending':
        await this.#sendFirst(page);
        break;
    }
    await this.#desk.kill();
    this.#count('kill');
    return this.#open('/to-send');
  }

  /** Restores the line, and returns when the first act is on its way. */
  async #sendFirst(page: Page): Promise<void> {
    const sent = page.context().waitForEvent('request', { predicate: isOfflineAct, timeout: 60_000 });
    await page.context().setOffline(false);
    await sent;
  }

  #nextName(): string {
    this.#people += 1;
    return `Ghișeu${'abc'[this.#number]!}${'abcdefghij'[this.#people]!}`;
  }

  #count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  }

  #enter(request: Request): void {
    const { pathname } = new URL(request.url());
    const device = CONTACT_PATH.exec(pathname)?.[1];
    if (device) this.devices.add(device);
    const [isWrite, application, kind = 'create'] = WRITE_PATH.exec(pathname) ?? [];
    const sequence = Number(/sequence=(\d+)/.exec(request.headers()['cups-offline'] ?? '')?.[1]);
    if (!isWrite || Number.isNaN(sequence) || request.method() !== 'POST') return;
    const key = request.headers()['idempotency-key']!;
    const body = request.postDataJSON() as { id?: string; text?: string };
    this.#taken.set(key, {
      desk: this.#number,
      key,
      application: application ?? body.id!,
      kind,
      sequence,
      isOffline: true,
      ...(kind === 'notes' ? { text: body.text! } : {}),
    });
  }

  async #enterRefusal(response: Response): Promise<void> {
    const write = this.#taken.get(response.request().headers()['idempotency-key'] ?? '');
    if (!write || response.status() < 400 || TRANSIENT.includes(response.status())) return;
    const { reason } = (await response.json()) as { reason: string };
    write.refusal = reason;
  }
}

const TRANSIENT = [408, 429, 502, 503, 504];
