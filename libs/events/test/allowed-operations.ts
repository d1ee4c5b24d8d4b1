import { withAdminConnection, type SendRequest } from '@cups/kafka-driver';
import { Decoder, Encoder } from '@cups/kafka-driver/internals';
import { connectKafka, type KafkaAccess } from '../src/index.ts';

/**
 * Tries every Kafka operation as a user, on many topics or groups at once, in the oldest format that Kafka 4 accepts.
 * Denied attempts change nothing and allowed ones almost nothing: writes use a missing partition, changes are only
 * validated.
 */

export interface AllowedOperation {
  resource: 'topic' | 'group' | 'cluster' | 'transactionalId';
  operation: string;
  name: string;
}

interface ProbeRequest {
  resource: AllowedOperation['resource'];
  operation: string;
  apiKey: number;
  apiVersion: number;
  encode: (names: string[]) => Encoder;
  /** Returns the code of each name, in request order unless names are given. */
  codes: (decoder: Decoder) => { name?: string; code: number }[];
  /** Needs a request per name. */
  single?: boolean;
  /** A code that is unrelated to rights: Kafka reports missing resources before it checks the right. */
  mute?: number;
}

/** Kafka's authorization errors for topics, groups, the cluster and transactions. */
const DENIED_CODES = new Set([29, 30, 31, 53]);
const NO_PARTITION = 9_999;
const CLUSTER = 'kafka-cluster';

const writeArray = <Item>(encoder: Encoder, items: readonly Item[], write: (item: Item) => void): Encoder => {
  encoder.writeInt32(items.length);
  for (const item of items) write(item);
  return encoder;
};
const encodeStrings = (names: readonly string[]): Encoder => {
  const encoder = new Encoder();
  return writeArray(encoder, names, (name) => encoder.writeString(name));
};
const skipFields = (
  decoder: Decoder,
  ...kinds: ('int8' | 'int16' | 'int32' | 'int64' | 'string' | 'int32s')[]
): void => {
  for (const kind of kinds) {
    if (kind === 'int8') decoder.readInt8();
    else if (kind === 'int16') decoder.readInt16();
    else if (kind === 'int32') decoder.readInt32();
    else if (kind === 'int64') decoder.readInt64();
    else if (kind === 'string') decoder.readString();
    else decoder.readArray((one) => one.readInt32());
  }
};
/** `[name, code, …]` after the throttle time. */
const namesFirst =
  (...more: 'string'[]) =>
  (decoder: Decoder) => {
    skipFields(decoder, 'int32');
    return decoder.readArray((one) => {
      const found = { name: one.readString(), code: one.readInt16() };
      skipFields(one, ...more);
      return found;
    });
  };
/** `[code, message, …]` in request order. */
const codesFirst = (rest: (one: Decoder) => void) => (decoder: Decoder) => {
  skipFields(decoder, 'int32');
  return decoder.readArray((one) => {
    const code = one.readInt16();
    skipFields(one, 'string');
    rest(one);
    return { code };
  });
};
const onlyCode = (decoder: Decoder) => {
  skipFields(decoder, 'int32');
  return [{ code: decoder.readInt16() }];
};
/**
 * Start of both config requests for resources without a setting. The last byte requests synonyms, or validation only.
 */
const configNames = (type: number, last: boolean) => (names: string[]) => {
  const encoder = new Encoder();
  writeArray(encoder, names, (name) =>
    encoder
      .writeInt8(type)
      .writeString(type === 4 ? '1' : name)
      .writeInt32(0),
  );
  return encoder.writeBoolean(last);
};
const configs = (type: number, operation: string, resource: AllowedOperation['resource']): ProbeRequest[] => [
  {
    resource,
    operation: `describe configs${operation}`,
    apiKey: 32,
    apiVersion: 1,
    encode: configNames(type, false),
    codes: codesFirst((one) => skipFields(one, 'int8', 'string', 'int32')),
  },
  {
    resource,
    operation: `alter configs${operation}`,
    apiKey: 33,
    apiVersion: 0,
    encode: configNames(type, true),
    codes: codesFirst((one) => skipFields(one, 'int8', 'string')),
  },
];

const onTopics: ProbeRequest[] = [
  {
    resource: 'topic',
    operation: 'describe',
    apiKey: 3,
    apiVersion: 1,
    encode: encodeStrings,
    codes: (decoder) => {
      decoder.readArray((one) => skipFields(one, 'int32', 'string', 'int32', 'string'));
      skipFields(decoder, 'int32');
      return decoder.readArray((one) => {
        const code = one.readInt16();
        const name = one.readString();
        skipFields(one, 'int8');
        one.readArray((part) => skipFields(part, 'int16', 'int32', 'int32', 'int32s', 'int32s'));
        return { name, code };
      });
    },
  },
  {
    resource: 'topic',
    operation: 'read',
    apiKey: 1,
    apiVersion: 4,
    encode: (names) => {
      const encoder = new Encoder().writeInt32(-1).writeInt32(0).writeInt32(0).writeInt32(1_024).writeInt8(0);
      return writeArray(encoder, names, (name) =>
        encoder.writeString(name).writeInt32(1).writeInt32(NO_PARTITION).writeInt32(0).writeInt32(0).writeInt32(1_024),
      );
    },
    codes: (decoder) => {
      skipFields(decoder, 'int32');
      return decoder.readArray((one) => {
        const name = one.readString();
        const [code = 0] = one.readArray((part) => {
          skipFields(part, 'int32');
          const found = part.readInt16();
          skipFields(part, 'int64', 'int64', 'int32s', 'int32');
          return found;
        });
        return { name, code };
      });
    },
  },
  {
    resource: 'topic',
    operation: 'write',
    apiKey: 0,
    apiVersion: 3,
    encode: (names) => {
      const encoder = new Encoder().writeString(null).writeInt16(-1).writeInt32(1_000);
      return writeArray(encoder, names, (name) =>
        encoder.writeString(name).writeInt32(1).writeInt32(NO_PARTITION).writeInt32(-1),
      );
    },
    codes: (decoder) =>
      decoder.readArray((one) => {
        const name = one.readString();
        const [code = 0] = one.readArray((part) => {
          skipFields(part, 'int32');
          const found = part.readInt16();
          skipFields(part, 'int64', 'int64');
          return found;
        });
        return { name, code };
      }),
  },
  {
    resource: 'topic',
    operation: 'create',
    apiKey: 19,
    apiVersion: 2,
    encode: (names) => {
      const encoder = new Encoder();
      writeArray(encoder, names, (name) =>
        encoder.writeString(name).writeInt32(1).writeInt16(1).writeInt32(0).writeInt32(0),
      );
      return encoder.writeInt32(1_000).writeBoolean(true);
    },
    codes: namesFirst('string'),
  },
  {
    resource: 'topic',
    operation: 'delete',
    apiKey: 20,
    apiVersion: 1,
    encode: (names) => encodeStrings(names).writeInt32(1_000),
    codes: namesFirst(),
    mute: 3,
  },
  {
    resource: 'topic',
    operation: 'alter',
    apiKey: 37,
    apiVersion: 0,
    encode: (names) => {
      const encoder = new Encoder();
      writeArray(encoder, names, (name) => encoder.writeString(name).writeInt32(9).writeInt32(-1));
      return encoder.writeInt32(1_000).writeBoolean(true);
    },
    codes: namesFirst('string'),
  },
  ...configs(2, '', 'topic'),
];

const onGroups: ProbeRequest[] = [
  {
    resource: 'group',
    operation: 'read',
    apiKey: 12,
    apiVersion: 1,
    single: true,
    encode: ([name = '']) => new Encoder().writeString(name).writeInt32(1).writeString('nobody'),
    codes: onlyCode,
  },
  {
    resource: 'group',
    operation: 'describe',
    apiKey: 15,
    apiVersion: 0,
    encode: encodeStrings,
    codes: (decoder) =>
      decoder.readArray((one) => {
        const code = one.readInt16();
        const name = one.readString();
        skipFields(one, 'string', 'string', 'string', 'int32');
        return { name, code };
      }),
  },
  { resource: 'group', operation: 'delete', apiKey: 42, apiVersion: 0, encode: encodeStrings, codes: namesFirst() },
];

const onCluster: ProbeRequest[] = [
  {
    resource: 'cluster',
    operation: 'describe',
    apiKey: 29,
    apiVersion: 1,
    encode: () =>
      new Encoder()
        .writeInt8(1)
        .writeString(null)
        .writeInt8(1)
        .writeString(null)
        .writeString(null)
        .writeInt8(1)
        .writeInt8(1),
    codes: onlyCode,
  },
  {
    resource: 'cluster',
    operation: 'alter',
    apiKey: 31,
    apiVersion: 1,
    encode: () =>
      new Encoder()
        .writeInt32(1)
        .writeInt8(2)
        .writeString('nothing')
        .writeInt8(3)
        .writeString('User:nobody')
        .writeString(null)
        .writeInt8(1)
        .writeInt8(1),
    codes: codesFirst(() => {}),
  },
  {
    resource: 'cluster',
    operation: 'idempotent write',
    apiKey: 22,
    apiVersion: 0,
    encode: () => new Encoder().writeString(null).writeInt32(1_000),
    codes: onlyCode,
  },
  ...configs(4, ' of a broker', 'cluster'),
];

const onTransactions: ProbeRequest = {
  resource: 'transactionalId',
  operation: 'write',
  apiKey: 22,
  apiVersion: 0,
  single: true,
  encode: ([name = '']) => new Encoder().writeString(name).writeInt32(1_000),
  codes: onlyCode,
};

/** Returns Kafka's error codes for an operation on topics. */
export async function fetchCodes(sendRequest: SendRequest, operation: string, topics: string[]): Promise<number[]> {
  return [
    ...(
      await fetchAnswers(
        sendRequest,
        onTopics.find((one) => one.operation === operation)!,
        topics,
      )
    ).values(),
  ];
}

async function fetchAnswers(
  sendRequest: SendRequest,
  attempt: ProbeRequest,
  names: string[],
): Promise<Map<string, number>> {
  const { apiKey, apiVersion, encode, codes } = attempt;
  const request = { apiKey, apiVersion, apiName: attempt.operation, encode: () => Promise.resolve(encode(names)) };
  const answer = await sendRequest<{ found: { name?: string; code: number }[] }>(request, {
    decode: (raw) => Promise.resolve({ throttleTime: 0, clientSideThrottleTime: 0, found: codes(new Decoder(raw)) }),
    parse: (data) => Promise.resolve(data),
  });
  return new Map(answer.found.map(({ name, code }, at) => [name ?? names[at]!, code]));
}

/** Returns everything that Kafka allows a user, tried one by one over one connection. */
export async function findAllowedOperations(
  brokers: string[],
  access: KafkaAccess,
  { topics, groups }: { topics: string[]; groups: string[] },
): Promise<AllowedOperation[]> {
  const probes: [ProbeRequest, string[]][] = [
    ...onTopics.map((attempt): [ProbeRequest, string[]] => [attempt, topics]),
    ...onGroups.map((attempt): [ProbeRequest, string[]] => [attempt, groups]),
    ...onCluster.map((attempt): [ProbeRequest, string[]] => [attempt, [CLUSTER]]),
    [onTransactions, [access.username ?? '']],
  ];
  return withAdminConnection(connectKafka(brokers, 'attempts', access), async (sendRequest) => {
    const allowed: AllowedOperation[] = [];
    for (const [attempt, names] of probes) {
      const requests = attempt.single ? names.map((name) => [name]) : [names];
      const codes = await Promise.all(
        requests.map((namesOfRequest) => fetchAnswers(sendRequest, attempt, namesOfRequest)),
      );
      for (const [name, code] of codes.flatMap((one) => [...one])) {
        const { resource, operation } = attempt;
        if (!DENIED_CODES.has(code) && code !== attempt.mute) allowed.push({ resource, operation, name });
      }
      if (codes.reduce((sum, { size }) => sum + size, 0) !== names.length)
        throw new Error(`${attempt.operation}: incomplete response`);
    }
    return allowed;
  });
}
