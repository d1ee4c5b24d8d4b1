import type { Answer, Handler } from '../http/handler.ts';

export interface PlatformParts {
  document: unknown;
  ready: () => boolean;
}

/** The gateway itself: asks no neighbour. */
export function platformRoutes({ document, ready }: PlatformParts): Record<string, Handler> {
  return {
    getHealth: () => status(true),
    getReadiness: () => status(ready()),
    getOpenapi: () => ({ body: document }),
  };
}

function status(ok: boolean): Answer {
  return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'unavailable' } };
}
