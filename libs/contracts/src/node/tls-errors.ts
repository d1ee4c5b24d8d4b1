/** Error codes of OpenSSL and Node for an untrusted certificate. */
const CERTIFICATE_ERRORS =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|(?:ERR_TLS_)?CERT_[A-Z_]+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/** Whether a connection failed because the peer's certificate is not trusted; `code` as in Node's errors. */
export const isCertificateError = (code: unknown): code is string =>
  typeof code === 'string' && CERTIFICATE_ERRORS.test(code);

/** Whether the peer did not use TLS. */
export const isPlaintextPeerError = (code: unknown): code is string => code === 'ERR_SSL_WRONG_VERSION_NUMBER';
