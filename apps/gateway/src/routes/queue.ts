import { toProtoEnum } from '@cups/contracts/proto';
import type { ListQueueResponse__Output } from '@cups/contracts/gen/cups/intake/v1/ListQueueResponse.ts';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients, QueryParams } from '../clients.ts';

export function queueRoutes({ intake }: ServiceClients): Record<string, Handler> {
  return {
    async listQueue({ query, context }) {
      const { bucket, pageSize, pageToken } = query as QueryParams;
      const page = await intake.listQueue({ bucket: toProtoEnum('BUCKET_', bucket), pageSize, pageToken }, context);
      return { body: queuePage(page, bucket === 'to-notify' ? convert.rowToNotifyJson : convert.queueRowJson) };
    },
    async listQueueChanges({ query, context }) {
      const { cursor, pageSize, pageToken } = query as QueryParams;
      const page = await intake.listQueueChanges({ cursor, pageSize, pageToken }, context);
      return { body: queuePage(page, convert.queueRowJson) };
    },
  };
}

function queuePage(
  { applications, counts, cursor, nextPageToken }: ListQueueResponse__Output,
  toRow: typeof convert.queueRowJson,
): object {
  return {
    applications: applications.map(toRow),
    counts: convert.countsJson(counts),
    cursor,
    nextPageToken: nextPageToken || undefined,
  };
}
