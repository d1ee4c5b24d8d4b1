import { parseName } from '@cups/contracts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { Problem, unknownHere } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import { dateOf, kindOf } from './asked.ts';
import { toMessage, toVersionMessage } from './convert.ts';
import { inForce, pauseAt, versionAt } from './domain/public-service.ts';
import type { PublicService, Version } from './domain/public-service.ts';
import { listRpcs } from './lists.ts';
import type { Known } from './lists.ts';

/** The calls of cups.catalog.v1.CatalogService. */
export function catalogRpcs(known: Known, now: () => Date): Rpcs<CatalogServiceDefinition> {
  const { services, isBehind } = known;
  const notHere = (message: string): Problem => (isBehind() ? lags() : notFound(message));
  const find = (name: string): PublicService => {
    const service = services().get(parseName('publicServices', name));
    if (!service) throw notHere('This public service does not exist.');
    return service;
  };

  return {
    ...listRpcs(known, now),

    async GetPublicService({ name, atDate, centreKind, country }) {
      const date = dateOf(atDate, now);
      const service = find(name);
      const version = versionAt(service, date);
      if (!version) throw notHere('This public service has no version in force on that date.');
      const place = { kind: kindOf(centreKind), country: country || undefined };
      return { publicService: toMessage(service, version, { date, ...place, full: true }) };
    },

    async GetPublicServiceVersion({ name, version: named, atDate, newest }) {
      const date = dateOf(atDate, now);
      if (newest && isBehind()) throw lags();
      const service = find(name);
      const version = named === '' ? versionAt(service, date) : versionNamed(service, named);
      if (!version) throw notHere('This public service has no such version, or none in force on that date.');
      return {
        version: toVersionMessage(service, version, { full: true }),
        inForce: inForce(version, date),
        paused: pauseAt(service, date) ?? null,
      };
    },
  };
}

function versionNamed({ versions }: PublicService, name: string): Version | undefined {
  return versions.find(({ version }) => version === name);
}

const lags = (): Problem => unknownHere('This replica has not read the newest public services yet.');

function notFound(message: string): Problem {
  return new Problem({ reason: 'NOT_FOUND', message });
}
