import type { Collection__Output } from '@cups/contracts/gen/cups/intake/v1/Collection.ts';
import { collectionJson, instantToProto } from '../convert.ts';
import type { Handler, HandlerResponse } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';
import { applicationNameOf, listHandler, requirePresent } from './handler-factories.ts';

interface CollectionResult {
  collection: Collection__Output | null;
  replayed: boolean;
}

/** Results that the caller's centre hands over for other centres. */
export function collectionRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  return {
    listCollections: listHandler(intake.listCollections, 'collections', collectionJson, () => ({})),
    async getCollection({ params, context }) {
      const response = await intake.getCollection({ name: applicationNameOf(params) }, context);
      const collection = requirePresent(response.collection);
      return { headers: { ETag: collection.etag }, body: collectionJson(collection) };
    },
    async confirmCollectionArrival({ params, requestId, etag, body, context }) {
      const { occurTime } = (body ?? {}) as { occurTime?: string };
      const request = { name: applicationNameOf(params), requestId, etag, occurTime: instantToProto(occurTime) };
      return writeResponse(await intake.confirmCollectionArrival(request, context));
    },
    async handOverCollection({ params, requestId, etag, body, context }) {
      const { occurTime, ...handOver } = body as { occurTime?: string; collectedBy: string };
      const time = instantToProto(occurTime);
      const request = { name: applicationNameOf(params), requestId, etag, handOver, occurTime: time };
      return writeResponse(await intake.handOverCollection(request, context));
    },
  };
}

function writeResponse({ collection, replayed }: CollectionResult): HandlerResponse {
  const stored = requirePresent(collection);
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return { headers: { ETag: stored.etag, ...replay }, body: collectionJson(stored) };
}
