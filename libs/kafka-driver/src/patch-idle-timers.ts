import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const patched = Symbol.for('cups.kafkajs.idle');

/**
 * Stops idle timers of kafkajs. kafkajs 2.2.4 re-arms a timer of about 1 ms on each idle connection (900 wake-ups a
 * second) and checks timeouts ten times a second. The patch wakes only for pending requests and checks once a second.
 * A test counts the wake-ups.
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
