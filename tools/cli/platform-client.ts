import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { connect, openKeys, openTls } from '@cups/rpc';
import type { Client, Keys, Tls } from '@cups/rpc';
import { CommandError } from './errors.ts';
import { tlsFolderPath } from './keys/folder.ts';

/** gRPC clients of the ops CLI. */

/** Services with a store, each with its address variable. */
export const ADDRESS_VARIABLES = {
  identity: 'IDENTITY_ADDRESS',
  intake: 'INTAKE_ADDRESS',
  documents: 'DOCUMENTS_ADDRESS',
  'agency-bridge': 'AGENCY_BRIDGE_ADDRESS',
  notifications: 'NOTIFICATIONS_ADDRESS',
  journal: 'JOURNAL_ADDRESS',
} as const;
export type StoreServiceName = keyof typeof ADDRESS_VARIABLES;
export const STORE_SERVICES = Object.keys(ADDRESS_VARIABLES) as StoreServiceName[];

const OPERATIONS = 'cups.operations.v1.OperationsService';
export type OperationsClient = Client<OperationsServiceDefinition>;

interface RunningPlatform {
  data: string;
  services?: Record<string, string>;
  /** Whether calls are plaintext. */
  open?: boolean;
}

/** A platform, reached with the ops CLI's key. Connections are opened on demand. */
export class PlatformClient {
  readonly #addressOf: (name: StoreServiceName) => string | undefined;
  readonly #keys: Keys;
  readonly #tls: Tls | undefined;
  readonly #clients = new Map<StoreServiceName, OperationsClient>();
  #identity: Client<IdentityServiceDefinition> | undefined;
  #documents: Client<DocumentsServiceDefinition> | undefined;
  #intake: Client<IntakeServiceDefinition> | undefined;
  #journal: Client<JournalServiceDefinition> | undefined;
  #notifications: Client<NotificationsServiceDefinition> | undefined;

  /**
   * Uses mutual TLS if GRPC_TLS_DIR names a certificate, or if the platform of `npm start` uses TLS.
   * @param root root of the checkout, where `npm start` records its platform
   * @param variables addresses and key folder. @default those of `npm start`
   * @throws CommandError when no platform runs or the key is missing
   */
  constructor(root: string, variables: NodeJS.ProcessEnv) {
    const running = readRunningPlatform(root);
    const isNamed = STORE_SERVICES.some((name) => variables[ADDRESS_VARIABLES[name]]);
    this.#addressOf = (name) => (isNamed ? variables[ADDRESS_VARIABLES[name]] : running?.services?.[name]);
    const dir = variables['KEYS_DIR'] ?? (running && join(running.data, 'keys'));
    if (!dir) {
      throw new CommandError(
        'No platform of npm start runs here: start one, or set KEYS_DIR, GRPC_TLS_DIR and AGENCY_BRIDGE_ADDRESS, DOCUMENTS_ADDRESS, INTAKE_ADDRESS, JOURNAL_ADDRESS, NOTIFICATIONS_ADDRESS, IDENTITY_ADDRESS.',
      );
    }
    try {
      this.#keys = openKeys({ dir, service: 'ops' });
    } catch {
      throw new CommandError(`The key ops is missing in ${dir}: run npm run cups -- keys generate ops --dir ${dir}`);
    }
    const plain = isNamed || !running || running.open;
    const tlsDir = variables['GRPC_TLS_DIR'] ?? (plain ? undefined : tlsFolderPath(dir, 'ops'));
    this.#tls = tlsDir === undefined ? undefined : openCertificate(tlsDir);
  }

  /** @throws CommandError when its address is unknown */
  operations(name: StoreServiceName): OperationsClient {
    const known = this.#clients.get(name) ?? this.#connect<OperationsServiceDefinition>(OPERATIONS, name);
    this.#clients.set(name, known);
    return known;
  }

  /** Returns identity's ops API. @throws CommandError when its address is unknown */
  identity(): Client<IdentityServiceDefinition> {
    this.#identity ??= this.#connect<IdentityServiceDefinition>('cups.identity.v1.IdentityService', 'identity');
    return this.#identity;
  }

  /** Returns the API of documents. @throws CommandError when its address is unknown */
  documents(): Client<DocumentsServiceDefinition> {
    this.#documents ??= this.#connect<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', 'documents');
    return this.#documents;
  }

  /** Returns the API of intake. @throws CommandError when its address is unknown */
  intake(): Client<IntakeServiceDefinition> {
    this.#intake ??= this.#connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', 'intake');
    return this.#intake;
  }

  /** Returns the API of the journal. @throws CommandError when its address is unknown */
  journal(): Client<JournalServiceDefinition> {
    this.#journal ??= this.#connect<JournalServiceDefinition>('cups.journal.v1.JournalService', 'journal');
    return this.#journal;
  }

  /** Returns the API of notifications. @throws CommandError when its address is unknown */
  notifications(): Client<NotificationsServiceDefinition> {
    this.#notifications ??= this.#connect<NotificationsServiceDefinition>(
      'cups.notifications.v1.NotificationsService',
      'notifications',
    );
    return this.#notifications;
  }

  #connect<Definition>(service: string, name: StoreServiceName): Client<Definition> {
    const address = this.#addressOf(name);
    if (address === undefined)
      throw new CommandError(`The address of ${name} is unknown: set ${ADDRESS_VARIABLES[name]}.`);
    return connect<Definition>(service, { address, keys: this.#keys, tls: this.#tls, service: name });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#identity?.close();
    this.#documents?.close();
    this.#intake?.close();
    this.#journal?.close();
    this.#notifications?.close();
    this.#tls?.close();
  }
}

function openCertificate(dir: string): Tls {
  try {
    return openTls({ dir, service: 'ops' });
  } catch {
    throw new CommandError(
      `The certificate ops is missing in ${dir}: npm run cups -- keys generate ops --dir <folder> creates it in tls/ops.`,
    );
  }
}

function readRunningPlatform(root: string): RunningPlatform | undefined {
  const file = join(root, '.cups', 'running.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningPlatform) : undefined;
}
