import Encoder from 'kafkajs/src/protocol/encoder.js';
import produce, { type ProduceParameters } from 'kafkajs/src/protocol/requests/produce/index.js';
import { encodeBatch } from './encode-batch.ts';

const patched = Symbol.for('cups.kafkajs.produce');

/** Requests of this and all newer versions of kafkajs have one format, with batches of records. */
const FIRST_VERSION = 3;

/** Whether kafkajs must encode: the producer is idempotent, it compresses, or messages have times of their own. */
const isLeftToKafkajs = ({ compression, transactionalId, producerId = -1, topicData }: ProduceParameters): boolean =>
  Boolean(compression) ||
  Boolean(transactionalId) ||
  producerId !== -1 ||
  topicData.some(({ partitions }) => partitions.some(({ messages }) => messages.some(({ timestamp }) => timestamp)));

function encodeRequest({ acks, timeout, topicData }: ProduceParameters): Encoder {
  const encoder = new Encoder().writeString(null).writeInt16(acks).writeInt32(timeout).writeInt32(topicData.length);
  const now = Date.now();
  for (const { topic, partitions } of topicData) {
    encoder.writeString(topic).writeInt32(partitions.length);
    for (const { partition, messages } of partitions) {
      const batch = encodeBatch(messages, now);
      encoder.writeInt32(partition).writeInt32(batch.length).writeBuffer(batch);
    }
  }
  return encoder;
}

/**
 * Makes kafkajs encode batches by `encodeBatch`. kafkajs 2.2.4 encodes each header and each record into a buffer of its
 * own, and copies each value nine times. The bytes are the same; a test compares them.
 */
export function patchProduceEncoding(): void {
  const requests = produce as typeof produce & { [patched]?: true };
  if (requests[patched]) return;
  requests[patched] = true;
  const protocol = requests.protocol;
  requests.protocol = (options) => {
    const create = protocol(options);
    if (options.version < FIRST_VERSION) return create;
    return (parameters) => {
      const created = create(parameters);
      if (!isLeftToKafkajs(parameters)) created.request.encode = () => Promise.resolve(encodeRequest(parameters));
      return created;
    };
  };
}
