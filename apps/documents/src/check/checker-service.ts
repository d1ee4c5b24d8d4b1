import { createLog, createMetrics, serveHttp } from '@cups/process';
import type { RunningService } from '@cups/process';
import { startCheckServer } from './server.ts';
import type { CheckerConfig } from './settings.ts';

/** Starts the checker: it opens files for documents and has no store, no keys and no session. */
export async function createCheckerService(config: CheckerConfig): Promise<RunningService> {
  const { host, port, httpPort, logLevel: level, maxChecks } = config;
  const log = createLog({ service: 'documents-checker', level });
  const metrics = createMetrics('documents-checker');
  const server = await startCheckServer({ host, port, maxChecks, log, metrics });
  const isLive = () => true;
  const http = await serveHttp({ port: httpPort, host, ready: isLive, live: isLive, metrics });
  return {
    log,
    checkPort: server.port,
    httpPort: http.port,
    async stop() {
      await server.close();
      await http.close();
    },
  };
}
