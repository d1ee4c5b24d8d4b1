import { resourceName } from '@cups/contracts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';
import { listHandler, requirePresent, resolveName } from './handler-factories.ts';

/** A contact opens the page, so that it waits for its key share only. */
const OPTIONAL_CALL = { waitForReady: false, timeoutMs: 1_000 } as const;

/** Devices of the desk: browser profiles with a key share, which works without a connection. */
export function deviceRoutes({ identity, intake }: ServiceClients): Record<string, Handler> {
  const nameOf = (params: Record<string, string>): string => resourceName('devices', params['device']!);
  return {
    async contactDevice({ params, body, context }) {
      const { chainHead = '' } = (body ?? {}) as { chainHead?: string };
      // A contact without the key works: the device seals nothing until the next one.
      const [found, handInKey] = await Promise.all([
        identity.contactDevice({ name: nameOf(params), chainHead }, context),
        intake.getHandInKey({}, context, OPTIONAL_CALL).catch(() => undefined),
      ]);
      return { body: { ...convert.deviceContactJson(found), ...(handInKey && { handInKey }) } };
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
