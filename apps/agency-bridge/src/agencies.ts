import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { watchAgencies, assertReadable } from '@cups/registry';
import type { Agency, Registry } from '@cups/registry';

/** Steps to onboard an agency. */
export interface AgencyOnboarding {
  /** Resolves after the first attempt, whatever its result. */
  ensureTopics: (agencies: string[]) => Promise<void>;
  readReplies: (agency: string) => void;
  sendWaiting: (agency: string) => void;
}

/**
 * The agencies in data/agencies, including those added at runtime. None is removed: a file may be missing by mistake.
 */
export class Agencies {
  readonly #dataDir: string;
  readonly #codes = new Set<string>();
  #registry: Registry<Agency> | undefined;

  /** @throws Error if the folder is not readable */
  constructor(dataDir: string) {
    assertReadable(join(dataDir, 'agencies'));
    this.#dataDir = dataDir;
  }

  has(code: string): boolean {
    return this.#codes.has(code);
  }

  /** Onboards the existing agencies, and new ones from now on. */
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
        const added = [...agencies.keys()].filter((code) => !this.#codes.has(code));
        if (added.length > 0) void this.#onboard(added, onboarding, log);
      },
    });
  }

  close(): void {
    this.#registry?.close();
  }

  /** Creates topics first, so that no consumer waits for a missing topic. */
  async #onboard(codes: string[], onboarding: AgencyOnboarding, log: Log): Promise<void> {
    for (const code of codes) this.#codes.add(code);
    await onboarding.ensureTopics(codes);
    for (const agency of codes) {
      onboarding.readReplies(agency);
      onboarding.sendWaiting(agency);
      log.info({ event: 'agency-onboarded', agency });
    }
  }
}
