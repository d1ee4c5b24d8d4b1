import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import schema from './calendar.schema.json' with { type: 'json' };
import type { RegistryParser } from './files.ts';
import { watchRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { createYamlParser } from './yaml.ts';

/** One file of data/calendars; its shape is calendar.schema.json. */
export interface Calendar {
  /** The file is named after it. */
  code: string;
  /** Days off by year; a year that is absent is unknown. `name` is Romanian. */
  years: Record<string, { date: string; name: string }[]>;
}

/** Makes the parser of data/calendars. */
export const createCalendarParser = (): RegistryParser<Calendar> =>
  createYamlParser<Calendar>({
    schema,
    validate: ({ years }) =>
      Object.entries(years).flatMap(([year, days]) =>
        days.filter(({ date }) => !date.startsWith(`${year}-`)).map(({ date }) => `${date} is no day of ${year}`),
      ),
  });

/**
 * The calendars of a folder of data files, by code. A file that is wrong or that vanished leaves its calendar as it was, one log
 * line and the gauge `calendar_file_problems`.
 * @param onChange called with the calendars after each change, and once at the start
 * @throws Error, one sentence, when the folder cannot be read at the start
 */
export function watchCalendars(options: {
  /** Folder of data files; the calendars are in its folder calendars. */
  dataDir: string;
  log: Log;
  metrics: Metrics;
  onChange?: (calendars: ReadonlyMap<string, Calendar>) => void;
}): Promise<Registry<Calendar>> {
  const { dataDir, log, metrics, onChange } = options;
  const gauge = metrics.gauge('calendar_file_problems', 'ALARM: files of calendars that are refused or gone');
  return watchRegistry<Calendar>({
    dir: join(dataDir, 'calendars'),
    parse: createCalendarParser(),
    onChange(calendars, problems) {
      gauge.set(problems.length);
      for (const { file, message } of problems) log.error({ event: 'calendar-file-refused', file, reason: message });
      onChange?.(calendars);
    },
  });
}
