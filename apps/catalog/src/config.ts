import { env } from '@cups/service';

export interface Config {
  /** Port of gRPC; 0 takes a free one. */
  grpcPort: number;
  /** Port of health, readiness and metrics; 0 takes a free one. */
  httpPort: number;
  /** Folder of keys. */
  keys: string;
  /** Folder of data files; the services are in its folder public-services. */
  data: string;
  logLevel: string;
}

/** The only reader of the environment: each setting with its development default. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const read = env(environment);
  return {
    grpcPort: read.port('GRPC_PORT', 0),
    httpPort: read.port('HTTP_PORT', 0),
    keys: read.text('CUPS_KEYS', '.cups/keys'),
    data: read.text('CUPS_DATA', 'data'),
    logLevel: read.text('LOG_LEVEL', 'info'),
  };
}
