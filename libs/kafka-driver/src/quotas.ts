import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import type { SendRequest, ProtocolRequest, ProtocolResponse } from './admin-connection.ts';

/** Quotas of a user by Kafka's names (`producer_byte_rate`). */
export type QuotaRates = Readonly<Record<string, number>>;

/** DescribeClientQuotas, version 0, for all users. */
const DESCRIBE_QUOTAS_REQUEST: ProtocolRequest = {
  apiKey: 48,
  apiVersion: 0,
  apiName: 'DescribeClientQuotas',
  // Any named user; `strict` excludes quotas of client IDs.
  encode: () =>
    Promise.resolve(new Encoder().writeInt32(1).writeString('user').writeInt8(2).writeString(null).writeBoolean(true)),
};

const DESCRIBE_QUOTAS_RESPONSE: ProtocolResponse<{ code: number; users: [string, QuotaRates][] }> = {
  decode(raw) {
    const decoder = new Decoder(raw);
    const clientSideThrottleTime = decoder.readInt32();
    const code = decoder.readInt16();
    decoder.readString();
    const users = decoder.readArray((entry): [string, QuotaRates] => {
      const [user = ''] = entry.readArray((entity) => {
        entity.readString();
        return entity.readString();
      });
      return [user, Object.fromEntries(entry.readArray((value) => [value.readString(), value.readDouble()]))];
    });
    return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, code, users });
  },
  parse(data) {
    if (data.code !== 0) throw createErrorFromCode(data.code);
    return Promise.resolve(data);
  },
};

/** AlterClientQuotas, version 0. An undefined rate is removed. */
const buildAlterQuotasRequest = (
  changes: ReadonlyMap<string, Readonly<Record<string, number | undefined>>>,
): ProtocolRequest => ({
  apiKey: 49,
  apiVersion: 0,
  apiName: 'AlterClientQuotas',
  encode: () => {
    const encoder = new Encoder().writeInt32(changes.size);
    for (const [user, rates] of changes) {
      encoder.writeInt32(1).writeString('user').writeString(user);
      const operations = Object.entries(rates);
      encoder.writeInt32(operations.length);
      for (const [key, rate] of operations) {
        encoder
          .writeString(key)
          .writeDouble(rate ?? 0)
          .writeBoolean(rate === undefined);
      }
    }
    return Promise.resolve(encoder.writeBoolean(false));
  },
});

const ALTER_QUOTAS_RESPONSE: ProtocolResponse<{ codes: number[] }> = {
  decode(raw) {
    const decoder = new Decoder(raw);
    const clientSideThrottleTime = decoder.readInt32();
    const codes = decoder.readArray((entry) => {
      const code = entry.readInt16();
      entry.readString();
      entry.readArray((entity) => {
        entity.readString();
        entity.readString();
      });
      return code;
    });
    return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, codes });
  },
  parse(data) {
    for (const code of data.codes) if (code !== 0) throw createErrorFromCode(code);
    return Promise.resolve(data);
  },
};

/** Returns all user quotas. @throws Error of kafkajs, such as CLUSTER_AUTHORIZATION_FAILED */
export async function fetchUserQuotas(sendRequest: SendRequest): Promise<ReadonlyMap<string, QuotaRates>> {
  return new Map((await sendRequest(DESCRIBE_QUOTAS_REQUEST, DESCRIBE_QUOTAS_RESPONSE)).users);
}

/** Changes user quotas, effective immediately for open connections. @throws Error of kafkajs */
export async function setQuotas(
  sendRequest: SendRequest,
  changes: ReadonlyMap<string, Readonly<Record<string, number | undefined>>>,
): Promise<void> {
  if (changes.size > 0) await sendRequest(buildAlterQuotasRequest(changes), ALTER_QUOTAS_RESPONSE);
}
