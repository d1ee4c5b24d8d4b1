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
  const given = (name: string): string => {
    const value = variables[`TEST_IDP_${name}`];
    if (!value) throw new Error(`TEST_IDP_${name} is not set.`);
    return value;
  };
  return {
    port: Number(given('PORT')),
    url: given('URL'),
    dir: given('DIR'),
    origins: given('ORIGINS').split(','),
    entityId: given('ENTITY_ID'),
    certificateFile: given('CERTIFICATE_FILE'),
    clientId: given('CLIENT_ID'),
    clientSecretFile: given('CLIENT_SECRET_FILE'),
  };
}
