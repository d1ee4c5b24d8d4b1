import type { TimelineEntry } from './timeline.ts';
import { formatClock } from './report.ts';
import type { Sample } from './cluster-monitor.ts';

/** Renders the chart of a roll-out, docs/reports/rollout.svg. */

const WIDTH = 960;
const LEFT = 176;
const RIGHT = 24;
const LANE = 92;
const GAP = 22;
const TOP = 196;
/** Gap between two step names. */
const NAME_GAP = 12;
const INK = '#1e1e1e';
const QUIET = '#757575';
const LINE = '#d9d9d9';

interface ChartRow {
  title: string;
  series: { name: string; colour: string; valueOf: (sample: Sample) => number }[];
  /** Minimum of the axis's upper end. */
  least: number;
}

const CHART_ROWS: readonly ChartRow[] = [
  { title: 'centres open', least: 90, series: [{ name: '', colour: '#0058d2', valueOf: ({ centres }) => centres }] },
  {
    title: 'ready pods',
    least: 5,
    series: [
      { name: 'gateway', colour: '#0058d2', valueOf: ({ ready }) => ready['gateway'] ?? 0 },
      { name: 'intake', colour: '#027948', valueOf: ({ ready }) => ready['intake'] ?? 0 },
      { name: 'agency-bridge', colour: '#b54708', valueOf: ({ ready }) => ready['agency-bridge'] ?? 0 },
    ],
  },
  {
    title: 'applications filed',
    least: 10,
    series: [{ name: '', colour: '#027948', valueOf: ({ accepted }) => accepted }],
  },
  {
    title: 'restarts, failed calls',
    least: 5,
    series: [
      { name: 'processes restarted', colour: '#b54708', valueOf: ({ restarts }) => restarts },
      { name: 'failed calls, added up', colour: '#d92d20', valueOf: ({ failed }) => failed },
    ],
  },
];

/** @throws Error when there is nothing to draw */
export function renderRolloutChart(samples: readonly Sample[], moments: readonly TimelineEntry[]): string {
  const end = Math.max(samples.at(-1)?.at ?? 0, moments.at(-1)?.to ?? 0);
  if (end === 0) throw new Error('Nothing was seen.');
  const height = TOP + CHART_ROWS.length * (LANE + GAP) + 26;
  const x = (seconds: number) => LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="A roll-out over time: centres open, ready pods, applications filed, restarts and failed calls">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...moments.map((moment, index) => drawBand(moment, index, x, height)),
    ...drawNames(moments, x),
    ...CHART_ROWS.flatMap((row, index) => drawLane(row, TOP + index * (LANE + GAP), samples, x)),
    ...drawTicks(end, x, height),
    '</svg>\n',
  ].join('\n');
}

/** Draws a step; every second one is tinted. */
function drawBand({ from, to }: TimelineEntry, index: number, x: (seconds: number) => number, height: number): string {
  const [left, right] = [x(from), x(to)];
  const fill = index % 2 === 0 ? '#f3f6fb' : '#ffffff';
  return `<rect x="${round(left)}" y="${TOP}" width="${round(right - left)}" height="${height - TOP - 26}" fill="${fill}"/>`;
}

/** Draws the step names vertically above their middle, moved apart where steps are short. */
function drawNames(moments: readonly TimelineEntry[], x: (seconds: number) => number): string[] {
  let last = 0;
  return moments.map(({ name, from, to }) => {
    last = Math.max((x(from) + x(to)) / 2 + 3, last + NAME_GAP);
    return `<text transform="translate(${round(last)} ${TOP - 6}) rotate(-90)" fill="${INK}" font-size="10">${escapeXml(name)}</text>`;
  });
}

function drawLane(
  { title, series, least }: ChartRow,
  top: number,
  samples: readonly Sample[],
  x: (seconds: number) => number,
): string[] {
  const bottom = top + LANE;
  const most = Math.max(least, ...samples.flatMap((sample) => series.map(({ valueOf }) => valueOf(sample))));
  const y = (value: number) => bottom - (value / most) * (LANE - 6);
  const names = series.filter(({ name }) => name !== '');
  return [
    `<line x1="${LEFT}" y1="${bottom}" x2="${WIDTH - RIGHT}" y2="${bottom}" stroke="${LINE}"/>`,
    `<text x="12" y="${top + 14}" fill="${INK}">${title}</text>`,
    ...names.map(
      ({ name, colour }, index) =>
        `<text x="12" y="${top + 32 + index * 15}" fill="${colour}" font-size="11">${name}</text>`,
    ),
    `<text x="${LEFT - 6}" y="${top + 10}" fill="${QUIET}" font-size="10" text-anchor="end">${most}</text>`,
    `<text x="${LEFT - 6}" y="${bottom}" fill="${QUIET}" font-size="10" text-anchor="end">0</text>`,
    ...series.map(
      ({ colour, valueOf }) =>
        `<path d="${drawSteps(samples, x, (sample) => y(valueOf(sample)))}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
    ),
  ];
}

/** Draws a step line. */
function drawSteps(samples: readonly Sample[], x: (seconds: number) => number, y: (sample: Sample) => number): string {
  return samples
    .map((sample, index) =>
      index === 0 ? `M${round(x(sample.at))} ${round(y(sample))}` : `H${round(x(sample.at))}V${round(y(sample))}`,
    )
    .join('');
}

function drawTicks(end: number, x: (seconds: number) => number, height: number): string[] {
  const every = end > 1_200 ? 300 : 120;
  return Array.from({ length: Math.floor(end / every) + 1 }, (_, index) => {
    const at = index * every;
    return `<text x="${round(x(at))}" y="${height - 8}" fill="${QUIET}" font-size="10" text-anchor="middle">${formatClock(at)}</text>`;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
