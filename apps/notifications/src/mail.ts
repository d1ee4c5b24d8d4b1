import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { FailCause, Notice } from './domain/notice.ts';
import { LAYOUT } from './domain/templates.ts';

/** Message-ID and file name derive from the notice's ID, so that duplicates are recognisable. */
export type Mail = Required<Pick<Notice, 'id' | 'emailAddress' | 'subject' | 'text' | 'language'>> & {
  /** Text below the signature line. @default the note to applicants */
  footer?: string;
};

/** refused: permanent for this email; unavailable: temporary. */
export type MailResult = { outcome: 'sent' } | { outcome: 'refused' | 'unavailable'; cause: FailCause };

export type Mailer = (mail: Mail) => Promise<MailResult>;

/** Builds the common message. The address is an object, so that a comma does not add a recipient. */
function buildMessage(mail: Mail, from: string) {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: mail.emailAddress },
    subject: mail.subject,
    text: `${mail.text}\n\n-- \n${mail.footer ?? LAYOUT[mail.language].noReply}\n`,
    messageId: `<${mail.id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Requires TLS with a valid certificate, except for localhost, because emails contain personal data. */
function requireTls(text: string): string {
  const url = new URL(text);
  if (LOOPBACK.test(url.hostname)) return text;
  // URL parameters override options, so remove those that weaken TLS.
  for (const name of [...url.searchParams.keys()]) if (/tls$|^tls\./i.test(name)) url.searchParams.delete(name);
  if (url.protocol !== 'smtps:') url.searchParams.set('requireTLS', 'true');
  return url.href;
}

/**
 * Creates a mailer that opens an SMTP connection per email.
 * `url` is read each time, because it may change. It may contain a password, so never log it.
 * @param ca CA certificates (PEM) of the server; by default those of Node
 */
export function createSmtpMailer(url: () => string, from: string, ca?: () => string): Mailer {
  const limits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
  return async (mail) => {
    try {
      await createTransport({ url: requireTls(url()), ...limits, ...(ca && { tls: { ca: ca() } }) } as object).sendMail(
        buildMessage(mail, from),
      );
      return { outcome: 'sent' };
    } catch (error) {
      return classifyError(error as SmtpError);
    }
  };
}

interface SmtpError {
  code?: string;
  responseCode?: number;
  message?: string;
}

/**
 * 5xx responses about the email or its address are permanent. Connection and authentication errors are temporary.
 */
function classifyError({ code = '', responseCode = 0, message = '' }: SmtpError): MailResult {
  // nodemailer replaces Node's error code, so only the message identifies the error.
  if (/certificate/i.test(message) && responseCode === 0) return { outcome: 'unavailable', cause: 'smtp-certificate' };
  const isAboutMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (code === 'ETLS') return { outcome: 'unavailable', cause: 'smtp-tls' };
  if (isAboutMail && responseCode >= 500) return { outcome: 'refused', cause: `smtp-${responseCode}` };
  if (code === 'EENVELOPE' && responseCode === 0) return { outcome: 'refused', cause: 'address-invalid' };
  return { outcome: 'unavailable', cause: responseCode ? `smtp-${responseCode}` : 'smtp-unavailable' };
}

/**
 * Creates a mailer that writes one .eml file per email, readable by the owner only. A duplicate replaces the file.
 */
export function createFileMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return async (mail) => {
    const { message } = await transport.sendMail(buildMessage(mail, from));
    const file = join(folder, `${mail.id}.eml`);
    const write = () => writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
    await write().catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await write();
    });
    await rename(`${file}.part`, file);
    return { outcome: 'sent' };
  };
}
