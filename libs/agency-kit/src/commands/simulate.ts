import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { DOCUMENT_KINDS } from '../document-kinds.ts';
import type { EvaluatedReply } from '../platform.ts';
import { Simulation } from '../simulation.ts';
import { parseSeconds, UsageError } from './command.ts';
import type { Command, OptionValues } from './command.ts';
import { TARGET_HELP, TARGET_OPTIONS, parseTarget } from './broker-target.ts';

export const simulate: Command = {
  about: 'plays the platform, so that you can develop without one',
  help: `simulate [options]

Files applications of synthetic people with your agency, one after another, and prints what your system replies and what the
platform does with it. Papers that you ask for are brought after a while; a reply that the platform would not take as it was
sent is answered by md.cups.reply.refused.v1, as it is there. Every third application has no papers. It runs until Ctrl-C.

In a terminal: Enter files an application at once, p one without papers, w withdraws the newest, x lets it expire.

${TARGET_HELP}
  --every <seconds>   how often an application is filed (default 10); --every 0: on keys only
  --count <n>         so many, then none (default: without end)
  --supply <seconds>  how long a person takes to bring papers (default 2)
  --json              a JSON object for each message`,
  options: Object.assign({}, TARGET_OPTIONS, {
    every: { type: 'string' },
    count: { type: 'string' },
    supply: { type: 'string' },
    json: { type: 'boolean' },
  } as const),
  async run(values, _words, { print, showProgress, signal }) {
    const every = values['every'] === '0' ? undefined : parseSeconds(values, 'every', 10);
    const count = parseCount(values);
    const simulation = new Simulation({
      target: parseTarget(values),
      documentKinds: DOCUMENT_KINDS,
      supplyMs: parseSeconds(values, 'supply', 2) * 1000,
      onSent: (event) => print(values['json'] ? JSON.stringify({ sent: event }) : formatRequest(event)),
      onReply: (reply) => print(values['json'] ? toReplyJson(reply) : formatReply(reply)),
      log: (level, event, fields) => {
        if (level === 'warn') showProgress(`… ${event}${fields?.reason ? `: ${fields.reason}` : ''}`);
      },
    });
    simulation.start();
    try {
      while (!simulation.isReady() && !signal.aborted) await pause(50);
      const keys = process.stdin.isTTY ? handleKeys(simulation, signal) : undefined;
      await fileAll(simulation, { every, count, signal });
      if (!signal.aborted) await once(signal, 'abort');
      keys?.close();
    } finally {
      await simulation.stop();
    }
    return 0;
  },
};

function parseCount({ count }: OptionValues): number {
  const given = count === undefined ? Infinity : Number(count);
  if (!(given >= 1)) throw new UsageError('--count is a number from 1 on.');
  return given;
}

const NO_EVIDENCE = { evidence: [] };

async function fileAll(
  simulation: Simulation,
  { every, count, signal }: { every: number | undefined; count: number; signal: AbortSignal },
): Promise<void> {
  if (every === undefined) return;
  for (let n = 1; n <= count && !signal.aborted; n += 1) {
    simulation.file(n % 3 === 0 ? NO_EVIDENCE : {});
    await pause(every * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Keys of a terminal, each with Enter behind it. */
function handleKeys(simulation: Simulation, signal: AbortSignal): { close: () => void } {
  let newest: Filing | undefined;
  const lines = createInterface({ input: process.stdin, signal });
  lines.on('line', (line) => {
    const key = line.trim();
    if (key === 'w' && newest) simulation.withdraw(newest);
    else if (key === 'x' && newest) simulation.expire(newest);
    else if (key === 'p') newest = simulation.file(NO_EVIDENCE);
    else if (key === '') newest = simulation.file();
  });
  return lines;
}

const clock = (): string => new Date().toISOString().slice(11, 19);

function formatRequest({ type, subject, data }: RequestEvent): string {
  const cause = 'cause' in data ? ` (${data.cause})` : '';
  return `${clock()} → ${type}${cause} ${subject}`;
}

function formatReply({ evaluation, message }: EvaluatedReply): string {
  const { handling, cause, violations, type, deliveryId } = evaluation;
  const where = deliveryId ?? `partition ${message.partition} offset ${message.offset}`;
  const line = `${clock()} ← ${type ?? 'a message'} ${where}: ${cause ? `${handling}, ${cause}` : handling}`;
  if (!cause) return line;
  const fields = violations.map(({ field, rule }) => `           ${field || '(the whole)'}: ${rule}`);
  return [line, ...fields, `           ${REFUSALS[cause].meaning}`, `           Mend: ${REFUSALS[cause].mend}`].join(
    '\n',
  );
}

function toReplyJson({ evaluation, message }: EvaluatedReply): string {
  const { topic, partition, offset } = message;
  return JSON.stringify({ heard: Object.assign({ topic, partition, offset }, evaluation) });
}
