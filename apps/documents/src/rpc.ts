import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { Rpcs } from '@cups/rpc';
import type { RpcDeps } from './deps.ts';
import { agencyRpcs } from './rpc/agency.ts';
import { bridgeRpcs } from './rpc/bridge.ts';
import { deskRpcs } from './rpc/desk.ts';
import { exportRpcs } from './rpc/export.ts';
import { oversightRpcs } from './rpc/oversight.ts';

/** RPCs of cups.documents.v1.DocumentsService, by their callers. */
export const documentsRpcs = (deps: RpcDeps): Rpcs<DocumentsServiceDefinition> => ({
  ...deskRpcs(deps),
  ...agencyRpcs(deps),
  ...bridgeRpcs(deps),
  ...oversightRpcs(deps),
  ...exportRpcs(deps),
});
