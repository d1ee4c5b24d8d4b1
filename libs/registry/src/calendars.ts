import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import schema from './calendar.schema.json' with { type: 'json' };
import type { RegistryParser } from './files.ts';
import { watchRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { createYamlParser } from './yaml.ts';

/** One file of data/calendars, see calendar.schema.json. */
export interface Calendar {
  /** The file has the same name. */
  code: string;
  /** Days off by year; an absent year is unknown. `name` is Romanian. */
  years: Record<string, { date: string; name: string }[]>;
}

export const createCalendarParser = (): RegistryParser<Calendar> =>
  createYamlParser<Calendar>({
    schema,
    validate: ({ years }) =>
      Object.entries(years).flatMap(([year, days]) =>
        days.filter(({ date }) => !date.startsWith(`${year}-`)).map(({ date }) => `${date} is not in ${year}`),
      ),
  });

/**
 * Watches the calendars of a data folder. An invalid or deleted file leaves its calendar unchanged, is logged, and is
 * counted by the gauge `calendar_file_problems`.
 * @param options.onChange called at the start and after each change
 * @throws Error if the folder cannot be read at the start
 */
export function watchCalendars(options: {
  /** Data folder with a subfolder `calendars`. */
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
