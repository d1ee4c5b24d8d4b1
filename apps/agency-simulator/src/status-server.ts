import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Counts } from './cases.ts';

/** Counts as Prometheus text. */
const formatMetrics = (counts: Record<string, Counts>): string =>
  Object.entries(counts)
    .flatMap(([agency, of]) =>
      Object.entries(of).map(([name, value]) => {
        const metric = name === 'open' ? 'cups_simulator_open' : `cups_simulator_${name}_total`;
        return `${metric}{agency="${agency}"} ${value}\n`;
      }),
    )
    .join('');

/** `/healthz`: the process turns; `/readyz`: Kafka is there (else 503); `/metrics`: the counts by agency. */
export const createStatusServer = (ready: () => boolean, counts: () => Record<string, Counts>): Server =>
  createServer((request, response) => {
    const answer = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    if (request.url === '/healthz') answer(200, 'ok\n');
    else if (request.url === '/readyz') answer(ready() ? 200 : 503, ready() ? 'ready\n' : 'waiting for Kafka\n');
    else if (request.url === '/metrics') answer(200, formatMetrics(counts()));
    else answer(404, 'not found\n');
  });
