import { resourceName } from '@cups/contracts';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { watchAgencies, watchCalendars } from '@cups/registry';
import type { Agency, Calendar, Weekday } from '@cups/registry';
import { UNKNOWN_WORKING_TIME } from './domain/terms.ts';
import type { ClockTime, Holidays, WorkingTime } from './domain/terms.ts';

/** What agencies say of themselves in data/agencies: when they work, with the days off of data/calendars, and whom they take. Both are followed. */
export interface WorkingTimes {
  /** @param agency agencies/{code}; one that has no file has a working time in which nothing can be counted */
  forAgency(agency: string): WorkingTime;
  /** Whether an agency takes people without IDNP, by a document of another state; one that has no file does not. */
  acceptsForeignDocuments(agency: string): boolean;
  close(): void;
}

const WEEKDAYS: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The working time of an agency, by its file and the calendar that it names. */
function toWorkingTime({ timeZone, workingTime }: Agency, calendar: Calendar | undefined): WorkingTime {
  const { days, from, to } = workingTime;
  return {
    timeZone,
    days: new Set(days.map((day) => WEEKDAYS.indexOf(day) + 1)),
    opens: parseClockTime(from),
    closes: parseClockTime(to),
    holidays: toHolidays(calendar),
  };
}

function toHolidays(calendar: Calendar | undefined): Holidays {
  const years = Object.entries(calendar?.years ?? {});
  return new Map(years.map(([year, days]) => [Number(year), new Set(days.map(({ date }) => date))]));
}

/** @param text HH:mm */
function parseClockTime(text: string): ClockTime {
  const [hour, minute] = text.split(':').map(Number);
  return { hour: hour!, minute: minute! };
}

/**
 * Follows the agencies and the calendars of a folder of data files. A file that is wrong leaves what was there before, one log
 * line and a gauge.
 * @throws Error, one sentence, when a folder cannot be read at the start
 */
export async function watchWorkingTimes(options: {
  dataDir: string;
  log: Log;
  metrics: Metrics;
  versions?: DataVersions;
}): Promise<WorkingTimes> {
  const { dataDir, log, metrics, versions } = options;
  const lastYear = metrics.gauge('cups_intake_calendar_last_year', 'Terms that reach beyond it have no due date.');
  let agencies: ReadonlyMap<string, Agency> = new Map();
  let calendars: ReadonlyMap<string, Calendar> = new Map();
  let times = new Map<string, WorkingTime>();

  const rebuild = (): void => {
    const found = [...agencies].map(([code, agency]): [string, WorkingTime] => {
      return [resourceName('agencies', code), toWorkingTime(agency, calendars.get(agency.calendar))];
    });
    times = new Map(found);
    lastYear.set(findLastKnownYear(times.values()));
  };
  const watchers = [
    await watchCalendars({
      dataDir,
      log,
      metrics,
      onChange(entries) {
        calendars = entries;
        rebuild();
      },
    }),
    await watchAgencies({
      dataDir,
      log,
      metrics,
      ...(versions && { versions }),
      onChange(entries) {
        agencies = entries;
        rebuild();
      },
    }),
  ];
  return {
    forAgency: (agency) => times.get(agency) ?? UNKNOWN_WORKING_TIME,
    acceptsForeignDocuments: (agency) =>
      agencies.get(agency.slice('agencies/'.length))?.acceptsForeignDocuments ?? false,
    close: () => watchers.forEach((one) => one.close()),
  };
}

/** How far the days off are known for all: of the agency whose calendar ends first; 0 where one names a calendar that is not there. */
function findLastKnownYear(times: Iterable<WorkingTime>): number {
  const years = [...times].map(({ holidays: off }) => Math.max(0, ...off.keys()));
  return years.length === 0 ? 0 : Math.min(...years);
}
