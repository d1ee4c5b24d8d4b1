import { resourceName } from '@cups/contracts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';
import { listHandler, requirePresent, resolveName } from './handler-factories.ts';

/** Devices of the desk: browser profiles with a key share, which works without a connection. */
export function deviceRoutes({ identity }: ServiceClients): Record<string, Handler> {
  const nameOf = (params: Record<string, string>): string => resourceName('devices', params['device']!);
  return {
    async contactDevice({ params, body, context }) {
      const { chainHead = '' } = (body ?? {}) as { chainHead?: string };
      const found = await identity.contactDevice({ name: nameOf(params), chainHead }, context);
      return { body: convert.deviceContactJson(found) };
    },
    async deleteDevice({ params, context }) {
      await identity.deleteDevice({ name: nameOf(params) }, context);
      return { status: 204 };
    },
    listDevices: listHandler(identity.listDevices, 'devices', convert.deviceJson, ({ centre }) => ({
      centre: resolveName('centres', centre) ?? '',
    })),
    async revokeDevice({ params, requestId, body, context }) {
      const { operator } = body as { operator: string };
      const { device } = await identity.revokeDevice({ requestId, name: nameOf(params), operator }, context);
      return { body: convert.deviceJson(requirePresent(device)) };
    },
  };
}
