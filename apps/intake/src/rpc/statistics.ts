import { isCivilDate } from '@cups/application';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { StatisticsRow } from '@cups/contracts/gen/cups/intake/v1/StatisticsRow.ts';
import { violation } from '@cups/problem';
import { invalidField } from '../domain/problems.ts';
import { computeStatistics } from '../domain/statistics.ts';
import type { CountedApplication } from '../domain/statistics.ts';
import { subtractCivilDays, endOfDay } from '../domain/terms.ts';
import { findFiledBetween, MAX_COUNTED } from '../store/statistics.ts';
import type { CountedRow } from '../store/statistics.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** Maximum number of days in a period: a leap year. */
const MAX_PERIOD_DAYS = 366;

/**
 * RPC handler of the statistics for supervisors: counts and durations of all centres, without content and personal
 * names.
 */
export function statisticsRpcs({
  applications,
  now,
}: Pick<RpcDeps, 'applications' | 'now'>): Pick<IntakeRpcs, 'GetStatistics'> {
  return {
    async GetStatistics({ fromDate, toDate, group: groupBy }) {
      assertPeriod(fromDate, toDate);
      const filed = await findFiledBetween(applications, endOfDay(subtractCivilDays(fromDate, 1)), endOfDay(toDate));
      if (filed.length > MAX_COUNTED) {
        throw invalidField(violation('/toDate', 'TOO_MANY_RESULTS', { max: MAX_COUNTED }));
      }
      const computeTime = now();
      const groupKeyOf =
        GROUP_KEYS[fromProtoEnum('STATISTICS_GROUP_', groupBy) as keyof typeof GROUP_KEYS] ?? GROUP_KEYS.centre;
      const groups = [...Map.groupBy(filed, groupKeyOf)].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        rows: groups.map(([name, group]) => toStatisticsRow(name, group, computeTime)),
        total: toStatisticsRow('', filed, computeTime),
      };
    },
  };
}

const GROUP_KEYS = {
  centre: ({ centre }: CountedRow) => centre,
  'public-service': ({ publicService }: CountedRow) => publicService,
  agency: ({ agency }: CountedRow) => agency,
};

function assertPeriod(fromDate: string, toDate: string): void {
  if (!isCivilDate(fromDate)) throw invalidField(violation('/fromDate', 'DATE'));
  if (!isCivilDate(toDate)) throw invalidField(violation('/toDate', 'DATE'));
  if (toDate < fromDate) throw invalidField(violation('/toDate', 'NOT_BEFORE', { other: '/fromDate' }));
  if (subtractCivilDays(toDate, MAX_PERIOD_DAYS - 1) > fromDate) {
    throw invalidField(violation('/toDate', 'PERIOD_LENGTH', { days: MAX_PERIOD_DAYS }));
  }
}

function toStatisticsRow(name: string, counted: readonly CountedApplication[], now: Date): StatisticsRow {
  return Object.assign({ name }, computeStatistics(counted, now));
}
