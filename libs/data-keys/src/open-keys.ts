import { readFileSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';
import type { ConfigOf } from '@cups/process/settings';
import type { KeyEncryptionSettings } from './key-settings.ts';
import { openKeyFile } from './key-wrapper.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { openVaultKeys } from './vault.ts';

export type KeyEncryptionConfig = ConfigOf<KeyEncryptionSettings>;

interface KeyContext {
  /** Name of the service. */
  name: string;
  log: Log;
  metrics: Metrics;
  config: { environment: 'development' | 'production' };
  onShutdown: (stage: 'store', step: () => void) => void;
}

/** Opens the key-encryption keys of a file. The service is their name in logs, metrics and errors. @throws Error, one sentence, if they are unusable */
export async function openKeyEncryption(
  file: string,
  config: KeyEncryptionConfig,
  around: KeyContext,
): Promise<KeyWrapper> {
  const { name, log, metrics } = around;
  if (config.provider === 'file') return openKeyFile(file, { name, log, metrics });
  const { vaultAddress, vaultRole, vaultServiceAccount } = config;
  if (vaultAddress === '') throw new Error('VAULT_ADDR is not set; the provider vault needs it.');
  if (around.config.environment === 'production' && !isProtected(new URL(vaultAddress))) {
    throw new Error('VAULT_ADDR must use https in production, except for an agent at 127.0.0.1.');
  }
  if (!config.vaultToken && !(vaultRole && vaultServiceAccount)) {
    throw new Error('Set VAULT_TOKEN_FILE, or VAULT_KUBERNETES_ROLE and VAULT_KUBERNETES_TOKEN_FILE.');
  }
  assertPrivateFile(file, `The file of the keys of ${name}`);
  const keys = await openVaultKeys({
    name,
    address: vaultAddress,
    ca: config.vaultCa,
    transitKey: config.vaultTransitKey,
    token: config.vaultToken,
    kubernetes: vaultServiceAccount && vaultRole ? { role: vaultRole, token: vaultServiceAccount } : undefined,
    sealed: () => readFileSync(file, 'utf8'),
    log,
    metrics,
  });
  around.onShutdown('store', () => keys.close());
  return keys;
}

/** The token and the keys travel to this address. */
const isProtected = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || hostname === '127.0.0.1';
