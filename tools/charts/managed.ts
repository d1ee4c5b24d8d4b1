/**
 * Settings that nobody writes under `settings` of a chart: the chart knows them by itself, or from another value. What is
 * neither here nor a secret is a value of the chart under its own name.
 */
export const MANAGED: Readonly<Record<string, string>> = {
  LISTEN_HOST: 'from `global.listenHost`',
  GRPC_PORT: 'the port of the service in the platform',
  HTTP_PORT: 'the operations port of the service',
  CUPS_KEYS: 'a volume of the Secret `keys.existingSecret` and the ConfigMap `global.publicKeys.configMap`',
  CUPS_DATA: 'volumes of the ConfigMaps that the chart of centres makes',
  MONGODB_URI: 'a file of the Secret `mongodb.existingSecret`, named by `MONGODB_URI_FILE`',
  KAFKA_BROKERS: 'from `global.kafka.brokers`',
  CUPS_PREFIX: 'from `global.prefix`',
  CUPS_ENV: 'from `global.environment`',
  CATALOG_ADDRESS: 'the headless Service of catalog',
  IDENTITY_ADDRESS: 'the headless Service of identity',
  INTAKE_ADDRESS: 'the headless Service of intake',
  AGENCY_BRIDGE_ADDRESS: 'the headless Service of agency-bridge',
  NOTIFICATIONS_ADDRESS: 'the headless Service of notifications',
  CUPS_IDENTITY_PROVIDERS: 'from `providers`',
  REQUEST_SECRET_FILE: 'a file of the Secret `requestSecret.existingSecret`',
  SMTP_URL_FILE: 'a file of the Secret `mail.existingSecret`',
  SMTP_URL: 'never: an address with a password stands in no environment',
  CUPS_STATE: 'a folder in memory of the pod, only while `mail.existingSecret` is empty',
  GATEWAY_PORT: 'the port behind the Service `gateway`',
  GATEWAY_HOST: 'from `global.listenHost`',
  PUBLIC_ORIGIN: 'from `publicOrigin`',
  TRUST_PROXY: 'from `route.trustedProxies`, where there is a route',
  CUPS_OPENAPI: 'by the image',
  CUPS_RELEASE: 'by the image',
  CUPS_CHECK_ANSWERS: 'never: it is for tests',
};
