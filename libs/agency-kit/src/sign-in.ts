import { readFileSync } from 'node:fs';
import type { KafkaConfig } from 'kafkajs';

/** How an agency signs in to Kafka: files, each read again for each connection. Nothing set: in the open, as nobody. */
export interface Access {
  /** The authorities (PEM) of the brokers' certificates; without it no TLS. */
  caFile: string | undefined;
  username: string;
  passwordFile: string | undefined;
}

/**
 * What kafkajs is to be told; it keeps these objects and reads them whenever it connects.
 * @throws Error, one sentence, when a part is missing or a file cannot be read
 */
export function toSecurityConfig({ caFile, username, passwordFile }: Access): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  if ((username === '') !== (passwordFile === undefined)) {
    throw new Error('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE belong together: one of them is not set.');
  }
  const ca = caFile === undefined ? undefined : createFileReader('KAFKA_TLS_CA_FILE', caFile);
  if (!ca) {
    if (passwordFile)
      throw new Error('KAFKA_SASL_USERNAME is set without KAFKA_TLS_CA_FILE: one signs in over TLS only.');
    return {};
  }
  const ssl = {
    get ca() {
      return ca();
    },
  };
  if (passwordFile === undefined) return { ssl };
  const password = createFileReader('KAFKA_SASL_PASSWORD_FILE', passwordFile);
  return {
    ssl,
    sasl: {
      mechanism: 'scram-sha-512',
      username,
      get password() {
        return password();
      },
    },
  };
}

/** A reader of a file that may be away for a moment while it is exchanged. */
function createFileReader(name: string, file: string): () => string {
  const read = () => readFileSync(file, 'utf8').trim();
  let last: string;
  try {
    last = read();
  } catch {
    throw new Error(`${name} must name a file that can be read.`);
  }
  return () => {
    try {
      last = read();
    } catch {
      // Between two versions: what was read last still counts.
    }
    return last;
  };
}

/** As much as is looked at of what kafkajs throws: it wraps the first cause in others. */
interface Failure {
  name?: string;
  type?: string;
  code?: string;
  cause?: Failure;
  errors?: Failure[];
}

/** Of a failure the protocol's name, else the code of a certificate, else the class: what says most. */
export function reasonOf(error: unknown): string {
  let name = 'unknown';
  for (let at = error as Failure | undefined, depth = 0; at && depth < 8; depth += 1) {
    if (at.type !== undefined) return at.type;
    if (at.code !== undefined) return at.code;
    name = at.name ?? name;
    at = at.cause ?? at.errors?.[0];
  }
  return name;
}
