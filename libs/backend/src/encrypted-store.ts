/** Settings that decide whether the store uses TLS. */
interface StoreAccess {
  /** Names the URI in errors. @default MONGODB_URI */
  setting?: string;
  environment: 'development' | 'production';
  /** Without a database. */
  mongoUri: string;
  mongoCa?: (() => string) | undefined;
}

/** Connection string options that disable certificate checks. */
const INSECURE_OPTIONS = ['tlsInsecure', 'tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames', 'sslValidate'];

/**
 * Requires a store with TLS and verified certificates in production. `mongodb+srv` implies TLS (MongoDB connection
 * string specification).
 * @throws Error, one sentence with the setting and without its value
 */
export function requireEncryptedStore({ setting = 'MONGODB_URI', environment, mongoUri, mongoCa }: StoreAccess): void {
  if (environment !== 'production') return;
  const options = parseOptions(mongoUri);
  const tls = options.get('tls') ?? options.get('ssl') ?? (mongoUri.startsWith('mongodb+srv:') ? 'true' : undefined);
  if (tls === 'false' || (tls !== 'true' && !mongoCa)) {
    throw new Error(
      `${setting} names a store without TLS, which production rejects: set MONGODB_TLS_CA_FILE, or tls=true in the URI.`,
    );
  }
  const insecureOption = INSECURE_OPTIONS.find((name) => isInsecure(name, options.get(name.toLowerCase())));
  if (insecureOption) {
    throw new Error(`${setting} disables certificate checks by ${insecureOption}, which production rejects.`);
  }
}

/** Returns the options of a connection string by lower-case name, because they are case-insensitive. */
function parseOptions(uri: string): Map<string, string> {
  const query = new URLSearchParams(uri.split('?').slice(1).join('?'));
  return new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
}

const isInsecure = (name: string, value: string | undefined): boolean =>
  value !== undefined && value !== (name === 'sslValidate' ? 'true' : 'false');
