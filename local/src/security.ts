import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrivateFolder } from './private-folder.ts';

const execute = promisify(execFile);

/** The Kafka user with all rights. */
const ADMIN_USER = 'admin';

/** Certificate and passwords of a secure platform. */
export interface PlatformSecurity {
  /** File of the certificate to trust (PEM). */
  readonly caFile: string;
  /** File of key and certificate (PKCS12), and its password. */
  readonly keyFile: string;
  readonly keyPassword: string;
  /** The Kafka user with all rights; its password is also in the file. */
  readonly admin: { readonly username: string; readonly password: string; readonly passwordFile: string };
  /** Password with which the broker signs in to the controller. */
  readonly controllerPassword: string;
}

/**
 * Returns certificate and passwords of a data folder, created on the first call for the client address and this
 * machine.
 * @throws Error if the JDK's `keytool` is missing, or the existing certificate is for another address
 */
export async function openSecurity(dataDir: string, host: string): Promise<PlatformSecurity> {
  const folder = join(dataDir, 'tls');
  await ensurePrivateFolder(folder);
  const file = join(folder, 'secure.json');
  const known = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as PlatformSecurity & { host: string },
    () => undefined,
  );
  const passwordFile = join(folder, 'admin.password');
  if (known && known.host !== host) {
    throw new Error(
      `The certificate in ${folder} is for ${known.host}, not for ${host}: remove the folder ${dataDir}.`,
    );
  }
  if (known) {
    // The folder may have moved.
    const { username, password } = known.admin;
    await writeFile(passwordFile, password, { mode: 0o600 });
    const files = { caFile: join(folder, 'ca.crt'), keyFile: join(folder, 'key.p12') };
    return Object.assign(known, files, { admin: { username, password, passwordFile } });
  }
  const secret = () => randomBytes(24).toString('hex');
  const secure: PlatformSecurity = {
    caFile: join(folder, 'ca.crt'),
    keyFile: join(folder, 'key.p12'),
    keyPassword: secret(),
    admin: { username: ADMIN_USER, password: secret(), passwordFile },
    controllerPassword: secret(),
  };
  await createCertificate(secure, host);
  await writeFile(passwordFile, secure.admin.password, { mode: 0o600 });
  await writeFile(file, JSON.stringify(Object.assign({ host }, secure)), { mode: 0o600 });
  return secure;
}

/** Creates a key with a self-signed authority certificate. */
async function createCertificate({ keyFile, keyPassword, caFile }: PlatformSecurity, host: string): Promise<void> {
  const names = [...new Set([host, '127.0.0.1', 'localhost'])];
  const sans = names.map((name) => `${isIP(name) ? 'ip' : 'dns'}:${name}`).join();
  const store = ['-storetype', 'PKCS12', '-keystore', keyFile, '-storepass:env', 'KEY_PASSWORD', '-alias', 'local'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '825', '-dname', 'CN=local'];
  const env = { ...process.env, KEY_PASSWORD: keyPassword };
  try {
    await execute('keytool', ['-genkeypair', ...store, ...key, '-ext', `san=${sans}`, '-ext', 'bc:c=ca:true'], { env });
    await execute('keytool', ['-exportcert', '-rfc', ...store, '-file', caFile], { env });
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string };
    throw new Error(`The JDK's keytool could not create a certificate: ${stdout.trim() || message}`, {
      cause: error,
    });
  }
}
