import type { AddressInfo } from 'node:net';
import { watchAgencies } from './agencies.ts';
import type { SystemChannel } from './agencies.ts';
import type { Counts } from './cases.ts';
import type { Config } from './config.ts';
import { openAgencyApi } from './documents.ts';
import { createStatusServer } from './status-server.ts';
import { createLog } from './log.ts';
import { PulledAgency } from './pulled-agency.ts';
import type { WebhookCall } from './pulled-agency.ts';
import { TRAINING_AGENCY, SimulatedAgency } from './simulated-agency.ts';
import { closeWebhooks, createWebhookServer, listenForWebhooks } from './webhook-server.ts';

export { BEHAVIOURS, DEMO_ENDINGS } from './domain/behaviour.ts';
export type { Behaviour, Rules } from './domain/behaviour.ts';
export { readConfig } from './config.ts';
export type { Config, Counts };

export type AgencySimulator = ReturnType<typeof createAgencySimulator>;

/** Creates a simulator that answers the requests of agencies by rules, including agencies added later. */
export function createAgencySimulator(config: Config) {
  const log = createLog(config.quiet);
  const agencies = new Map<string, SimulatedAgency | PulledAgency>();
  let stopWatching = (): void => {};

  const open = (code: string, channel: SystemChannel): SimulatedAgency | PulledAgency | undefined => {
    if (channel === 'kafka') return new SimulatedAgency(code, config, log);
    // Nothing would be answered, and measurements stay undisturbed.
    if (config.rules.only === 'silent') return undefined;
    const api = openAgencyApi(code, config.platform, log);
    return api && new PulledAgency(code, api, config, log);
  };
  const add = (code: string, channel: SystemChannel = 'kafka'): void => {
    const agency = open(code, channel);
    if (!agency) return;
    agencies.set(code, agency);
    agency.start();
    log('info', 'agency taken on', { agencies: [code] });
  };
  const startAgencies = (): void => {
    if (config.topics !== 'agency') add(TRAINING_AGENCY);
    if (config.topics === 'training') return;
    if (config.agencies.length > 0) config.agencies.forEach((code) => add(code));
    else stopWatching = watchAgencies(config.agenciesDir, add, log);
  };
  const ready = (): boolean => agencies.size > 0 && [...agencies.values()].every((agency) => agency.isReady());
  const countsNow = (): Record<string, Counts> =>
    Object.fromEntries([...agencies].map(([code, { counts }]) => [code, structuredClone(counts)]));

  const wake = async (code: string, call: WebhookCall): Promise<boolean | undefined> => {
    const agency = agencies.get(code);
    return agency instanceof PulledAgency ? agency.wake(call) : undefined;
  };
  const webhooks = createWebhookServer(wake);
  const http = createStatusServer(ready, countsNow);
  const httpPort = (): number => (http.address() as AddressInfo).port;

  return {
    /** Resolves when HTTP is served; brokers and topics may become available later. */
    async start(): Promise<void> {
      await new Promise<void>((resolve, reject) =>
        http.once('error', reject).listen(config.httpPort, config.host, resolve),
      );
      if (!config.platform) log('info', 'the agency API is not used: no address of the platform');
      await listenForWebhooks(webhooks, config, log);
      startAgencies();
      log('info', 'started', { agencies: [...agencies.keys()], httpPort: httpPort() });
    },
    /** Stops every agency gracefully. */
    async stop(): Promise<void> {
      stopWatching();
      await Promise.all([...agencies.values()].map((agency) => agency.stop()));
      await closeWebhooks(webhooks);
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      log('info', 'stopped');
    },
    /** Returns whether every agency receives requests and can send replies. */
    ready,
    /** Returns copies of the counts, by agency. */
    counts: countsNow,
    /** Returns the HTTP port; call it after the start. */
    httpPort,
  };
}
