import { deskNow } from '../api/desk-clock.ts';
import { listCopies } from '../documents/copies.ts';
import { isReachable } from '../session/connectivity.ts';
import { prefetchLater } from '../lazy-screens.ts';
import { handInKey } from '../session/hand-in-key.ts';
import { offlineGrant } from '../session/offline-grant.ts';
import { workplace } from '../session/workplace.ts';
import { centreOfGrant } from './act-centre.ts';
import { openLocks, SILENT_CHANNEL } from './environment.ts';
import type { Channel, OutboxEnvironment } from './environment.ts';
import { send } from './send.ts';
import type { Write } from './write.ts';

/** Creates the documents that a body names. @returns the body to send */
type PrepareBody = (body: Write['body']) => Promise<Write['body']>;

/** The code that seals writes, which loads after the first screen. */
const sealer = prefetchLater(() => import('./seal-write.ts'));

/**
 * The environment of the page's outbox.
 * @param owner operators/{id}
 */
export function createPageEnvironment(owner: string, prepareBody: PrepareBody): OutboxEnvironment {
  return {
    owner,
    isReachable,
    now: deskNow,
    currentGrant: () => grantOf(workplace.centre()),
    centre: workplace.centre,
    accepts: workplace.acceptsAct,
    // Only writes with scans wait for them: what the closing page sends goes out immediately.
    send: (write, etag) =>
      listCopies(write.body).length === 0
        ? send(write, etag)
        : prepareBody(write.body).then((body) => send(Object.assign({}, write, { body }), etag)),
    seal: (write) => sealer.current?.sealWrite(write) ?? Promise.resolve(undefined),
    canSeal: Promise.all([sealer.loaded, handInKey.known]),
    locks: openLocks(),
    openChannel,
  };
}

/** Returns the grant of the last contact. After a change of the centre, that of the former one bounds nothing here. */
function grantOf(centre: string | undefined): string | undefined {
  const grant = offlineGrant.current();
  return centreOfGrant(grant) === centre ? grant : undefined;
}

/** Opens a channel to the other windows of this browser. */
export function openChannel(name: string): Channel {
  if (!globalThis.BroadcastChannel) return SILENT_CHANNEL;
  const channel = new BroadcastChannel(name);
  let isOpen = true;
  return {
    // A screen that closes with the session still stores its last input.
    post(message) {
      if (isOpen) channel.postMessage(message);
    },
    listen: (onMessage) => void (channel.onmessage = ({ data }) => onMessage(data)),
    close() {
      isOpen = false;
      channel.close();
    },
  };
}
