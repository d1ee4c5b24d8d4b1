import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { followAgencies, mustBeReadable } from '@cups/registry';
import type { Agency, Registry } from '@cups/registry';

/** What an agency gets when it comes. */
export interface Welcome {
  /** Resolves when its topics were looked after, whatever came of it. */
  ensureTopics: (agencies: string[]) => Promise<void>;
  readReplies: (agency: string) => void;
  sendWaiting: (agency: string) => void;
}

/** The agencies of data/agencies, also those that come while the bridge runs. None goes away: their files may be gone by mistake. */
export class Agencies {
  readonly #dataDir: string;
  readonly #known = new Set<string>();
  #registry: Registry<Agency> | undefined;

  /** @throws Error, one sentence, when the folder cannot be read */
  constructor(dataDir: string) {
    mustBeReadable(join(dataDir, 'agencies'));
    this.#dataDir = dataDir;
  }

  has(code: string): boolean {
    return this.#known.has(code);
  }

  /** Welcomes those that are there, and from now on those that come. */
  async follow(reporting: { log: Log; metrics: Metrics; versions: DataVersions }, welcome: Welcome): Promise<void> {
    const { log, metrics, versions } = reporting;
    this.#registry = await followAgencies({
      dataDir: this.#dataDir,
      log,
      metrics,
      versions,
      onChange: (agencies) => {
        const fresh = [...agencies.keys()].filter((code) => !this.#known.has(code));
        if (fresh.length > 0) void this.#take(fresh, welcome, log);
      },
    });
  }

  close(): void {
    this.#registry?.close();
  }

  /** In this order, so that nobody waits for a topic that is about to be made. */
  async #take(codes: string[], welcome: Welcome, log: Log): Promise<void> {
    for (const code of codes) this.#known.add(code);
    await welcome.ensureTopics(codes);
    for (const agency of codes) {
      welcome.readReplies(agency);
      welcome.sendWaiting(agency);
      log.info({ event: 'agency-taken-on', agency });
    }
  }
}
