import type { Application, Desk } from './desk.ts';

/** A desk's queue as the browser keeps it: read once, then updated by changes. */

export interface QueueRow extends Application {
  buckets?: string[];
}
interface QueuePage {
  applications: QueueRow[];
  cursor: string;
  nextPageToken?: string;
}

export class QueueClient {
  readonly #desk: Desk;
  readonly #rows = new Map<string, QueueRow>();
  #cursor = '';
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Returns the current row, from a request that starts after the call; visits of one desk share it. */
  async row(id: string): Promise<QueueRow | undefined> {
    await this.#freshRead();
    return this.#rows.get(id);
  }

  #freshRead(): Promise<void> {
    if (!this.#reading) return this.#begin();
    return (this.#next ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      }));
  }

  #begin(): Promise<void> {
    return (this.#reading = this.#read().finally(() => (this.#reading = undefined)));
  }

  async #read(): Promise<void> {
    const from = this.#cursor
      ? `/queue/changes?pageSize=200&cursor=${encodeURIComponent(this.#cursor)}`
      : '/queue?bucket=open';
    let pageToken = '';
    do {
      const after = pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : '';
      const { body: page } = await this.#desk.call<QueuePage>('GET', `${from}${after}`);
      for (const row of page.applications) this.#rows.set(row.id, row);
      // The first page's cursor covers all later changes.
      if (!pageToken) this.#cursor = page.cursor;
      pageToken = page.nextPageToken ?? '';
    } while (pageToken);
  }
}
