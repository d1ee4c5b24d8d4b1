import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import { agencyCatalogJson, catalogJson } from '../catalog-json.ts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients, QueryParams } from '../clients.ts';
import { resolveName, listHandler, requirePresent } from './handler-factories.ts';

/** Public data: centres from identity, public services and agencies from catalog. */
export function catalogRoutes({ catalog, identity }: ServiceClients): Record<string, Handler> {
  return {
    listCentres: listHandler(identity.listCentres, 'centres', convert.centreJson, () => ({})),
    async getCentre({ params, context }) {
      const { centre } = await identity.getCentre({ name: resourceName('centres', params['code']!) }, context);
      return { body: convert.centreJson(requirePresent(centre)) };
    },
    async getCatalog({ query, context }) {
      const { centre: code = '' } = query as QueryParams;
      const { centre } = await identity.getCentre({ name: resourceName('centres', code) }, context);
      const { kind, country, agencies } = requirePresent(centre);
      const response = await catalog.getCatalog({ centreKind: kind, country, agencies }, context);
      return { body: { centre: convert.centreJson(requirePresent(centre)), ...catalogJson(response) } };
    },
    listAgencies: listHandler(catalog.listAgencies, 'agencies', convert.agencyJson, () => ({})),
    async getAgencyCatalog({ params, context }) {
      const response = await catalog.getAgencyCatalog({ name: resourceName('agencies', params['code']!) }, context);
      return { body: agencyCatalogJson(response) };
    },
    listPublicServices: listHandler(
      catalog.listPublicServices,
      'publicServices',
      convert.publicServiceJson,
      (query) => ({
        query: query.q,
        centreKind: toProtoEnum('CENTRE_KIND_', query.centreKind),
        agency: resolveName('agencies', query.agency),
        atDate: query.atDate,
        fileableOnly: query.fileable,
        country: query.country,
      }),
    ),
    async getPublicService({ params, query, context }) {
      const name = resourceName('publicServices', params['code']!);
      const { atDate, centreKind, country } = query as QueryParams;
      const request = { name, atDate, country, centreKind: toProtoEnum('CENTRE_KIND_', centreKind) };
      const { publicService } = await catalog.getPublicService(request, context);
      return { body: convert.publicServiceJson(requirePresent(publicService)) };
    },
  };
}
