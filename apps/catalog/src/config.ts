import { env } from '@cups/process';

export interface Config {
  /** Where gRPC and the operations port listen. */
  host: string;
  grpcPort: number;
  /** Health, readiness and metrics. */
  httpPort: number;
  /** Folder of keys: our private one and everybody's public ones, re-read when they change. */
  keysDir: string;
  /** Folder of data files; the services are in its folder public-services, which is watched. */
  dataDir: string;
  logLevel: string;
}

/** The settings of catalog; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  return {
    host: read.listenHost(),
    grpcPort: read.port('GRPC_PORT', 7001),
    httpPort: read.port('HTTP_PORT', 7101),
    keysDir: read.text('CUPS_KEYS', '.cups/keys'),
    dataDir: read.text('CUPS_DATA', 'data'),
    logLevel: read.text('LOG_LEVEL', 'info'),
  };
}
