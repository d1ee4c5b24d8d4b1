import type { ConfigOf, Settings } from '@cups/process/settings';

/** Settings of the providers with pages of their own, see docs/how-to/connect-an-identity-provider.md. */

const SAML = {
  entityId: {
    name: 'SAML_ENTITY_ID',
    type: 'text',
    default: '',
    meaning: 'Who we are for the identity provider of `mpass`, as it was registered there.',
  },
  idpEntityId: {
    name: 'SAML_IDP_ENTITY_ID',
    type: 'text',
    default: '',
    meaning: 'Who the identity provider is: the entity id in its metadata.',
  },
  ssoUrl: {
    name: 'SAML_IDP_SSO_URL',
    type: 'text',
    default: '',
    meaning: 'Where it takes requests to sign in, by HTTP-POST.',
  },
  sloUrl: {
    name: 'SAML_IDP_SLO_URL',
    type: 'text',
    default: '',
    meaning: 'Where it takes messages about signing out, by HTTP-POST; empty: nobody is signed out there.',
  },
  certificates: {
    name: 'SAML_IDP_CERTIFICATES_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the certificate (PEM) that it signs with; two while it changes its key. Read again when the file changes.',
  },
  keysDir: {
    name: 'SAML_KEYS_DIR',
    type: 'path',
    default: '.cups/saml',
    meaning:
      'Folder of our key pairs, PEM: `current.key` and `current.crt` sign and decrypt; `next` is published in the metadata before it is used, `previous` decrypts what is still on its way. Read again when they change.',
  },
  skewMs: {
    name: 'SAML_CLOCK_SKEW_MS',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 300_000,
    default: 60_000,
    meaning: 'How far the clock of the identity provider may be from ours.',
  },
  plain: {
    name: 'SAML_PLAIN_ASSERTIONS',
    type: 'flag',
    default: false,
    meaning: 'Whether assertions may come unencrypted, for trying out; production refuses it.',
  },
  strongContexts: {
    name: 'SAML_STRONG_CONTEXTS',
    type: 'list',
    default: ['SmartcardPKI', 'MobileTwoFactorContract', 'MobileTwoFactorUnregistered', 'TimeSyncToken', 'X509'].map(
      (method) => `urn:oasis:names:tc:SAML:2.0:ac:classes:${method}`,
    ),
    meaning: 'Methods of sign-in with a second factor (AuthnContextClassRef), which supervisors and support must use.',
  },
  roleAttributes: {
    name: 'SAML_ROLE_ATTRIBUTES',
    type: 'list',
    default: ['OperatorCUPS', 'Specialist CUPS'],
    meaning:
      'Attributes that name rights, as `CU-001:specialist`, `asp:agency-clerk` or `supervisor`, where SAML_ROLES is `attributes`.',
  },
  roles: {
    name: 'SAML_ROLES',
    type: 'choice',
    choices: ['store', 'attributes'],
    default: 'store',
    meaning:
      'Which rights count: `store`, those of our staff; `attributes`, of those the ones that the identity provider asserts as well.',
  },
  displayName: {
    name: 'SAML_DISPLAY_NAME',
    type: 'text',
    default: 'MPass',
    meaning: 'What the button of the sign-in page says.',
  },
} as const satisfies Settings;

const OIDC = {
  issuer: {
    name: 'OIDC_ISSUER',
    type: 'text',
    default: '',
    meaning: 'Address of the OpenID provider of `oidc`, under which its discovery document is found.',
  },
  clientId: {
    name: 'OIDC_CLIENT_ID',
    type: 'text',
    default: '',
    meaning: 'Who we are for it.',
  },
  clientSecret: {
    name: 'OIDC_CLIENT_SECRET_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with our secret there, read again when it changes.',
  },
  personClaim: {
    name: 'OIDC_PERSON_CLAIM',
    type: 'text',
    default: 'idnp',
    meaning: 'The claim of the ID token that holds the IDNP.',
  },
  strongAcr: {
    name: 'OIDC_STRONG_ACR',
    type: 'list',
    default: [],
    meaning:
      'Levels of sign-in with a second factor (`acr`), which supervisors and support must use. An `amr` of `mfa` counts as well.',
  },
  displayName: {
    name: 'OIDC_DISPLAY_NAME',
    type: 'text',
    default: 'OpenID Connect',
    meaning: 'What the button of the sign-in page says.',
  },
} as const satisfies Settings;

export const SIGN_IN = { saml: SAML, oidc: OIDC } as const satisfies Settings;

export type SignInSettings = ConfigOf<typeof SIGN_IN>;
