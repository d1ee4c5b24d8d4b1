import type { GetAgencyCatalogResponse__Output } from '@cups/contracts/gen/cups/catalog/v1/GetAgencyCatalogResponse.ts';
import type { GetCatalogResponse__Output } from '@cups/contracts/gen/cups/catalog/v1/GetCatalogResponse.ts';
import { agencyJson, plainJson, publicServiceJson } from './convert.ts';

/** Converts catalogs to JSON, as openapi.yaml describes it. Their lists are present when they are empty. */

/** Returns the catalog data that a desk loads at its start. */
export const catalogJson = ({ agencies, evidenceKinds, publicServices, calendars }: GetCatalogResponse__Output) => ({
  agencies: agencies.map(agencyJson),
  evidenceKinds: evidenceKinds.map(plainJson),
  publicServices: publicServices.map(publicServiceJson),
  calendars: calendars.map(plainJson),
});

/** Returns the catalog data that the page of an agency loads at its start. */
export const agencyCatalogJson = (response: GetAgencyCatalogResponse__Output) => ({
  agency: response.agency && agencyJson(response.agency),
  evidenceKinds: response.evidenceKinds.map(plainJson),
  ownEvidenceKinds: response.ownEvidenceKinds,
  rejectionTemplates: response.rejectionTemplates.map(plainJson),
  appealTemplates: response.appealTemplates.map(plainJson),
});
