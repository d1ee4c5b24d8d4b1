import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playDay } from '../../day/play-day.ts';
import { CommandError } from '../errors.ts';
import { startTable, formatSummary } from '../../day/live-table.ts';

export interface DemoOptions {
  url?: string;
  mpower?: string;
  applications: number;
  json: boolean;
}

const running = join(import.meta.dirname, '../../../.cups/running.json');
/** Plays another day at the desks. @returns exit code 1 when something was lost or duplicated */
export async function demo({ url: given, mpower, applications, json }: DemoOptions): Promise<number> {
  const local = given === undefined && existsSync(running) ? readRunningPlatform() : undefined;
  const url = given ?? local?.url ?? 'http://127.0.0.1:8080';
  try {
    const table = json ? undefined : startTable(process.stdout);
    const day = await playDay({
      url: url.replace(/\/$/, ''),
      applications,
      // Elsewhere nobody may sign in for the agencies.
      everyChannel: local !== undefined,
      mpower: mpower?.replace(/\/$/, '') ?? local?.mpower,
      ...(table ? { onChange: table.show } : {}),
    });
    table?.end();
    console.log(json ? JSON.stringify(day) : formatSummary(day));
    return day.lost + day.doubled + day.errors.length > 0 ? 1 : 0;
  } catch (error) {
    const cause = ((error as Error).cause as { code?: string } | undefined)?.code;
    if (cause !== 'ECONNREFUSED') throw error;
    throw new CommandError(`Nothing serves at ${url}: run \`npm start\` first, or name the platform with --url.`);
  }
}

/** Returns the gateway that `npm start` runs, and the simulator of MPower, which earlier releases do not record. */
function readRunningPlatform(): { url: string; mpower?: string } {
  return JSON.parse(readFileSync(running, 'utf8')) as { url: string; mpower?: string };
}
