import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import type { SendRequest, ProtocolRequest, ProtocolResponse } from './admin-connection.ts';

const deriveKey = promisify(pbkdf2);

/** Protocol number of SCRAM-SHA-512 and its length in bytes. */
const MECHANISM = 2;
const KEY_LENGTH_BYTES = 64;
/** Default of Kafka's own tools and its minimum. */
const ITERATIONS = 4_096;

/** DescribeUserScramCredentials, version 0, for all users. The header that kafkajs writes lacks the tags. */
const DESCRIBE_CREDENTIALS_REQUEST: ProtocolRequest = {
  apiKey: 50,
  apiVersion: 0,
  apiName: 'DescribeUserScramCredentials',
  encode: () => Promise.resolve(new Encoder().writeUVarInt(0).writeUVarInt(0).writeUVarInt(0)),
};

const DESCRIBE_CREDENTIALS_RESPONSE: ProtocolResponse<{ code: number; users: string[] }> = {
  decode(raw) {
    const decoder = new Decoder(raw);
    decoder.readTaggedFields();
    const clientSideThrottleTime = decoder.readInt32();
    const code = decoder.readInt16();
    decoder.readUVarIntString();
    const users = decoder.readUVarIntArray(() => {
      const user = decoder.readUVarIntString() ?? '';
      decoder.readInt16();
      decoder.readUVarIntString();
      decoder.readUVarIntArray(() => {
        decoder.readInt8();
        decoder.readInt32();
        decoder.readTaggedFields();
      });
      decoder.readTaggedFields();
      return user;
    });
    return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, code, users: users ?? [] });
  },
  parse(data) {
    if (data.code !== 0) throw createErrorFromCode(data.code);
    return Promise.resolve(data);
  },
};

interface DerivedCredential {
  user: string;
  salt: Buffer;
  salted: Buffer;
}

/** AlterUserScramCredentials, version 0. */
const buildAlterCredentialsRequest = (
  removedUsers: readonly string[],
  passwords: readonly DerivedCredential[],
): ProtocolRequest => ({
  apiKey: 51,
  apiVersion: 0,
  apiName: 'AlterUserScramCredentials',
  encode: () => {
    const encoder = new Encoder().writeUVarInt(0).writeUVarInt(removedUsers.length + 1);
    for (const user of removedUsers) encoder.writeUVarIntString(user).writeInt8(MECHANISM).writeUVarInt(0);
    encoder.writeUVarInt(passwords.length + 1);
    for (const { user, salt, salted } of passwords) {
      encoder.writeUVarIntString(user).writeInt8(MECHANISM).writeInt32(ITERATIONS);
      encoder.writeUVarIntBytes(salt).writeUVarIntBytes(salted).writeUVarInt(0);
    }
    return Promise.resolve(encoder.writeUVarInt(0));
  },
});

const ALTER_CREDENTIALS_RESPONSE: ProtocolResponse<{ codes: number[] }> = {
  decode(raw) {
    const decoder = new Decoder(raw);
    decoder.readTaggedFields();
    const clientSideThrottleTime = decoder.readInt32();
    const codes = decoder.readUVarIntArray(() => {
      decoder.readUVarIntString();
      const code = decoder.readInt16();
      decoder.readUVarIntString();
      decoder.readTaggedFields();
      return code;
    });
    return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, codes: codes ?? [] });
  },
  parse(data) {
    for (const code of data.codes) if (code !== 0) throw createErrorFromCode(code);
    return Promise.resolve(data);
  },
};

/** Returns all users with a password. @throws Error of kafkajs, such as CLUSTER_AUTHORIZATION_FAILED */
export async function fetchUsersWithPasswords(sendRequest: SendRequest): Promise<ReadonlySet<string>> {
  return new Set((await sendRequest(DESCRIBE_CREDENTIALS_REQUEST, DESCRIBE_CREDENTIALS_RESPONSE)).users);
}

/**
 * Sets SCRAM-SHA-512 passwords and creates missing users. The passwords themselves are not transmitted. Open
 * connections stay until they must sign in again (`connections.max.reauth.ms` of the brokers).
 * @throws Error of kafkajs, such as CLUSTER_AUTHORIZATION_FAILED
 */
export async function setPasswords(sendRequest: SendRequest, passwords: ReadonlyMap<string, string>): Promise<void> {
  const derived = await Promise.all(
    [...passwords].map(async ([user, password]): Promise<DerivedCredential> => {
      const salt = randomBytes(32);
      return { user, salt, salted: await deriveKey(password, salt, ITERATIONS, KEY_LENGTH_BYTES, 'sha512') };
    }),
  );
  if (derived.length > 0) await sendRequest(buildAlterCredentialsRequest([], derived), ALTER_CREDENTIALS_RESPONSE);
}

/** Deletes passwords, after which the users cannot sign in. @throws Error of kafkajs */
export async function deletePasswords(sendRequest: SendRequest, users: readonly string[]): Promise<void> {
  if (users.length > 0) await sendRequest(buildAlterCredentialsRequest(users, []), ALTER_CREDENTIALS_RESPONSE);
}
