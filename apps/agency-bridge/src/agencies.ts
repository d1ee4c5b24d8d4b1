import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { isWritable, watchAgencies, assertReadable } from '@cups/registry';
import type { Agency, Registry } from '@cups/registry';
import type { Channel } from './domain/channel.ts';

/** Steps to onboard an agency. */
export interface AgencyOnboarding {
  /** Resolves after the first attempt, whatever its result. */
  ensureTopics: (agencies: string[]) => Promise<void>;
  readReplies: (agency: string) => void;
  sendWaiting: (agency: string) => void;
  /** Starts to send open deliveries again that went over another channel than the agency's. */
  moveDeliveries: (agency: string) => void;
  /** Applies the webhook in the file of an agency, at the start and after each change of it. */
  observeWebhook: (agency: string) => void;
}

/**
 * The agencies in data/agencies, including those added at runtime. None is removed: a file may be missing by mistake.
 */
export class Agencies {
  readonly #dataDir: string;
  readonly #simulatorWebhookUrl: string;
  readonly #channels = new Map<string, Channel>();
  readonly #webhooks = new Map<string, string | undefined>();
  readonly #writable = new Set<string>();
  #registry: Registry<Agency> | undefined;
  #reminded: ReadonlySet<string> = new Set();

  /**
   * @param options.simulatorWebhookUrl wakes, followed by /<code>, agencies that pull and name no webhook; '' for none
   * @throws Error if the folder is not readable
   */
  constructor({ dataDir, simulatorWebhookUrl }: { dataDir: string; simulatorWebhookUrl: string }) {
    assertReadable(join(dataDir, 'agencies'));
    this.#dataDir = dataDir;
    this.#simulatorWebhookUrl = simulatorWebhookUrl;
  }

  has(code: string): boolean {
    return this.#channels.has(code);
  }

  /** Returns how an agency receives deliveries. */
  channelOf(code: string): Channel {
    return this.#channels.get(code) ?? 'kafka';
  }

  /** Returns the codes of the agencies that pull. */
  pulling(): string[] {
    return [...this.#channels].flatMap(([code, channel]) => (channel === 'pull' ? [code] : []));
  }

  /** Returns the address of an agency's webhook; undefined without one. */
  webhookOf(code: string): string | undefined {
    return this.#webhooks.get(code);
  }

  /** Returns whether an agency's system handles reminders. */
  acceptsReminders(code: string): boolean {
    return this.#reminded.has(code);
  }

  /** Returns whether an agency reads messages of desks. One without a file does not. */
  acceptsMessages(code: string): boolean {
    return this.#writable.has(code);
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
        const accepting = [...agencies.values()].filter(({ acceptsReminders }) => acceptsReminders);
        this.#reminded = new Set(accepting.map(({ code }) => code));
        for (const agency of agencies.values()) this.#writable[isWritable(agency) ? 'add' : 'delete'](agency.code);
        const changed = [...agencies.values()].filter(
          ({ code, channel = 'kafka' }) => this.#channels.get(code) !== channel,
        );
        if (changed.length > 0) void this.#onboard(changed, onboarding, log);
        for (const agency of agencies.values()) {
          const { code } = agency;
          const url = this.#webhookUrlOf(agency);
          const isKnown = this.#webhooks.has(code) && this.#webhooks.get(code) === url;
          this.#webhooks.set(code, url);
          if (!isKnown) onboarding.observeWebhook(code);
        }
      },
    });
  }

  close(): void {
    this.#registry?.close();
  }

  #webhookUrlOf({ code, channel, webhook }: Agency): string | undefined {
    const isSimulated = !webhook && channel === 'pull' && this.#simulatorWebhookUrl !== '';
    return isSimulated ? `${this.#simulatorWebhookUrl}/${code}` : webhook?.url;
  }

  /** Creates topics first, so that no consumer waits for a missing topic. Agencies with another channel have none. */
  async #onboard(agencies: Agency[], onboarding: AgencyOnboarding, log: Log): Promise<void> {
    const earlier = new Map(this.#channels);
    for (const { code, channel = 'kafka' } of agencies) this.#channels.set(code, channel);
    const withTopics = agencies.filter(({ channel = 'kafka' }) => channel === 'kafka').map(({ code }) => code);
    await onboarding.ensureTopics(withTopics);
    for (const { code, channel = 'kafka' } of agencies) {
      if (channel === 'kafka') onboarding.readReplies(code);
      onboarding.sendWaiting(code);
      onboarding.moveDeliveries(code);
      if (earlier.has(code)) log.info({ event: 'agency-channel-changed', agency: code });
      else log.info({ event: 'agency-onboarded', agency: code });
    }
  }
}
