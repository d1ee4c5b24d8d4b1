import { END_STATES } from '@cups/application';
import type { DayResult } from './play-day.ts';
import type { VisitRow } from './visit.ts';

/** Shows the progress of a day: a live table on a terminal, else a line per change. */

const STATE_COLOURS: Record<string, string> = {
  closed: '32',
  withdrawn: '90',
  expired: '90',
  rejected: '33',
  'documents-requested': '33',
  ready: '36',
  'handed-over': '36',
};
const isEnded = (state: string): boolean => END_STATES.some((end) => end === state);

export interface LiveTable {
  show(row: VisitRow): void;
  /** Draws it a last time and leaves the cursor below. */
  end(): void;
}

export function startTable(out: NodeJS.WriteStream): LiveTable {
  const rows = new Map<string, VisitRow>();
  const started = performance.now();
  const live = out.isTTY && (out.rows ?? 0) > 12;
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  const cell = (text: string, width: number) =>
    text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
  const paint = (state: string) => (out.isTTY ? `\u001b[${STATE_COLOURS[state] ?? '0'}m${state}\u001b[0m` : state);
  const line = (row: VisitRow) =>
    `${cell(row.centre, 16)} ${cell(row.service, 38)} ${cell(row.agency, 9)} ${cell(row.course, 17)} ${row.error ? `FAILED ${row.error}` : paint(row.state)}`;

  function draw(): void {
    timer = undefined;
    const all = [...rows.values()];
    const open = all.filter(({ state, error }) => !isEnded(state) && !error);
    const shown = open.slice(-Math.max(4, (out.rows ?? 24) - 6));
    const done = all.length - open.length;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const lines = [
      `${cell('centre', 16)} ${cell('public service', 38)} ${cell('agency', 9)} ${cell('course', 17)} state`,
      ...shown.map(line),
      `${done} at their end, ${open.length} under way, ${seconds} s`,
    ];
    out.write(`${drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : ''}${lines.join('\n')}\n`);
    drawn = lines.length;
  }

  return {
    show(row) {
      const before = rows.get(row.id)?.state;
      rows.set(row.id, { ...row });
      if (live) timer ??= setTimeout(draw, 200);
      else if (row.error || (before !== row.state && isEnded(row.state))) out.write(`${line(row)}\n`);
    },
    end() {
      clearTimeout(timer);
      if (live) draw();
    },
  };
}

/** Formats the summary of a day. */
export function formatSummary(day: DayResult): string {
  const states = Object.entries(day.byState).map(([state, count]) => `${count} ${state}`);
  const { byGround, revoked } = day.mandates;
  const grounds = Object.entries(byGround).map(([ground, count]) => `${count} ${ground}`);
  const { scans, photographedPages, refused, fetches, results } = day.documents;
  const verdict =
    day.lost + day.doubled + day.errors.length === 0
      ? 'every acknowledged application and document found once, every effect applied once'
      : `FAILED: ${day.lost} lost, ${day.doubled} duplicated, ${day.errors.length} errors`;
  return [
    '',
    `  ${day.applications} applications (${states.join(', ')}) in ${day.seconds} s`,
    `  ${day.centres.length} centres, ${day.publicServices.length} public services, ${day.agencies.length} agencies (${day.agencies.join(', ')})`,
    `  ${day.replayed} requests sent again and answered as replays, ${day.staleEditsRefused} stale edits refused, ${day.corrections} correction, ${day.notices} notices`,
    ...formatAgencies(day),
    `  mandates: ${grounds.join(', ')}; ${revoked} revoked`,
    `  ${scans} scans with ${photographedPages} photographed pages, ${refused} refused, ${fetches} fetched by agencies; ${results} results read and handed over`,
    ...(day.erased ? [`  ${day.erased} erased at the request of its person`] : []),
    `  ${verdict}`,
    ...day.errors.slice(0, 20).map((error) => `    ${error}`),
    '',
  ].join('\n');
}

/** Formats what the agencies have, by channel; nothing for a day with one channel. */
function formatAgencies({ atAgencies, clerks, escalated, passedOn }: DayResult): string[] {
  const channels = Object.entries(atAgencies.byChannel).sort();
  if (channels.length === 0) return [];
  const counts = channels.map(([channel, count]) => `${count} by ${channel}`).join(', ');
  return [
    `  at the agencies: ${counts}; ${escalated} silent to the last step, ${passedOn} passed on`,
    `  clerks of agencies: ${clerks.replies} replies, ${clerks.repeated} sent again and counted once, ${clerks.copies} copies read`,
  ];
}
