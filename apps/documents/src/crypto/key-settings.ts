import type { Settings } from '@cups/process/settings';

/** Where the key-encryption keys come from. */
export const KEY_ENCRYPTION_SETTINGS = {
  provider: {
    name: 'KEK_PROVIDER',
    type: 'choice',
    choices: ['file', 'vault'],
    default: 'file',
    meaning:
      'Protection of the key-encryption keys in DOCUMENT_KEYS_FILE: `file` holds the keys themselves, with `vault` it holds them encrypted by the transit engine of a Vault.',
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
    default: 'cups-documents',
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
} as const satisfies Settings;
