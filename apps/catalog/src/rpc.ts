import { parseResourceName } from '@cups/contracts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { Problem, staleReplica } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import { parseDate, parseCentreKind } from './request-parsing.ts';
import { toPublicServiceMessage, toVersionMessage } from './convert.ts';
import { isInForce, pauseAt, versionAt } from './domain/public-service.ts';
import type { PublicService, Version } from './domain/public-service.ts';
import { agencyRpcs } from './agency-rpcs.ts';
import { channelsIn, listRpcs } from './list-rpcs.ts';
import type { CatalogSnapshot } from './list-rpcs.ts';

/** Returns the handlers of cups.catalog.v1.CatalogService. */
export function catalogRpcs(snapshot: CatalogSnapshot, now: () => Date): Rpcs<CatalogServiceDefinition> {
  const { services, isBehind } = snapshot;
  const notFoundOrStale = (message: string): Problem => (isBehind() ? staleSnapshot() : notFound(message));
  const findService = (name: string): PublicService => {
    const service = services().get(parseResourceName('publicServices', name));
    if (!service) throw notFoundOrStale('Public service not found.');
    return service;
  };

  return {
    ...listRpcs(snapshot, now),
    ...agencyRpcs(snapshot, now),

    async GetPublicService({ name, atDate, centreKind, country }) {
      const date = parseDate(atDate, now);
      const service = findService(name);
      const version = versionAt(service, date);
      if (!version) throw notFoundOrStale('The public service has no version in force on this date.');
      const location = { kind: parseCentreKind(centreKind), country: country || undefined };
      return {
        publicService: toPublicServiceMessage(service, version, {
          date,
          ...location,
          full: true,
          channelOf: channelsIn(snapshot),
        }),
      };
    },

    async GetPublicServiceVersion({ name, version: versionName, atDate, newest }) {
      const date = parseDate(atDate, now);
      if (newest && isBehind()) throw staleSnapshot();
      const service = findService(name);
      const version = versionName === '' ? versionAt(service, date) : findVersion(service, versionName);
      if (!version)
        throw notFoundOrStale('The public service does not have this version, or none in force on this date.');
      return {
        version: toVersionMessage(service, version, { full: true }),
        inForce: isInForce(version, date),
        paused: pauseAt(service, date) ?? null,
      };
    },
  };
}

function findVersion({ versions }: PublicService, name: string): Version | undefined {
  return versions.find(({ version }) => version === name);
}

const staleSnapshot = (): Problem => staleReplica('This replica has not loaded the newest public services yet.');

function notFound(message: string): Problem {
  return new Problem({ reason: 'NOT_FOUND', message });
}
