import { addCivilDays, isCivilDate } from '@cups/application';
import { fromProtoEnum } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import { invalidField } from '../domain/problems.ts';
import { Tally } from '../domain/statistics.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** Maximum number of days in a period: a leap year. */
const MAX_PERIOD_DAYS = 366;

/**
 * RPC handlers of the statistics, without content and personal names: of all centres for supervisors, and of the own
 * centre for its managers.
 */
export function statisticsRpcs({
  statistics,
  now,
}: Pick<RpcDeps, 'statistics' | 'now'>): Pick<IntakeRpcs, 'GetStatistics' | 'GetCentreStatistics'> {
  return {
    async GetStatistics({ fromDate, toDate, group: groupBy }) {
      assertPeriod(fromDate, toDate);
      const computeTime = now();
      const groupKeyOf =
        GROUP_KEYS[fromProtoEnum('STATISTICS_GROUP_', groupBy) as keyof typeof GROUP_KEYS] ?? GROUP_KEYS.centre;
      const groups = new Map<string, Tally>();
      await statistics.tally({ fromDate, toDate }, (...owners) => {
        const key = groupKeyOf(...owners);
        const tally = groups.get(key) ?? new Tally(computeTime);
        groups.set(key, tally);
        return tally;
      });
      const total = new Tally(computeTime);
      for (const group of groups.values()) total.addAll(group);
      return {
        rows: [...groups]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, group]) => Object.assign({ name }, group.result()))
          .filter(({ filed }) => filed > 0),
        total: Object.assign({ name: '' }, total.result()),
      };
    },

    async GetCentreStatistics({ fromDate, toDate }, context) {
      assertPeriod(fromDate, toDate);
      const centres = centresOf(context);
      const tally = new Tally(now());
      await statistics.tally({ fromDate, toDate }, () => tally, centres);
      return { statistics: Object.assign({ name: centres[0] }, tally.result()) };
    },
  };
}

const GROUP_KEYS = {
  centre: (centre: string) => centre,
  'public-service': (_centre: string, publicService: string) => publicService,
  agency: (_centre: string, _publicService: string, agency: string) => agency,
};

function assertPeriod(fromDate: string, toDate: string): void {
  if (!isCivilDate(fromDate)) throw invalidField(violation('/fromDate', 'DATE'));
  if (!isCivilDate(toDate)) throw invalidField(violation('/toDate', 'DATE'));
  if (toDate < fromDate) throw invalidField(violation('/toDate', 'NOT_BEFORE', { other: '/fromDate' }));
  if (addCivilDays(toDate, 1 - MAX_PERIOD_DAYS) > fromDate) {
    throw invalidField(violation('/toDate', 'PERIOD_LENGTH', { days: MAX_PERIOD_DAYS }));
  }
}
