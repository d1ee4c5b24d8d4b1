import { isCivilDate } from '@cups/application';
import { enumValue } from '@cups/contracts/proto';
import type { StatisticsRow } from '@cups/contracts/gen/cups/intake/v1/StatisticsRow.ts';
import { violation } from '@cups/problem';
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
        throw wrongField(violation('/toDate', 'PERIOD_TOO_FULL', { most: MOST_COUNTED }));
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
  if (!isCivilDate(fromDate)) throw wrongField(violation('/fromDate', 'DATE'));
  if (!isCivilDate(toDate)) throw wrongField(violation('/toDate', 'DATE'));
  if (toDate < fromDate) throw wrongField(violation('/toDate', 'NOT_BEFORE', { other: '/fromDate' }));
  if (daysBefore(toDate, MOST_DAYS - 1) > fromDate) {
    throw wrongField(violation('/toDate', 'PERIOD_LENGTH', { days: MOST_DAYS }));
  }
}

function toRow(name: string, counted: readonly Counted[], now: Date): StatisticsRow {
  return Object.assign({ name }, statisticsOf(counted, now));
}
