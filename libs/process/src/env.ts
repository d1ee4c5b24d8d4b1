import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { refuseOpenSecret } from '@cups/contracts/node';

/** Readers of one environment; each throws an Error that is one clear sentence. A reader without a default requires its variable. */
export interface Env {
  text(name: string, fallback?: string): string;
  /** One of `allowed`. */
  choice<const Choice extends string>(name: string, allowed: readonly Choice[], fallback?: Choice): Choice;
  /**
   * CUPS_ENV: where this process runs. It has no default: development opens doors that production must keep shut, and a
   * setting that was forgotten must not open them.
   */
  environment(): 'development' | 'production';
  /** A whole number. */
  number(name: string, fallback?: number, limits?: { min?: number; max?: number }): number;
  /** 0 (any free one) to 65535. */
  port(name: string, fallback?: number): number;
  /**
   * LISTEN_HOST: the IP address that gRPC and the operations port listen on. Loopback unless it is set, so that a process
   * started by hand opens no port to its network; `::` is every address, of IPv4 too.
   */
  listenHost(): string;
  /** host:port. */
  address(name: string, fallback?: string): string;
  /** Comma-separated; empty parts are left out. */
  list(name: string, fallback?: string[]): string[];
  /** true or false. */
  flag(name: string, fallback?: boolean): boolean;
  /** The absolute path of a file or folder; whether it exists is not looked at. */
  path(name: string, fallback?: string): string;
  /**
   * A secret: the variable names a file. Gives a reader that sees a changed file at its next call. Throws at once when the
   * file cannot be read, or lies open for everybody.
   */
  file(name: string, fallback?: string): () => string;
  /** URI of the store without a database: MONGODB_URI, or what stands in the file that MONGODB_URI_FILE names. */
  storeUri(): string;
}

/** Readers over `variables`, which is `process.env` in a service; only a `config.ts` calls it. An empty variable counts as not set. */
export function env(variables: Record<string, string | undefined>): Env {
  function read<Value>(
    name: string,
    fallback: Value | undefined,
    parse: (text: string) => Value | undefined,
    form: string,
  ): Value {
    const text = variables[name]?.trim();
    if (!text) {
      if (fallback === undefined) throw new Error(`${name} is not set; it must be ${form}.`);
      return fallback;
    }
    const value = parse(text);
    if (value === undefined) throw new Error(`${name} must be ${form}.`);
    return value;
  }
  const whole = (min: number, max: number) => (text: string) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  const reader: Env = {
    text: (name, fallback) => read(name, fallback, (text) => text, 'a text'),
    choice: (name, allowed, fallback) =>
      read(name, fallback, (text) => allowed.find((word) => word === text), `one of ${allowed.join(', ')}`),
    environment: () => reader.choice('CUPS_ENV', ['development', 'production']),
    number: (name, fallback, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
      read(name, fallback, whole(min, max), `a whole number from ${min} to ${max}`),
    port: (name, fallback) => read(name, fallback, whole(0, 65535), 'a port from 0 to 65535'),
    listenHost: () =>
      read(
        'LISTEN_HOST',
        '127.0.0.1',
        (text) => (isIP(text) ? text : undefined),
        'an IP address, such as 127.0.0.1 or ::',
      ),
    address: (name, fallback) =>
      read(
        name,
        fallback,
        (text) => (/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(text) ? text : undefined),
        'host:port',
      ),
    list: (name, fallback) =>
      read(
        name,
        fallback,
        (text) =>
          text
            .split(',')
            .map((part) => part.trim())
            .filter(Boolean),
        'a comma-separated list',
      ),
    flag: (name, fallback) =>
      read(name, fallback, (text) => (text === 'true' ? true : text === 'false' ? false : undefined), 'true or false'),
    path: (name, fallback) => resolve(read(name, fallback, (text) => text, 'a path')),
    storeUri: () => {
      if (!variables['MONGODB_URI_FILE']) return reader.text('MONGODB_URI', 'mongodb://127.0.0.1:27017');
      if (variables['MONGODB_URI']) throw new Error('MONGODB_URI and MONGODB_URI_FILE are both set; one must be.');
      const uri = reader.file('MONGODB_URI_FILE')();
      if (!uri) throw new Error('MONGODB_URI_FILE names an empty file.');
      return uri;
    },
    file: (name, fallback) => {
      const path = reader.path(name, fallback);
      let content = '';
      let seen = NaN;
      const load = () => {
        const changed = statSync(path).mtimeMs;
        if (changed !== seen) {
          content = readFileSync(path, 'utf8').trim();
          seen = changed;
        }
        return content;
      };
      try {
        load();
      } catch {
        throw new Error(`${name} must name a file that can be read.`);
      }
      refuseOpenSecret(path, `The file of ${name}`);
      return () => {
        try {
          return load();
        } catch {
          // Between two versions of a mounted secret the file may be absent for a moment.
          return content;
        }
      };
    },
  };
  return reader;
}
