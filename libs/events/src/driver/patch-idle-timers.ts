import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const patched = Symbol.for('cups.kafkajs.idle');

/**
 * kafkajs 2.2.4 re-arms a timer of about 1 ms for ever on each connection that has nothing to send (about 900 wake-ups
 * a second), and looks for late answers ten times a second. After this it wakes only when a request waits, and looks
 * once a second. A test counts the wake-ups.
 */
export function patchIdleTimers(): void {
  const queue = RequestQueue.prototype as typeof RequestQueue.prototype & { [patched]?: true };
  if (queue[patched]) return;
  queue[patched] = true;
  const scheduleCheck = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function scheduleWhenPending() {
    if (this.pending.length > 0) scheduleCheck.call(this);
  };
  queue.scheduleRequestTimeoutCheck = function checkEachSecond() {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(
      () => {
        for (const request of this.inflight.values())
          if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
        if (!this.isConnected()) this.destroy();
      },
      Math.min(this.requestTimeout, 1_000),
    );
  };
}
