import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playDay } from '../day/play-day.ts';
import { startTable, formatSummary } from '../day/live-table.ts';

/** `npm run demo`: plays another day at the desks of a running platform. */

const HELP = `npm run demo [-- options]

Plays a day at the desks against a running platform, through its public REST API, and reconciles the results.

  --url <url>           the gateway (default: that of \`npm start\`)
  --applications <n>    number of applications (default 68)
  --json                prints one JSON object on the last line, and nothing else
  --help                prints this text

Exit code 0 if nothing was lost or duplicated and every application reached its end, 1 otherwise.
`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    applications: { type: 'string', default: '68' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const running = join(import.meta.dirname, '../../.cups/running.json');
const url =
  values.url ??
  (existsSync(running) ? (JSON.parse(readFileSync(running, 'utf8')) as { url: string }).url : 'http://127.0.0.1:8080');
const applications = Number(values.applications);
if (!Number.isInteger(applications) || applications < 1) {
  console.error('--applications: a number from 1');
  process.exit(2);
}

try {
  const table = values.json ? undefined : startTable(process.stdout);
  const day = await playDay({ url: url.replace(/\/$/, ''), applications, ...(table ? { onChange: table.show } : {}) });
  table?.end();
  console.log(values.json ? JSON.stringify(day) : formatSummary(day));
  process.exit(day.lost + day.doubled + day.errors.length > 0 ? 1 : 0);
} catch (error) {
  const cause = ((error as Error).cause as { code?: string } | undefined)?.code;
  console.error(
    cause === 'ECONNREFUSED'
      ? `Nothing serves at ${url}: run \`npm start\` first, or name the platform with --url.`
      : (error as Error).message,
  );
  process.exit(1);
}
