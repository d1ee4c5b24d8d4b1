import type { ConfigOf, Settings } from '@cups/process/settings';

/** Settings of the providers with pages of their own, see docs/how-to/connect-an-identity-provider.md. */

const SAML = {
  entityId: {
    name: 'SAML_ENTITY_ID',
    type: 'text',
    default: '',
    meaning: 'Entity ID of the platform, as registered at the provider of `mpass`.',
  },
  idpEntityId: {
    name: 'SAML_IDP_ENTITY_ID',
    type: 'text',
    default: '',
    meaning: 'Entity ID of the identity provider, from its metadata.',
  },
  ssoUrl: {
    name: 'SAML_IDP_SSO_URL',
    type: 'text',
    default: '',
    meaning: 'URL of the provider for sign-in requests (HTTP-POST).',
  },
  sloUrl: {
    name: 'SAML_IDP_SLO_URL',
    type: 'text',
    default: '',
    meaning: 'URL of the provider for logout messages (HTTP-POST); empty: no logout at the provider.',
  },
  certificates: {
    name: 'SAML_IDP_CERTIFICATES_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the signing certificate (PEM) of the provider; two during a rotation. Changes are read without a restart.',
  },
  keysDir: {
    name: 'SAML_KEYS_DIR',
    type: 'path',
    default: '.cups/saml',
    meaning:
      'Folder with the PEM key pairs of the platform. `current.key` and `current.crt` sign and decrypt. `next` is published in the metadata before its use. `previous` decrypts messages in transit. Changes are read without a restart.',
  },
  skewMs: {
    name: 'SAML_CLOCK_SKEW_MS',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 300_000,
    default: 60_000,
    meaning: 'Maximum clock difference to the identity provider.',
  },
  assertions: {
    name: 'SAML_ASSERTIONS',
    type: 'choice',
    choices: ['signed-response', 'encrypted'],
    default: 'signed-response',
    meaning:
      'What the provider must do to an assertion. `signed-response`: sign the response around it, as MPass documents; an assertion that is also signed or encrypted is accepted too. `encrypted`: sign and encrypt it as well.',
  },
  mfaContexts: {
    name: 'SAML_MFA_CONTEXTS',
    type: 'list',
    default: ['SmartcardPKI', 'MobileTwoFactorContract', 'MobileTwoFactorUnregistered', 'TimeSyncToken', 'X509'].map(
      (method) => `urn:oasis:names:tc:SAML:2.0:ac:classes:${method}`,
    ),
    meaning: 'Sign-in methods with a second factor (AuthnContextClassRef), required for supervisors and support.',
  },
  roleAttributes: {
    name: 'SAML_ROLE_ATTRIBUTES',
    type: 'list',
    default: ['OperatorCUPS', 'Specialist CUPS'],
    meaning:
      'Attributes with rights such as `CU-001:specialist`, `asp:agency-clerk` or `supervisor`, where SAML_ROLES is `attributes`.',
  },
  roles: {
    name: 'SAML_ROLES',
    type: 'choice',
    choices: ['store', 'attributes'],
    default: 'store',
    meaning:
      'Source of rights. `store`: the staff records. `attributes`: the staff rights that the identity provider also asserts.',
  },
  displayName: {
    name: 'SAML_DISPLAY_NAME',
    type: 'text',
    default: 'MPass',
    meaning: 'Label of the sign-in button.',
  },
} as const satisfies Settings;

const OIDC = {
  issuer: {
    name: 'OIDC_ISSUER',
    type: 'text',
    default: '',
    meaning: 'Issuer URL of the OpenID provider of `oidc`, with its discovery document.',
  },
  clientId: {
    name: 'OIDC_CLIENT_ID',
    type: 'text',
    default: '',
    meaning: 'Client ID at the OpenID provider.',
  },
  clientSecret: {
    name: 'OIDC_CLIENT_SECRET_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with the client secret. Changes are read without a restart.',
  },
  personClaim: {
    name: 'OIDC_PERSON_CLAIM',
    type: 'text',
    default: 'idnp',
    meaning: 'Claim of the ID token with the IDNP.',
  },
  mfaAcr: {
    name: 'OIDC_MFA_ACR',
    type: 'list',
    default: [],
    meaning:
      'Values of `acr` with a second factor, required for supervisors and support. An `amr` of `mfa` also counts.',
  },
  displayName: {
    name: 'OIDC_DISPLAY_NAME',
    type: 'text',
    default: 'OpenID Connect',
    meaning: 'Label of the sign-in button.',
  },
} as const satisfies Settings;

export const SIGN_IN = { saml: SAML, oidc: OIDC } as const satisfies Settings;

export type SignInSettings = ConfigOf<typeof SIGN_IN>;
