import { explainErasureRefusal } from '@cups/application/texts';
import { resourceName } from '@cups/contracts';
import type { Erasure as ErasureOut } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import type { ErasureRefusal as RefusalOut } from '@cups/contracts/gen/cups/intake/v1/ErasureRefusal.ts';
import type { Restriction as RestrictionOut } from '@cups/contracts/gen/cups/intake/v1/Restriction.ts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Application } from '../domain/application.ts';
import type { Refusal } from '../domain/data-end.ts';

/** Converts the end of the data of an application. */

export const toErasure = ({
  _id,
  centre,
  erasure,
}: Pick<Application, '_id' | 'centre' | 'erasure'>): ErasureOut | null =>
  erasure
    ? {
        application: resourceName('applications', _id),
        centre,
        rule: erasure.rule,
        cause: erasure.cause,
        startTime: toTimestamp(erasure.startTime),
        eraseTime: toTimestamp(erasure.time),
        topicEnds: erasure.topicEnds ?? [],
      }
    : null;

export const toRestriction = (restriction: Application['restriction']): RestrictionOut | null =>
  restriction
    ? {
        reason: toProtoEnum('RESTRICTION_REASON_', restriction.reason),
        operator: restriction.operator,
        restrictTime: toTimestamp(restriction.time),
      }
    : null;

export const toRefusal = ({ cause, rule, source, until = '' }: Refusal): RefusalOut => ({
  cause,
  rule,
  source,
  until,
  sentence: explainErasureRefusal(cause, source, until),
});
