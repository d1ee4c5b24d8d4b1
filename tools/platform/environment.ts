import { join } from 'node:path';
import { agencyKeysPath, publicAgencyKeysPath } from '@cups/rpc';

/** Environment that all services of a local platform share. */
export interface PlatformEnvironment {
  root: string;
  dataDir: string;
  keysDir: string;
  mongoUri: string;
  kafkaBrokers: string;
  prefix: string;
  /** URL of the gateway. */
  url: string;
  /** Extra environment for all services. */
  more: Record<string, string> | undefined;
}

/** Port on this machine that the webhooks of example agencies in `data/agencies` name. */
const WEBHOOK_PORT = 8095;

/** Ports of one process. */
export interface Ports {
  /** Port for gRPC calls; the gateway uses it for its public server. */
  grpc: number;
  http: number;
}

/**
 * Builds the environment of one process, over that of this process.
 * @param connectionSettings settings of the store and Kafka
 * @param addressOf returns the address of a service
 * @param own settings of this service alone
 */
export function buildEnvironment(
  platform: PlatformEnvironment,
  connectionSettings: Record<string, string>,
  { grpc, http }: Ports,
  addressOf: (service: string) => string,
  own: Record<string, string> | undefined,
): NodeJS.ProcessEnv {
  const inherited = process.env;
  return {
    ...inherited,
    // A URI that comes from a file stays in the file: no environment holds its password.
    ...(inherited['MONGODB_URI_FILE'] ? {} : { MONGODB_URI: platform.mongoUri }),
    KAFKA_BROKERS: platform.kafkaBrokers,
    CUPS_PREFIX: platform.prefix,
    CUPS_ENV: 'development',
    IDENTITY_PROVIDERS: 'local',
    KEYS_DIR: platform.keysDir,
    AGENCY_KEYS_DIR: publicAgencyKeysPath(platform.keysDir),
    REGISTRY_DIR: join(platform.root, 'data'),
    STATE_DIR: platform.dataDir,
    // The compile cache speeds up starts and saves some 4 MiB per process.
    NODE_COMPILE_CACHE: join(platform.root, '.cups', 'compile-cache'),
    GRPC_PORT: String(grpc),
    HTTP_PORT: String(http),
    GATEWAY_PORT: String(grpc),
    PUBLIC_ORIGIN: platform.url,
    CATALOG_ADDRESS: addressOf('catalog'),
    IDENTITY_ADDRESS: addressOf('identity'),
    INTAKE_ADDRESS: addressOf('intake'),
    DOCUMENTS_ADDRESS: addressOf('documents'),
    AGENCY_BRIDGE_ADDRESS: addressOf('agency-bridge'),
    NOTIFICATIONS_ADDRESS: addressOf('notifications'),
    JOURNAL_ADDRESS: addressOf('journal'),
    SIMULATOR_BEHAVIOUR: 'demo',
    SIMULATOR_DELAY_MS: '250',
    SIMULATOR_PLATFORM_URL: platform.url,
    SIMULATOR_WEBHOOK_PORT: String(WEBHOOK_PORT),
    SIMULATOR_KEYS_DIR: agencyKeysPath(platform.keysDir),
    LOG_LEVEL: 'info',
    ...allowWebhooks({ ...platform.more, ...own }),
    ...connectionSettings,
    ...platform.more,
    ...own,
  };
}

/** Lets the bridge wake simulated agencies that pull, on this machine. Production refuses both settings. */
const allowWebhooks = ({ CUPS_ENV: environment }: Record<string, string>): Record<string, string> =>
  environment === 'production'
    ? {}
    : { WEBHOOK_ALLOW_LOOPBACK: 'true', SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${WEBHOOK_PORT}/webhooks` };
