import { parseResourceName } from '@cups/contracts';
import { createPageToken, normalizePageSize, parsePageToken } from '@cups/contracts/node';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { Problem, staleReplica } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';
import { toAgency, toEvidenceKinds, toTextTemplate } from './convert.ts';
import { versionAt } from './domain/public-service.ts';
import type { PublicService, Version } from './domain/public-service.ts';
import { isFor } from './domain/rejection-template.ts';
import { sortByCode } from './list-rpcs.ts';
import type { CatalogSnapshot } from './list-rpcs.ts';
import { parseDate } from './request-parsing.ts';

/** Returns the handlers that list agencies, and read what the page of an agency shows. */
export function agencyRpcs(
  snapshot: CatalogSnapshot,
  now: () => Date,
): Pick<Rpcs<CatalogServiceDefinition>, 'ListAgencies' | 'GetAgencyCatalog'> {
  return {
    async ListAgencies({ pageSize, pageToken }) {
      const size = normalizePageSize(pageSize);
      const after = parsePageToken(pageToken, {}) ?? '';
      const found = sortByCode(snapshot.agencies()).filter(({ code }) => code > after);
      const page = found.slice(0, size);
      const last = page.at(-1);
      return {
        agencies: page.map(toAgency),
        nextPageToken: last && found.length > size ? createPageToken(last.code, {}) : '',
      };
    },

    async GetAgencyCatalog({ name, atDate }) {
      const date = parseDate(atDate, now);
      const code = parseResourceName('agencies', name);
      const agency = snapshot.agencies().get(code);
      if (!agency) {
        if (snapshot.mayMissAgencies()) throw staleReplica('This replica has not loaded the agency yet.');
        throw new Problem({ reason: 'NOT_FOUND', message: 'Agency not found.' });
      }
      const inForce = findInForce(snapshot.services().values(), date);
      const own = inForce.filter(({ version }) => version.provider === code);
      const themes = new Set(own.flatMap(({ service }) => service.theme ?? []));
      const templates = sortByCode(snapshot.templates()).filter((template) =>
        isFor(template, { agency: code, themes }),
      );
      const textsOf = (part: 'reason' | 'appeal') =>
        templates.filter((template) => template.part === part).map(toTextTemplate);
      return {
        agency: toAgency(agency),
        evidenceKinds: toEvidenceKinds(inForce.map(({ version }) => version)),
        ownEvidenceKinds: toEvidenceKinds(own.map(({ version }) => version)).map(({ kind = '' }) => kind),
        rejectionTemplates: textsOf('reason'),
        appealTemplates: textsOf('appeal'),
      };
    },
  };
}

/** Returns the services with a version in force on a date. */
function findInForce(services: Iterable<PublicService>, date: string): { service: PublicService; version: Version }[] {
  return [...services].flatMap((service) => {
    const version = versionAt(service, date);
    return version ? [{ service, version }] : [];
  });
}
