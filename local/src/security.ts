import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrivateFolder } from './private-folder.ts';

const execute = promisify(execFile);

/** The user of Kafka that may do everything. */
const ADMIN_USER = 'admin';

/** How a part is closed to whoever has no business with it: its certificate, and the passwords of Kafka. */
export interface PlatformSecurity {
  /** File of the certificate that clients must trust (PEM). */
  readonly caFile: string;
  /** File of the key and its certificate (PKCS12), and what opens it. */
  readonly keyFile: string;
  readonly keyPassword: string;
  /** The user of Kafka that may do everything; its password stands in the file too. */
  readonly admin: { readonly username: string; readonly password: string; readonly passwordFile: string };
  /** With it Kafka's broker signs in to Kafka's controller. */
  readonly controllerPassword: string;
}

/**
 * The certificate and the passwords of a data folder, made at the first call, for the address that clients use and for this
 * machine itself.
 *
 * @throws Error when the JDK's `keytool` is missing, or the folder's certificate is for another address
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
    // The folder may have been moved.
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

/** A key with a certificate that is its own authority. */
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
    throw new Error(`No certificate could be made with the JDK's keytool: ${stdout.trim() || message}`, {
      cause: error,
    });
  }
}
