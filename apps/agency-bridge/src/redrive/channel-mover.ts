import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { BackoffOptions, Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { moveDecided } from '../domain/channel.ts';
import type { Channel } from '../domain/channel.ts';
import { toChange } from '../event-encoder.ts';
import { deliveriesElsewhere } from '../store.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import type { Replayer } from './replayer.ts';

/**
 * Sends open deliveries again that went over another channel than the file of their agency names, and moves decided ones, whose
 * results the agency may correct or revoke. Each delivery stores its channel, so a change while the bridge was stopped, or
 * while its store was unavailable, is found later.
 */

const RETRY_BACKOFF: BackoffOptions = { initialMs: 500, maxMs: 60_000 };

export interface ChannelMoverDeps {
  deliveries: Deliveries;
  /** Returns the channel in the file of an agency. */
  channelOf: (agency: string) => Channel;
  replayAll: Replayer;
  now: () => Date;
  log: Log;
}

export interface ChannelMover {
  /** Compares the open deliveries of an agency with its file, one comparison at a time. Repeats it until it succeeds. */
  start: (agency: string) => void;
  stop: () => Promise<void>;
}

export function createChannelMover({ deliveries, channelOf, replayAll, now, log }: ChannelMoverDeps): ChannelMover {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Map<string, Promise<void>>();

  async function move(agency: string): Promise<void> {
    const channel = channelOf(agency);
    await forEachPage(agency, 'open', replayAll);
    await forEachPage(agency, 'decided', async (documents) => {
      for (const { _id } of documents) if (!signal.aborted) await moveOne(_id, channel);
    });
  }

  async function forEachPage(
    agency: string,
    stage: 'open' | 'decided',
    handle: (documents: StoredDelivery[]) => Promise<unknown>,
  ): Promise<void> {
    const channel = channelOf(agency);
    let pageToken = '';
    do {
      const page = await deliveriesElsewhere(deliveries, { agency, channel, pageToken, stage });
      await handle(page.documents);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && !signal.aborted);
  }

  async function moveOne(id: string, channel: Channel): Promise<void> {
    const options = { scope: 'service' as const, cause: {}, now: now() };
    await deliveries.update(id, options, (delivery) => {
      const moved = moveDecided(channel, delivery);
      return moved === delivery ? { document: delivery, events: [] } : toChange({ delivery: moved, outbound: [] });
    });
  }

  async function moveUntilDone(agency: string): Promise<void> {
    const delays = backoff(RETRY_BACKOFF);
    while (!signal.aborted) {
      try {
        return await move(agency);
      } catch (error) {
        // The store reports when it is unavailable.
        if (!isProblem(error) || error.kind !== 'UNAVAILABLE')
          log.warn({ event: 'channel-move-deferred', agency, error });
      }
      await pause(delays.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    start(agency) {
      const earlier = running.get(agency) ?? Promise.resolve();
      running.set(
        agency,
        earlier.then(() => moveUntilDone(agency)),
      );
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
