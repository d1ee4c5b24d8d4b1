import type { Log, Metrics } from '@cups/contracts';
import { parseAgencyKey, watchAgencyKeys } from '@cups/registry';
import type { Agency, AgencyJwk, AgencyKey, Registry } from '@cups/registry';

/** The public keys of agencies, from their files and from a folder of further keys. */
export interface AgencyKeys {
  /** Returns the keys of an agency by code; undefined for an unknown agency, and for one whose file was deleted. */
  find: (code: string) => readonly AgencyKey[] | undefined;
  close(): void;
}

/**
 * Watches the keys of agencies.
 * @param options.dir folder of further keys; undefined for none
 * @throws Error if the folder cannot be read at the start
 */
export async function openAgencyKeys(options: {
  agencies: Pick<Registry<Agency>, 'current' | 'isDeleted'>;
  dir: string | undefined;
  log: Log;
  metrics: Metrics;
}): Promise<AgencyKeys> {
  const { agencies, dir, log, metrics } = options;
  const further: Registry<AgencyJwk[]> | undefined =
    dir === undefined ? undefined : await watchAgencyKeys({ dir, log, metrics });
  /** Registries return the same list until its file changes. */
  const parsed = new WeakMap<AgencyJwk[], AgencyKey[]>();
  const parse = (jwks: AgencyJwk[] = []): AgencyKey[] => {
    const keys = parsed.get(jwks) ?? jwks.map(parseAgencyKey);
    parsed.set(jwks, keys);
    return keys;
  };
  return {
    find(code) {
      // A registry keeps the entry of a deleted file; the access of a removed agency ends.
      const agency = agencies.isDeleted(`${code}.yaml`) ? undefined : agencies.current().get(code);
      return agency && [...parse(agency.keys), ...parse(further?.current().get(code))];
    },
    close: () => further?.close(),
  };
}
