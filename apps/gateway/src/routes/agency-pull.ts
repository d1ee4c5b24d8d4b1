import type { QueryParams, ServiceClients } from '../clients.ts';
import type { Handler } from '../http/handler.ts';

/** The HTTP API for the systems of agencies without Kafka: messages by a cursor, and replies. */

export function agencyPullRoutes({ bridge }: Pick<ServiceClients, 'bridge'>): Record<string, Handler> {
  return {
    async listAgencyRequests({ query, context }) {
      const { cursor, pageSize } = query as QueryParams;
      const page = await bridge.listAgencyRequests({ cursor, pageSize }, context);
      const events = page.events.map((event) => JSON.parse(event.toString()) as object);
      return { body: { events, cursor: page.cursor, hasMore: page.hasMore } };
    },

    async receiveAgencyReply({ body, context }) {
      const event = Buffer.from(JSON.stringify(body));
      const { changes, issue } = await bridge.receiveAgencyReply({ event }, context);
      return { body: { changes, issue: issue || undefined } };
    },

    async listWebhookKeys({ context }) {
      const { keys } = await bridge.listWebhookKeys({}, context);
      return { body: { keys: keys.map(({ kid, publicKey }) => ({ kid, publicKey })) } };
    },
  };
}
