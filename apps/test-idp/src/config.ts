/** What the starter tells us; for tests and development only, so there are no defaults. */
export interface Config {
  port: number;
  /** Where browsers find us, without a path. */
  url: string;
  /** Folder of our keys, made where they are not there, and of `people.json`. */
  dir: string;
  /** Of the platform: its origins, its entity id, the file with its certificate, its client id and the file with its secret. */
  origins: string[];
  entityId: string;
  certificateFile: string;
  clientId: string;
  clientSecretFile: string;
}

/** @throws Error, one sentence that names what is missing */
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
