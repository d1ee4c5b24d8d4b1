import type { Contract } from './compare.ts';
import { inlineReferences } from './publish.ts';
import type { Json, PublishedContract } from './publish.ts';

/** Extracts what a published contract must keep compatible. */
export function buildContract({ document, schemas }: PublishedContract): Contract {
  const channels = document['channels'] as Record<string, { address: string }>;
  const { messageTraits } = document['components'] as {
    messageTraits: Record<'cloudEvent' | 'centreEvent' | 'checkpointEvent' | 'refusalEvent', Trait>;
  };
  const messages = (start: string) =>
    Object.fromEntries(
      Object.entries(schemas)
        .filter(([file]) => file.startsWith(start))
        .map(([file, schema]) => [file.replace('.json', ''), inlineReferences(schema)]),
    );
  const deliveries = readRules(messageTraits.cloudEvent, document);
  const centres = readRules(messageTraits.centreEvent, document);
  const checkpoints = readRules(messageTraits.checkpointEvent, document);
  const refusals = readRules(messageTraits.refusalEvent, document);
  const { 'reply.refused': refused, ...replies } = messages('reply.');
  return {
    addresses: Object.fromEntries(Object.entries(channels).map(([name, { address }]) => [name, address])),
    keyPattern: deliveries.keyPattern,
    headers: deliveries.headers,
    requests: messages('application.'),
    replies,
    reference: { keyPattern: centres.keyPattern, headers: centres.headers, messages: messages('centre.') },
    checkpoints: {
      keyPattern: checkpoints.keyPattern,
      headers: checkpoints.headers,
      messages: messages('journal.'),
    },
    refusals: { keyPattern: refusals.keyPattern, headers: refusals.headers, messages: { 'reply.refused': refused! } },
  };
}

/** Common part of the messages of one channel kind. */
interface Trait {
  headers: Json;
  bindings: { kafka: { key: { pattern: string } } };
}

function readRules({ headers, bindings }: Trait, document: Json): { keyPattern: string; headers: Json } {
  const { schemas: shared } = document['components'] as { schemas: Json };
  return {
    keyPattern: bindings.kafka.key.pattern,
    headers: inlineReferences(Object.assign({}, headers, { $defs: shared })),
  };
}
