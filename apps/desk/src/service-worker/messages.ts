/** Messages between the desk's windows and its service worker. */

/** From a window to the waiting worker: replace the release in use. */
export interface TakeOverMessage {
  kind: 'take-over';
  /** The operator asked for it: do not ask the other windows. */
  isForced: boolean;
}

/** From a window to the newest worker, once it is active: which release the window runs. */
export interface RunningMessage {
  kind: 'running';
  /** URL of the window's main script. */
  mainScript: string;
}

/** From a window to a worker. */
export type WindowMessage =
  | TakeOverMessage
  | RunningMessage
  /** The window has registered the worker. The gateway's withdrawn worker unregisters itself then. */
  | { kind: 'registered' };

/** From a worker to all windows. */
export type WorkerMessage =
  /** Asks whether the window can reload now. The answer, a boolean, goes to the port of the message. */
  | { kind: 'can-reload' }
  /** The window runs another release than the worker's. */
  | { kind: 'outdated' }
  /** The release could not be stored. */
  | { kind: 'install-failed'; isOutOfSpace: boolean }
  /** The platform withdraws the worker: do not register it again. Sent by the gateway's withdrawn worker. */
  | { kind: 'withdrawn' };

/** Name of the lock that a window holds while it runs, by the URL of its main script. */
export const RELEASE_LOCK_PREFIX = 'cups-release ';
