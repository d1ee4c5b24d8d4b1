import { nameOf } from '@cups/contracts';
import { enumWord } from '@cups/contracts/proto';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Neighbours, Query } from '../neighbours.ts';
import { full, list, whole } from './shapes.ts';

/** What may stand on any wall: centres, asked of identity, and public services, asked of catalog. */
export function registryRoutes({ catalog, identity }: Neighbours): Record<string, Handler> {
  return {
    listCentres: list(identity.listCentres, 'centres', convert.centreJson, () => ({})),
    async getCentre({ params, context }) {
      const { centre } = await identity.getCentre({ name: nameOf('centres', params['code']!) }, context);
      return { body: convert.centreJson(whole(centre)) };
    },
    async getRegistry({ query, context }) {
      const { centre: code = '' } = query as Query;
      const { centre } = await identity.getCentre({ name: nameOf('centres', code) }, context);
      const { kind, country, agencies } = whole(centre);
      const known = await catalog.getRegistry({ centreKind: kind, country, agencies }, context);
      return { body: { centre: convert.centreJson(whole(centre)), ...convert.registryJson(known) } };
    },
    listPublicServices: list(catalog.listPublicServices, 'publicServices', convert.publicServiceJson, (query) => ({
      query: query.q,
      centreKind: enumWord('CENTRE_KIND_', query.centreKind),
      agency: full('agencies', query.agency),
      atDate: query.atDate,
      fileableOnly: query.fileable,
      country: query.country,
    })),
    async getPublicService({ params, query, context }) {
      const name = nameOf('publicServices', params['code']!);
      const { atDate, centreKind, country } = query as Query;
      const request = { name, atDate, country, centreKind: enumWord('CENTRE_KIND_', centreKind) };
      const { publicService } = await catalog.getPublicService(request, context);
      return { body: convert.publicServiceJson(whole(publicService)) };
    },
  };
}
