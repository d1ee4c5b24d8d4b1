import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { watchAgencies, assertReadable } from '@cups/registry';
import type { Agency, Registry } from '@cups/registry';

/** What an agency gets when it comes. */
export interface AgencyOnboarding {
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
    assertReadable(join(dataDir, 'agencies'));
    this.#dataDir = dataDir;
  }

  has(code: string): boolean {
    return this.#known.has(code);
  }

  /** Welcomes those that are there, and from now on those that come. */
  async watch(
    reporting: { log: Log; metrics: Metrics; versions: DataVersions },
    onboarding: AgencyOnboarding,
  ): Promise<void> {
    const { log, metrics, versions } = reporting;
    this.#registry = await watchAgencies({
      dataDir: this.#dataDir,
      log,
      metrics,
      versions,
      onChange: (agencies) => {
        const added = [...agencies.keys()].filter((code) => !this.#known.has(code));
        if (added.length > 0) void this.#take(added, onboarding, log);
      },
    });
  }

  close(): void {
    this.#registry?.close();
  }

  /** In this order, so that nobody waits for a topic that is about to be made. */
  async #take(codes: string[], onboarding: AgencyOnboarding, log: Log): Promise<void> {
    for (const code of codes) this.#known.add(code);
    await onboarding.ensureTopics(codes);
    for (const agency of codes) {
      onboarding.readReplies(agency);
      onboarding.sendWaiting(agency);
      log.info({ event: 'agency-taken-on', agency });
    }
  }
}
