import type { ConfigOf, Settings } from '@cups/process/settings';

/** Settings of the connection to MPower. */
export const MPOWER = {
  url: {
    name: 'MPOWER_URL',
    type: 'text',
    default: '',
    meaning:
      'URL of the clients API of MPower, before `/api/Authorization`. Empty: no power in MPower is accepted as a ground. Production requires https.',
  },
  certificate: {
    name: 'MPOWER_CERTIFICATE_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the client certificate (PEM) of the system, as registered in MPass. Changes are read without a restart.',
  },
  key: {
    name: 'MPOWER_KEY_FILE',
    type: 'file',
    optional: true,
    meaning: 'File with the private key (PEM) of that certificate. Changes are read without a restart.',
  },
  ca: {
    name: 'MPOWER_CA_FILE',
    type: 'file',
    optional: true,
    meaning: 'File with the certificate authority (PEM) of MPower. Empty: the authorities of the system.',
  },
  idno: {
    name: 'MPOWER_IDNO',
    type: 'text',
    default: '',
    meaning:
      'IDNO of the operator of the centres, to which people grant powers. Empty: only powers of a representative are accepted.',
  },
} as const satisfies Settings;

export type MPowerSettings = ConfigOf<typeof MPOWER>;
