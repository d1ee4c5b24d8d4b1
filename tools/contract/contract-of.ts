import type { Contract } from './compare.ts';
import { inlined } from './publish.ts';
import type { Json, Published } from './publish.ts';

/** What of a published contract must not break. */
export function contractOf({ document, schemas }: Published): Contract {
  const channels = document['channels'] as Record<string, { address: string }>;
  const { messageTraits } = document['components'] as {
    messageTraits: Record<'cloudEvent' | 'centreEvent' | 'refusalEvent', Trait>;
  };
  const messages = (start: string) =>
    Object.fromEntries(
      Object.entries(schemas)
        .filter(([file]) => file.startsWith(start))
        .map(([file, schema]) => [file.replace('.json', ''), inlined(schema)]),
    );
  const deliveries = rulesOf(messageTraits.cloudEvent, document);
  const centres = rulesOf(messageTraits.centreEvent, document);
  const refusals = rulesOf(messageTraits.refusalEvent, document);
  const { 'reply.refused': refused, ...replies } = messages('reply.');
  return {
    addresses: Object.fromEntries(Object.entries(channels).map(([name, { address }]) => [name, address])),
    keyPattern: deliveries.keyPattern,
    headers: deliveries.headers,
    requests: messages('application.'),
    replies,
    reference: { keyPattern: centres.keyPattern, headers: centres.headers, messages: messages('centre.') },
    refusals: { keyPattern: refusals.keyPattern, headers: refusals.headers, messages: { 'reply.refused': refused! } },
  };
}

/** What the messages of one kind of channel have in common. */
interface Trait {
  headers: Json;
  bindings: { kafka: { key: { pattern: string } } };
}

function rulesOf({ headers, bindings }: Trait, document: Json): { keyPattern: string; headers: Json } {
  const { schemas: shared } = document['components'] as { schemas: Json };
  return { keyPattern: bindings.kafka.key.pattern, headers: inlined(Object.assign({}, headers, { $defs: shared })) };
}
