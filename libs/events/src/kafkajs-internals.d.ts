/** What idle.ts changes of kafkajs 2.2.4. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueue {
    pending: unknown[];
    inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
    requestTimeout: number;
    enforceRequestTimeout: boolean;
    requestTimeoutIntervalId?: NodeJS.Timeout;
    isConnected(): boolean;
    destroy(): void;
    scheduleRequestTimeoutCheck(): void;
    scheduleCheckPendingRequests(): void;
  }
  const requestQueue: { prototype: RequestQueue };
  export default requestQueue;
}
