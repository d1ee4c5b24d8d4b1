/** What OpenSSL and Node call a certificate that does not count. */
const CERTIFICATE_ERRORS =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|(?:ERR_TLS_)?CERT_[A-Z_]+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/** Whether a failed connection failed because the certificate of the other side was not believed; `code` as of Node's errors. */
export const isCertificateError = (code: unknown): code is string =>
  typeof code === 'string' && CERTIFICATE_ERRORS.test(code);

/** Whether the other side answered something that is no TLS. */
export const isPlaintextPeerError = (code: unknown): code is string => code === 'ERR_SSL_WRONG_VERSION_NUMBER';
