import { readFileSync } from 'node:fs';
import type { KafkaConfig } from 'kafkajs';

/**
 * Kafka credentials of an agency. Each connection reads the files again. Without any, the connection is plain and
 * anonymous.
 */
export interface Access {
  /** CA certificates (PEM) for the brokers; undefined for a connection without TLS. */
  caFile: string | undefined;
  username: string;
  passwordFile: string | undefined;
}

/**
 * Returns the security settings for kafkajs, which reads them again on every connection.
 * @throws Error if a part is missing or a file cannot be read
 */
export function toSecurityConfig({ caFile, username, passwordFile }: Access): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  if ((username === '') !== (passwordFile === undefined)) {
    throw new Error('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE must be set together.');
  }
  const ca = caFile === undefined ? undefined : createFileReader('KAFKA_TLS_CA_FILE', caFile);
  if (!ca) {
    if (passwordFile) throw new Error('KAFKA_SASL_USERNAME requires KAFKA_TLS_CA_FILE: signing in requires TLS.');
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

/** Returns a reader of a file that may be missing while it is replaced. */
function createFileReader(name: string, file: string): () => string {
  const read = () => readFileSync(file, 'utf8').trim();
  let last: string;
  try {
    last = read();
  } catch {
    throw new Error(`${name} must name a readable file.`);
  }
  return () => {
    try {
      last = read();
    } catch {
      // The file is being replaced: keep the last content.
    }
    return last;
  };
}

/** The members of kafkajs errors that are read; kafkajs wraps the original cause. */
interface Failure {
  name?: string;
  type?: string;
  code?: string;
  cause?: Failure;
  errors?: Failure[];
}

/** Returns the most specific reason of an error: protocol error type, error code or class name. */
export function reasonOf(error: unknown): string {
  let name = 'unknown';
  for (let current = error as Failure | undefined, depth = 0; current && depth < 8; depth += 1) {
    if (current.type !== undefined) return current.type;
    if (current.code !== undefined) return current.code;
    name = current.name ?? name;
    current = current.cause ?? current.errors?.[0];
  }
  return name;
}
