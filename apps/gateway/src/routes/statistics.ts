import { enumWord } from '@cups/contracts/proto';
import type { StatisticsRow__Output } from '@cups/contracts/gen/cups/intake/v1/StatisticsRow.ts';
import * as convert from '../convert.ts';
import type { Call, Handler } from '../http/handler.ts';
import type { Neighbours, Query } from '../neighbours.ts';

/** Counts and times for supervisors, asked of intake. */
export function statisticsRoutes({ intake }: Neighbours): Record<string, Handler> {
  const ask = ({ query, context }: Call) => {
    const { from: fromDate, to: toDate, groupBy } = query as Query;
    return intake.getStatistics({ fromDate, toDate, group: enumWord('STATISTICS_GROUP_', groupBy) }, context);
  };
  return {
    async getStatistics(call) {
      const { rows, total } = await ask(call);
      return { body: { rows: rows.map(convert.statisticsJson), total: convert.statisticsJson(total) } };
    },
    async getStatisticsCsv(call) {
      const { rows } = await ask(call);
      const headers = {
        'Content-Type': 'text/csv',
        'Content-Disposition': 'attachment; filename="statistics.csv"',
      };
      return { headers, text: csvOf(rows) };
    },
  };
}

const COLUMNS = [
  'name',
  'filed',
  'open',
  'approved',
  'rejected',
  'withdrawn',
  'expired',
  'overdue',
  'needMet',
  'needNotMet',
  'deskSeconds',
  'agencySeconds',
  'citizenSeconds',
] as const satisfies readonly (keyof StatisticsRow__Output)[];

/** RFC 4180. Names are those of resources and the rest are numbers, so that no value needs quotes or could be a formula. */
function csvOf(rows: StatisticsRow__Output[]): string {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column] ?? ''))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
