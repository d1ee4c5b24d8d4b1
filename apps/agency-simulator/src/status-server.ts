import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Counts } from './cases.ts';

/** Formats counts for Prometheus. */
const formatMetrics = (counts: Record<string, Counts>): string =>
  Object.entries(counts)
    .flatMap(([agency, agencyCounts]) =>
      Object.entries(agencyCounts).map(([name, value]) => {
        const metric = name === 'open' ? 'cups_simulator_open' : `cups_simulator_${name}_total`;
        return `${metric}{agency="${agency}"} ${value}\n`;
      }),
    )
    .join('');

/** Serves `/healthz` (always 200), `/readyz` (503 without Kafka) and `/metrics` (counts by agency). */
export const createStatusServer = (isReady: () => boolean, counts: () => Record<string, Counts>): Server =>
  createServer((request, response) => {
    const respond = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    if (request.url === '/healthz') respond(200, 'ok\n');
    else if (request.url === '/readyz') respond(isReady() ? 200 : 503, isReady() ? 'ready\n' : 'waiting for Kafka\n');
    else if (request.url === '/metrics') respond(200, formatMetrics(counts()));
    else respond(404, 'not found\n');
  });
