import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SealingKey, SealingKeys } from '../src/index.ts';

/** AES-256-GCM as the data keys of services use it. */
function createKey(): SealingKey {
  const [secret, id] = [randomBytes(32), randomBytes(8)];
  return {
    id,
    seal(place, plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(place));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(place, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, 12));
      decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    },
  };
}

/** Keys in memory. `destroy` and `lose` work for every holder immediately. */
export function createMemoryKeys(): SealingKeys & {
  destroy(id: string): void;
  lose(id: string): void;
  created(): number;
} {
  const keys = new Map<string, SealingKey>();
  const destroyed = new Set<string>();
  return {
    created: () => keys.size,
    async create(id) {
      const key = keys.get(id) ?? createKey();
      keys.set(id, key);
      return key;
    },
    async find(id) {
      if (!keys.has(id) && !destroyed.has(id)) throw new Error('The key was lost.');
      return keys.get(id);
    },
    async findMany(ids) {
      return {
        keys: new Map(ids.flatMap((id) => (keys.has(id) ? [[id, keys.get(id)!] as const] : []))),
        unreadable: new Set(ids.filter((id) => !keys.has(id) && !destroyed.has(id))),
      };
    },
    isDestroyed: async (id) => destroyed.has(id),
    destroy(id) {
      destroyed.add(id);
      keys.delete(id);
    },
    lose: (id) => void keys.delete(id),
  };
}
