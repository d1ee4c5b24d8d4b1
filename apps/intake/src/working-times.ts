import { resourceName } from '@cups/contracts';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { isWritable, watchAgencies, watchCalendars } from '@cups/registry';
import type { Agency, AgencyContact, Calendar, Weekday } from '@cups/registry';
import type { EscalationOverrides } from './domain/escalation.ts';
import { UNKNOWN_WORKING_TIME } from './domain/terms.ts';
import type { ClockTime, Holidays, WorkingTime } from './domain/terms.ts';

/**
 * Working times and accepted documents of agencies, read from data/agencies and data/calendars. File changes apply
 * without a restart.
 */
export interface WorkingTimes {
  /** @param agency agencies/{code}; an agency without a file gets a working time without a calendar */
  forAgency(agency: string): WorkingTime;
  /** Returns whether an agency, agencies/{code}, has a file. */
  isAgency(agency: string): boolean;
  /** Returns the name of an agency, agencies/{code}; undefined without a file. */
  nameOf(agency: string): Agency['name'] | undefined;
  /**
   * Returns whether an agency accepts applicants without IDNP who have a foreign document. An agency without a file
   * does not.
   */
  acceptsForeignDocuments(agency: string): boolean;
  /** Returns the steps of the clock of an agency that differ from the defaults. */
  escalationOf(agency: string): EscalationOverrides;
  /** Returns the office that receives letters; undefined without one. */
  contactOf(agency: string): AgencyContact | undefined;
  /** Returns whether an agency accepts corrections of filed applications. An agency without a file does not. */
  acceptsCorrections(agency: string): boolean;
  /** Returns whether desks may write to an agency. They cannot write to one without a file. */
  acceptsMessages(agency: string): boolean;
  close(): void;
}

const WEEKDAYS: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Builds the working time of an agency from its file and its calendar. */
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
 * Watches the agencies and calendars in a data folder. An invalid file keeps the last valid values, writes one log
 * line and sets a gauge.
 * @throws Error, one sentence, if a folder cannot be read at the start
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

  const fileOf = (agency: string) => agencies.get(agency.slice('agencies/'.length));
  const rebuild = (): void => {
    const entries = [...agencies].map(([code, agency]): [string, WorkingTime] => {
      return [resourceName('agencies', code), toWorkingTime(agency, calendars.get(agency.calendar))];
    });
    times = new Map(entries);
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
    isAgency: (agency) => fileOf(agency) !== undefined,
    nameOf: (agency) => fileOf(agency)?.name,
    acceptsForeignDocuments: (agency) => fileOf(agency)?.acceptsForeignDocuments ?? false,
    // The schema of the file allows these steps and actions only.
    escalationOf: (agency) => (fileOf(agency)?.escalation ?? {}) as EscalationOverrides,
    contactOf: (agency) => fileOf(agency)?.contact,
    acceptsCorrections: (agency) => fileOf(agency)?.acceptsCorrections ?? false,
    acceptsMessages: (agency) => {
      const file = fileOf(agency);
      return file !== undefined && isWritable(file);
    },
    close: () => watchers.forEach((watcher) => watcher.close()),
  };
}

/** Returns the last year that every agency's calendar covers; 0 if an agency names an unknown calendar. */
function findLastKnownYear(times: Iterable<WorkingTime>): number {
  const years = [...times].map(({ holidays }) => Math.max(0, ...holidays.keys()));
  return years.length === 0 ? 0 : Math.min(...years);
}
