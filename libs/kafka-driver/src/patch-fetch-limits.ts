import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import { readBatches, type DecodedRecord, type DecodeUsage } from './batches.ts';

const patched = Symbol.for('cups.kafkajs.fetch');

const readAbortedTransaction = (decoder: Decoder) => ({
  producerId: String(decoder.readInt64()),
  firstOffset: String(decoder.readInt64()),
});

async function readPartition(decoder: Decoder, usage: DecodeUsage) {
  const head = {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: String(decoder.readInt64()),
    lastStableOffset: String(decoder.readInt64()),
    lastStartOffset: String(decoder.readInt64()),
    abortedTransactions: decoder.readArray(readAbortedTransaction),
    preferredReadReplica: decoder.readInt32(),
  };
  const size = decoder.readInt32();
  const messages: DecodedRecord[] = size > 0 ? await readBatches(decoder.readBytes(size), usage) : [];
  return Object.assign(head, { messages });
}

/** Decodes like kafkajs, except for the batches. */
async function decodeWithinBounds(raw: Buffer) {
  const decoder = new Decoder(raw);
  const usage: DecodeUsage = { bytes: 0, records: 0 };
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses = await decoder.readArrayAsync(async () => ({
    topicName: decoder.readString(),
    partitions: await decoder.readArrayAsync(() => readPartition(decoder, usage)),
  }));
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

/**
 * Makes kafkajs read batches by `readBatches`. kafkajs 2.2.4 uncompresses without a limit, spreads all records onto
 * the stack, and trusts the record count of the header. A batch with an unknown codec fails the whole fetch, for
 * ever. The patch covers fetch version 11, which kafkajs uses with Kafka 2.3 and later; older brokers are not
 * supported.
 */
export function patchFetchLimits(): void {
  const response = fetchResponse as typeof fetchResponse & { [patched]?: true };
  if (response[patched]) return;
  response[patched] = true;
  response.decode = decodeWithinBounds;
}
