import { isCivilDate } from '@cups/application';
import { enumValue } from '@cups/contracts/proto';
import type { StatisticsRow } from '@cups/contracts/gen/cups/intake/v1/StatisticsRow.ts';
import { wrongField } from '../domain/refusals.ts';
import { statisticsOf } from '../domain/statistics.ts';
import type { Counted } from '../domain/statistics.ts';
import { daysBefore, endOfDay } from '../domain/terms.ts';
import { filedBetween, MOST_COUNTED } from '../store/statistics.ts';
import type { CountedRow } from '../store/statistics.ts';
import type { IntakeRpcs, Parts } from './parts.ts';

/** Days of a period at most: a leap year. */
const MOST_DAYS = 366;

/** The one call of supervisors: counts and times over all centres, never content or names of people. */
export function statisticsRpcs({
  applications,
  now,
}: Pick<Parts, 'applications' | 'now'>): Pick<IntakeRpcs, 'GetStatistics'> {
  return {
    async GetStatistics({ fromDate, toDate, group }) {
      assertPeriod(fromDate, toDate);
      const found = await filedBetween(applications, endOfDay(daysBefore(fromDate, 1)), endOfDay(toDate));
      if (found.length > MOST_COUNTED) {
        throw wrongField('toDate', 'RANGE', 'More was filed in this period than is counted at once: make it shorter.');
      }
      const at = now();
      const by = GROUPS[enumValue('STATISTICS_GROUP_', group) as keyof typeof GROUPS] ?? GROUPS.centre;
      const groups = [...Map.groupBy(found, by)].sort(([a], [b]) => (a < b ? -1 : 1));
      return { rows: groups.map(([name, some]) => toRow(name, some, at)), total: toRow('', found, at) };
    },
  };
}

const GROUPS = {
  centre: ({ centre }: CountedRow) => centre,
  'public-service': ({ publicService }: CountedRow) => publicService,
  agency: ({ agency }: CountedRow) => agency,
};

function assertPeriod(fromDate: string, toDate: string): void {
  if (!isCivilDate(fromDate)) throw wrongField('fromDate', 'DATE', 'A day as yyyy-MM-dd.');
  if (!isCivilDate(toDate)) throw wrongField('toDate', 'DATE', 'A day as yyyy-MM-dd.');
  if (toDate < fromDate) throw wrongField('toDate', 'RANGE', 'Not before the first day.');
  if (daysBefore(toDate, MOST_DAYS - 1) > fromDate) throw wrongField('toDate', 'RANGE', 'At most 366 days.');
}

function toRow(name: string, counted: readonly Counted[], now: Date): StatisticsRow {
  return Object.assign({ name }, statisticsOf(counted, now));
}
