import { join } from 'node:path';

/** What the environment of every service of one local platform has in common. */
export interface PlatformEnvironment {
  root: string;
  dataDir: string;
  keysDir: string;
  mongoUri: string;
  kafkaBrokers: string;
  prefix: string;
  /** Of the gateway. */
  url: string;
  /** More, for all services. */
  more: Record<string, string> | undefined;
}

/** The ports of one process. */
export interface Ports {
  /** For calls; the gateway takes it for its public face. */
  grpc: number;
  http: number;
}

/**
 * The settings of one process, over the environment of this one.
 * @param connectionSettings how it comes to the store and to Kafka
 * @param addressOf where a neighbour listens, by its name
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
    // A store that is given by a file keeps its file: an address with a password stands in no environment.
    ...(inherited['MONGODB_URI_FILE'] ? {} : { MONGODB_URI: platform.mongoUri }),
    KAFKA_BROKERS: platform.kafkaBrokers,
    CUPS_PREFIX: platform.prefix,
    CUPS_ENV: 'development',
    CUPS_IDENTITY_PROVIDERS: 'local',
    CUPS_KEYS: platform.keysDir,
    CUPS_DATA: join(platform.root, 'data'),
    CUPS_STATE: platform.dataDir,
    // Compiled code is kept between starts: quicker to serve, and some 25 MiB a process less.
    NODE_COMPILE_CACHE: join(platform.root, '.cups', 'compile-cache'),
    GRPC_PORT: String(grpc),
    HTTP_PORT: String(http),
    GATEWAY_PORT: String(grpc),
    PUBLIC_ORIGIN: platform.url,
    CATALOG_ADDRESS: addressOf('catalog'),
    IDENTITY_ADDRESS: addressOf('identity'),
    INTAKE_ADDRESS: addressOf('intake'),
    AGENCY_BRIDGE_ADDRESS: addressOf('agency-bridge'),
    NOTIFICATIONS_ADDRESS: addressOf('notifications'),
    SIMULATOR_BEHAVIOUR: 'demo',
    SIMULATOR_DELAY_MS: '250',
    LOG_LEVEL: 'info',
    ...connectionSettings,
    ...platform.more,
    ...own,
  };
}
