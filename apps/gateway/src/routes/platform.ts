import type { HandlerResponse, Handler } from '../http/handler.ts';

export interface PlatformDeps {
  document: unknown;
  isReady: () => boolean;
}

/** The gateway's own operations, without upstream calls. */
export function platformRoutes({ document, isReady }: PlatformDeps): Record<string, Handler> {
  return {
    getHealth: () => statusResponse(true),
    getReadiness: () => statusResponse(isReady()),
    getOpenapi: () => ({ body: document }),
  };
}

function statusResponse(ok: boolean): HandlerResponse {
  return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'unavailable' } };
}
