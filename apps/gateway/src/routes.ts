import type { Handler } from './http/handler.ts';
import type { Neighbours } from './neighbours.ts';
import type { Operators } from './operators.ts';
import { applicationRoutes } from './routes/applications.ts';
import { fileRoutes } from './routes/file.ts';
import { looksRoutes } from './routes/looks.ts';
import { withNames } from './routes/named.ts';
import { platformRoutes } from './routes/platform.ts';
import type { PlatformParts } from './routes/platform.ts';
import { progressRoutes } from './routes/progress.ts';
import { queueRoutes } from './routes/queue.ts';
import { registryRoutes } from './routes/registry.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/sessions.ts';
import type { SessionCookies } from './routes/sessions.ts';
import { staffRoutes } from './routes/staff.ts';
import { statisticsRoutes } from './routes/statistics.ts';

export interface RouteParts extends Neighbours, PlatformParts, SessionCookies {
  operators: Operators;
}

/** What each operation of openapi.yaml does, by its operationId. The document has checked every part of a call. */
export function routes(parts: RouteParts): Record<string, Handler> {
  return withNames(parts.operators, {
    ...platformRoutes(parts),
    ...sessionRoutes(parts, parts),
    ...registryRoutes(parts),
    ...applicationRoutes(parts),
    ...queueRoutes(parts),
    ...searchRoutes(parts),
    ...fileRoutes(parts),
    ...looksRoutes(parts, parts.operators),
    ...progressRoutes(parts),
    ...staffRoutes(parts),
    ...statisticsRoutes(parts),
  });
}
