/** Settings from the starter. There are no defaults, because they are for tests and development only. */
export interface Config {
  port: number;
  /** Public origin, without a path. */
  url: string;
  /** Folder of the keys, which are generated if missing, and of `people.json`. */
  dir: string;
  /** Origins of the platform. The following settings describe it as well. */
  origins: string[];
  entityId: string;
  certificateFile: string;
  clientId: string;
  clientSecretFile: string;
}

/** @throws Error that names the missing variable */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const required = (name: string): string => {
    const value = variables[`TEST_IDP_${name}`];
    if (!value) throw new Error(`TEST_IDP_${name} is not set.`);
    return value;
  };
  return {
    port: Number(required('PORT')),
    url: required('URL'),
    dir: required('DIR'),
    origins: required('ORIGINS').split(','),
    entityId: required('ENTITY_ID'),
    certificateFile: required('CERTIFICATE_FILE'),
    clientId: required('CLIENT_ID'),
    clientSecretFile: required('CLIENT_SECRET_FILE'),
  };
}
