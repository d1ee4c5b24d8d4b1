import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { PAPER_KINDS } from '../paper-kinds.ts';
import type { Heard } from '../platform.ts';
import { Simulation } from '../simulation.ts';
import { secondsOf, Wrong } from './command.ts';
import type { Command, Values } from './command.ts';
import { PLACE_HELP, PLACE_OPTIONS, placeOf } from './place.ts';

export const simulate: Command = {
  about: 'plays the platform, so that you can develop without one',
  help: `simulate [options]

Files applications of synthetic people with your agency, one after another, and prints what your system replies and what the
platform does with it. Papers that you ask for are brought after a while; a reply that the platform would not take as it was
sent is answered by md.cups.reply.refused.v1, as it is there. Every third application has no papers. It runs until Ctrl-C.

In a terminal: Enter files an application at once, p one without papers, w withdraws the newest, x lets it expire.

${PLACE_HELP}
  --every <seconds>   how often an application is filed (default 10); --every 0: on keys only
  --count <n>         so many, then none (default: without end)
  --supply <seconds>  how long a person takes to bring papers (default 2)
  --json              a JSON object for each message`,
  options: Object.assign({}, PLACE_OPTIONS, {
    every: { type: 'string' },
    count: { type: 'string' },
    supply: { type: 'string' },
    json: { type: 'boolean' },
  } as const),
  async run(values, _words, { print, tell, signal }) {
    const every = values['every'] === '0' ? undefined : secondsOf(values, 'every', 10);
    const count = countOf(values);
    const simulation = new Simulation({
      place: placeOf(values),
      paperKinds: PAPER_KINDS,
      supplyMs: secondsOf(values, 'supply', 2) * 1000,
      onSent: (event) => print(values['json'] ? JSON.stringify({ sent: event }) : sentWords(event)),
      onHeard: (heard) => print(values['json'] ? heardJson(heard) : heardWords(heard)),
      log: (level, event, fields) => {
        if (level === 'warn') tell(`… ${event}${fields?.reason ? `: ${fields.reason}` : ''}`);
      },
    });
    simulation.start();
    try {
      while (!simulation.ready() && !signal.aborted) await pause(50);
      const keys = process.stdin.isTTY ? obey(simulation, signal) : undefined;
      await fileAll(simulation, { every, count, signal });
      if (!signal.aborted) await once(signal, 'abort');
      keys?.close();
    } finally {
      await simulation.stop();
    }
    return 0;
  },
};

function countOf({ count }: Values): number {
  const given = count === undefined ? Infinity : Number(count);
  if (!(given >= 1)) throw new Wrong('--count is a number from 1 on.');
  return given;
}

const NO_PAPERS = { evidence: [] };

async function fileAll(
  simulation: Simulation,
  { every, count, signal }: { every: number | undefined; count: number; signal: AbortSignal },
): Promise<void> {
  if (every === undefined) return;
  for (let n = 1; n <= count && !signal.aborted; n += 1) {
    simulation.file(n % 3 === 0 ? NO_PAPERS : {});
    await pause(every * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Keys of a terminal, each with Enter behind it. */
function obey(simulation: Simulation, signal: AbortSignal): { close: () => void } {
  let newest: Filing | undefined;
  const lines = createInterface({ input: process.stdin, signal });
  lines.on('line', (line) => {
    const key = line.trim();
    if (key === 'w' && newest) simulation.withdraw(newest);
    else if (key === 'x' && newest) simulation.expire(newest);
    else if (key === 'p') newest = simulation.file(NO_PAPERS);
    else if (key === '') newest = simulation.file();
  });
  return lines;
}

const clock = (): string => new Date().toISOString().slice(11, 19);

function sentWords({ type, subject, data }: RequestEvent): string {
  const cause = 'cause' in data ? ` (${data.cause})` : '';
  return `${clock()} → ${type}${cause} ${subject}`;
}

function heardWords({ verdict, message }: Heard): string {
  const { handling, cause, violations, type, deliveryId } = verdict;
  const where = deliveryId ?? `partition ${message.partition} offset ${message.offset}`;
  const line = `${clock()} ← ${type ?? 'a message'} ${where}: ${cause ? `${handling}, ${cause}` : handling}`;
  if (!cause) return line;
  const fields = violations.map(({ field, rule }) => `           ${field || '(the whole)'}: ${rule}`);
  return [line, ...fields, `           ${REFUSALS[cause].meaning}`, `           Mend: ${REFUSALS[cause].mend}`].join(
    '\n',
  );
}

function heardJson({ verdict, message }: Heard): string {
  const { topic, partition, offset } = message;
  return JSON.stringify({ heard: Object.assign({ topic, partition, offset }, verdict) });
}
