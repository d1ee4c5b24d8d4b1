import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { isProblem, REASONS } from '@cups/problem';
import { connect, openKeys, openTls } from '@cups/rpc';
import type { Client, Keys, Tls } from '@cups/rpc';
import { tlsFolderPath } from '../keys/folder.ts';

/** The services of a platform that runs, as the tool of operators reaches them. */

/** Those with a store of their own, each with the variable of its address. */
export const ADDRESS_VARIABLES = {
  identity: 'IDENTITY_ADDRESS',
  intake: 'INTAKE_ADDRESS',
  'agency-bridge': 'AGENCY_BRIDGE_ADDRESS',
  notifications: 'NOTIFICATIONS_ADDRESS',
} as const;
export type StoreServiceName = keyof typeof ADDRESS_VARIABLES;
export const STORE_SERVICES = Object.keys(ADDRESS_VARIABLES) as StoreServiceName[];

const OPERATIONS = 'cups.operations.v1.OperationsService';
export type OperationsClient = Client<OperationsServiceDefinition>;

/** What cannot be done, as sentences for a person. */
export class CommandError extends Error {}

interface RunningPlatform {
  data: string;
  services?: Record<string, string>;
  /** Calls are plain. */
  open?: boolean;
}

/** A platform, reached with the operator's own key. Connections are made when they are needed. */
export class PlatformClient {
  readonly #addressOf: (name: StoreServiceName) => string | undefined;
  readonly #keys: Keys;
  readonly #tls: Tls | undefined;
  readonly #clients = new Map<StoreServiceName, OperationsClient>();
  #identity: Client<IdentityServiceDefinition> | undefined;

  /**
   * Calls are mutual TLS where GRPC_TLS_DIR names a certificate of the operator, and with what `npm start` started closed.
   * @param root of the checkout, where `npm start` says what runs
   * @param variables name addresses and the folder of keys; without them it is what `npm start` started
   * @throws Refused when nothing runs, or there is no key
   */
  constructor(root: string, variables: NodeJS.ProcessEnv) {
    const running = readRunningPlatform(root);
    const isNamed = STORE_SERVICES.some((name) => variables[ADDRESS_VARIABLES[name]]);
    this.#addressOf = (name) => (isNamed ? variables[ADDRESS_VARIABLES[name]] : running?.services?.[name]);
    const dir = variables['CUPS_KEYS'] ?? (running && join(running.data, 'keys'));
    if (!dir) {
      throw new CommandError(
        'No platform runs that npm start started here: start it, or name one with CUPS_KEYS, GRPC_TLS_DIR and AGENCY_BRIDGE_ADDRESS, INTAKE_ADDRESS, NOTIFICATIONS_ADDRESS, IDENTITY_ADDRESS.',
      );
    }
    try {
      this.#keys = openKeys({ dir, service: 'operator' });
    } catch {
      throw new CommandError(
        `There is no key of the operator in ${dir}: make it by npm run keys -- make operator --dir ${dir}`,
      );
    }
    const plain = isNamed || !running || running.open;
    const tlsDir = variables['GRPC_TLS_DIR'] ?? (plain ? undefined : tlsFolderPath(dir, 'operator'));
    this.#tls = tlsDir === undefined ? undefined : openCertificate(tlsDir);
  }

  /** @throws Refused when its address is not known */
  operations(name: StoreServiceName): OperationsClient {
    const known = this.#clients.get(name) ?? this.#connect<OperationsServiceDefinition>(OPERATIONS, name);
    this.#clients.set(name, known);
    return known;
  }

  /** Identity itself, for what only the tool may ask of it. @throws Refused when its address is not known */
  identity(): Client<IdentityServiceDefinition> {
    this.#identity ??= this.#connect<IdentityServiceDefinition>('cups.identity.v1.IdentityService', 'identity');
    return this.#identity;
  }

  #connect<Definition>(service: string, name: StoreServiceName): Client<Definition> {
    const address = this.#addressOf(name);
    if (address === undefined) throw new CommandError(`Nothing says where ${name} is: set ${ADDRESS_VARIABLES[name]}.`);
    return connect<Definition>(service, { address, keys: this.#keys, tls: this.#tls, service: name });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#identity?.close();
    this.#tls?.close();
  }
}

function openCertificate(dir: string): Tls {
  try {
    return openTls({ dir, service: 'operator' });
  } catch {
    throw new CommandError(
      `There is no certificate of the operator in ${dir}: npm run keys -- make operator --dir <folder> makes one in its folder tls/operator.`,
    );
  }
}

function readRunningPlatform(root: string): RunningPlatform | undefined {
  const file = join(root, '.cups', 'running.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningPlatform) : undefined;
}

/** A failure as one sentence that says what to do. */
export function formatError(error: unknown, name?: string): string {
  const at = name === undefined ? '' : `${name}: `;
  if (error instanceof CommandError) return error.message;
  if (!isProblem(error)) return `${at}${(error as Error).message}`;
  const wrong = error.violations.map(({ field, message }) => ` ${field.slice(1)}: ${message}`).join('');
  return `${at}${error.message}${wrong} ${REASONS[error.reason].action}`;
}
