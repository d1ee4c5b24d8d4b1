import type { AccessTable } from '@cups/rpc';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';

/** Access rules by method. The catalog is public and contains no personal data. */
export const access: AccessTable<CatalogServiceDefinition> = {
  GetPublicService: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  ListPublicServices: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  GetCatalog: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  ListAgencies: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  GetAgencyCatalog: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  GetPublicServiceVersion: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false },
};
