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
  about: 'plays the platform while you develop',
  help: `simulate [options]

Files synthetic applications with your agency, one after another. Prints the replies of your system and what the platform does
with them. Supplies documents that you request, and reports invalid replies with md.cups.reply.refused.v1, as the platform
does. Every third application has no documents. Runs until Ctrl-C.

Keys in a terminal, each followed by Enter: none files an application, p files one without documents, w withdraws the newest,
x expires it.

${TARGET_HELP}
  --every <seconds>   interval between applications (default: 10); 0: on keys only
  --count <n>         number of applications to file (default: unlimited)
  --supply <seconds>  time until requested documents are supplied (default: 2)
  --json              prints a JSON object per message`,
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
  if (!(given >= 1)) throw new UsageError('--count must be at least 1.');
  return given;
}

const NO_EVIDENCE = { evidence: [] };

async function fileAll(
  simulation: Simulation,
  { every, count, signal }: { every: number | undefined; count: number; signal: AbortSignal },
): Promise<void> {
  if (every === undefined) return;
  for (let number = 1; number <= count && !signal.aborted; number += 1) {
    simulation.file(number % 3 === 0 ? NO_EVIDENCE : {});
    await pause(every * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Handles keys of a terminal, each followed by Enter. */
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
  const position = deliveryId ?? `partition ${message.partition} offset ${message.offset}`;
  const line = `${clock()} ← ${type ?? 'a message'} ${position}: ${cause ? `${handling}, ${cause}` : handling}`;
  if (!cause) return line;
  const fields = violations.map(({ field, rule }) => `           ${field || '(content)'}: ${rule}`);
  return [
    line,
    ...fields,
    `           ${REFUSALS[cause].meaning}`,
    `           Remedy: ${REFUSALS[cause].remedy}`,
  ].join('\n');
}

function toReplyJson({ evaluation, message }: EvaluatedReply): string {
  const { topic, partition, offset } = message;
  return JSON.stringify({ heard: Object.assign({ topic, partition, offset }, evaluation) });
}
