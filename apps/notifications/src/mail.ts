import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { FailCause, Notice } from './domain/notice.ts';
import { LAYOUT } from './domain/templates.ts';

/** Message-ID and file name come from the id of the notice, so that a repeat can be recognised. */
export type Mail = Required<Pick<Notice, 'id' | 'to' | 'subject' | 'text' | 'language'>>;

/** refused: never for this mail, for a cause that is a code; away: not now. */
export type MailResult = { outcome: 'sent' } | { outcome: 'refused' | 'away'; cause: FailCause };

export type Mailer = (mail: Mail) => Promise<MailResult>;

/** What every mail has; the address stands alone, so that a comma in it makes no second one. */
function buildMessage(mail: Mail, from: string) {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: `${mail.text}\n\n-- \n${LAYOUT[mail.language].noReply}\n`,
    messageId: `<${mail.id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The address with TLS demanded and a certificate that counts, unless the server is on this machine: mail holds a person's address
 * and file.
 */
function requireTls(text: string): string {
  const url = new URL(text);
  if (LOOPBACK.test(url.hostname)) return text;
  // Parameters of the address win over options, so they are what must not say otherwise.
  for (const name of [...url.searchParams.keys()]) if (/tls$|^tls\./i.test(name)) url.searchParams.delete(name);
  if (url.protocol !== 'smtps:') url.searchParams.set('requireTLS', 'true');
  return url.href;
}

/**
 * Mail by SMTP, a connection for each: `url` may change meanwhile; it may hold a password and is never logged. Nothing is
 * sent without TLS but to this machine.
 * @param ca the authorities (PEM) of the server's certificate; without it those that Node knows
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

/** A 5xx answer about this mail or its address is for good; trouble with the connection or our sign-in is not. */
function classifyError({ code = '', responseCode = 0, message = '' }: SmtpError): MailResult {
  // nodemailer puts a code of its own over that of Node; only the words are left.
  if (/certificate/i.test(message) && responseCode === 0) return { outcome: 'away', cause: 'smtp-certificate' };
  const aboutMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (code === 'ETLS') return { outcome: 'away', cause: 'smtp-tls' };
  if (aboutMail && responseCode >= 500) return { outcome: 'refused', cause: `smtp-${responseCode}` };
  if (code === 'EENVELOPE' && responseCode === 0) return { outcome: 'refused', cause: 'address-invalid' };
  return { outcome: 'away', cause: responseCode ? `smtp-${responseCode}` : 'smtp-away' };
}

/** Mail as one .eml file each, readable for their owner only; a repeat replaces the file of its notice. */
export function createFileMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return async (mail) => {
    const { message } = await transport.sendMail(buildMessage(mail, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${mail.id}.eml`);
    await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${file}.part`, file);
    return { outcome: 'sent' };
  };
}
