import type { QueryParams, ServiceClients } from '../clients.ts';
import type { Handler } from '../http/handler.ts';
import type { LongPolls } from '../http/long-polls.ts';

/** The HTTP API for the systems of agencies without Kafka: messages by a cursor, and replies. */

export interface AgencyPullDeps extends Pick<ServiceClients, 'bridge'> {
  longPolls: Pick<LongPolls, 'run'>;
}

export function agencyPullRoutes({ bridge, longPolls }: AgencyPullDeps): Record<string, Handler> {
  return {
    async listAgencyRequests(request) {
      const { cursor, pageSize, wait = 0 } = request.query as QueryParams;
      const page = await longPolls.run(request, wait * 1_000, (waitMs, context, options) =>
        bridge.listAgencyRequests({ cursor, pageSize, waitSeconds: waitMs / 1_000 }, context, options),
      );
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
