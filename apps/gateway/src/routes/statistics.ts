import { toProtoEnum } from '@cups/contracts/proto';
import type { StatisticsRow__Output } from '@cups/contracts/gen/cups/intake/v1/StatisticsRow.ts';
import * as convert from '../convert.ts';
import type { HandlerRequest, Handler } from '../http/handler.ts';
import type { ServiceClients, QueryParams } from '../clients.ts';
import { requirePresent } from './handler-factories.ts';

export function statisticsRoutes({ intake }: ServiceClients): Record<string, Handler> {
  const fetchStatistics = ({ query, context }: HandlerRequest) => {
    const { from: fromDate, to: toDate, groupBy } = query as QueryParams;
    return intake.getStatistics({ fromDate, toDate, group: toProtoEnum('STATISTICS_GROUP_', groupBy) }, context);
  };
  return {
    async getStatistics(request) {
      const { rows, total } = await fetchStatistics(request);
      return { body: { rows: rows.map(convert.statisticsJson), total: convert.statisticsJson(total) } };
    },
    async getCentreStatistics({ query, context }) {
      const { from: fromDate, to: toDate } = query as QueryParams;
      const { statistics } = await intake.getCentreStatistics({ fromDate, toDate }, context);
      return { body: convert.statisticsJson(requirePresent(statistics)) };
    },
    async getStatisticsCsv(request) {
      const { rows } = await fetchStatistics(request);
      const headers = {
        'Content-Type': 'text/csv',
        'Content-Disposition': 'attachment; filename="statistics.csv"',
      };
      return { headers, text: renderCsv(rows) };
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
  // Last, so that the other columns stay in place.
  'toHandOver',
] as const satisfies readonly (keyof StatisticsRow__Output)[];

/** Returns CSV (RFC 4180). Values are resource names and numbers, so none needs quotes or is a formula. */
function renderCsv(rows: StatisticsRow__Output[]): string {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column] ?? ''))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
