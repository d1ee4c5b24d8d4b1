import type { ServiceClients } from '../clients.ts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';

/** Chains of acts without a line that something contradicts, for heads and supervisors. */
export function chainBreakRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  return {
    async listChainBreaks({ context }) {
      const { breaks } = await intake.listChainBreaks({}, context);
      return { body: { breaks: breaks.map(convert.chainBreakJson) } };
    },
  };
}
