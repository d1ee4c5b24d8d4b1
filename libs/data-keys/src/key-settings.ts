import type { Settings } from '@cups/process/settings';

/** Where the key-encryption keys come from. */
const keyEncryptionSettings = <const Service extends string>(file: string, service: Service) =>
  ({
    provider: {
      name: 'KEK_PROVIDER',
      type: 'choice',
      choices: ['file', 'vault'],
      default: 'file',
      meaning: `Protection of the key-encryption keys in ${file}: \`file\` holds the keys themselves, with \`vault\` it holds them encrypted by the transit engine of a Vault.`,
    },
    vaultAddress: {
      name: 'VAULT_ADDR',
      type: 'origin',
      default: '',
      meaning:
        'Origin of the Vault, for the provider `vault`. It is called at the start and after a rotation only. Production requires https, except at 127.0.0.1.',
    },
    vaultCa: {
      name: 'VAULT_CA_FILE',
      type: 'file',
      optional: true,
      meaning: 'CA certificates (PEM) of the Vault. Default: those of Node.',
    },
    vaultTransitKey: {
      name: 'VAULT_TRANSIT_KEY',
      type: 'text',
      default: `cups-${service}`,
      meaning: 'Name of the transit key, at the mount `transit`.',
    },
    vaultToken: {
      name: 'VAULT_TOKEN_FILE',
      type: 'secret-file',
      optional: true,
      secret: true,
      meaning: 'File with the token, which another program renews. Read for each call.',
    },
    vaultRole: {
      name: 'VAULT_KUBERNETES_ROLE',
      type: 'text',
      default: '',
      meaning: 'Role of the sign-in by Kubernetes, instead of VAULT_TOKEN_FILE.',
    },
    vaultServiceAccount: {
      name: 'VAULT_KUBERNETES_TOKEN_FILE',
      type: 'secret-file',
      optional: true,
      secret: true,
      meaning: 'File with the token of the service account, for the sign-in by Kubernetes.',
    },
  }) as const satisfies Settings;

/** What the settings of the data keys of a service are about. */
interface DataKeyNames<Prefix extends string, Service extends string> {
  /** Begin of the names of its settings, such as DOCUMENT_KEYS. */
  prefix: Prefix;
  service: Service;
  /** What has a data key, such as "document". */
  owner: string;
}

/** Settings of the data keys of a service: their store, and the key-encryption keys. */
export const dataKeySettings = <const Prefix extends string, const Service extends string>({
  prefix,
  service,
  owner,
}: DataKeyNames<Prefix, Service>) =>
  ({
    keysUri: {
      name: `${prefix}_MONGODB_URI`,
      file: `${prefix}_MONGODB_URI_FILE`,
      type: 'store-uri',
      default: '',
      secret: true,
      meaning: `Complete URI of the store of wrapped data keys, without a database. Empty: the store of MONGODB_URI. The database is \`<CUPS_PREFIX>cups-${service}-keys\`. Keep its backups at most 35 days: an erased ${owner} could be read from an older one.`,
    },
    keyFile: {
      name: `${prefix}_FILE`,
      type: 'text',
      default: '',
      meaning: `File with the key-encryption keys: a JWK set of 256-bit keys of \`use: enc\`. The first key wraps the data keys; all unwrap. Changes are read without a restart. Empty: \`${service}.jwks\` in KEYS_DIR.`,
    },
    keyEncryption: keyEncryptionSettings(`${prefix}_FILE`, service),
  }) as const;

export type KeyEncryptionSettings = ReturnType<typeof keyEncryptionSettings>;
