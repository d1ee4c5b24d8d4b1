import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDir } from '@cups/testing';
import { createSmtpMailer } from '../src/mail.ts';
import { noticeContextResponse, intakeEvent, startNotifications } from './harness.ts';
import { startSmtpServer } from './smtp-server.ts';
import type { TestSmtpServer } from './smtp-server.ts';

let smtp: TestSmtpServer;
let harness: Awaited<ReturnType<typeof startNotifications>>;
/** Makes the store lose the mark, as if the process crashed between sending and marking. */
let loseMark: ((id: string) => boolean) | undefined;

beforeAll(async () => {
  smtp = await startSmtpServer();
  harness = await startNotifications(
    { smtpUrl: () => smtp.url, claimMs: 1_500 },
    {
      mailer: (real) => async (mail) => {
        const result = await real(mail);
        if (loseMark?.(mail.id)) throw new Error('ended here');
        return result;
      },
    },
  );
});
afterEach(() => {
  smtp.rcptReply = () => '250 ok';
  smtp.dataReply = () => '250 ok';
  loseMark = undefined;
});
afterAll(async () => {
  await harness.stop();
  await smtp.close();
});

const mailsOf = (id: string) => smtp.received.filter(({ messageId }) => messageId.startsWith(id));
const sent = (id: string) => harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
const printable = (id: string) => harness.thread(id, ({ notices }) => notices[0]?.state === 'printable');

describe('a mail server on another machine', () => {
  // Reaches the test's server through an address that is not a loopback address.
  const elsewhere = (more = '') => `smtp://0.0.0.0:${smtp.port}${more}`;
  const mail = { id: 'n-1', emailAddress: 'ana@example.md', subject: 's', text: 't', language: 'ro' } as const;

  test.each(['', '?requireTLS=false', '?ignoreTLS=true', '?ignoreTLS=true&opportunisticTLS=true'])(
    'a mail server on another machine receives nothing without TLS: smtp://…%s',
    async (more) => {
      const [received, verbs] = [smtp.received.length, smtp.verbs.length];
      const result = await createSmtpMailer(() => elsewhere(more), 'CUPS <no-reply@cups.example>')(mail);
      expect(result).toEqual({ outcome: 'unavailable', cause: 'smtp-tls' });
      expect(smtp.received).toHaveLength(received);
      expect(smtp.verbs.slice(verbs)).not.toContain('MAIL');
    },
  );
});

describe('a mail server with a certificate of a private CA', () => {
  const folder = temporaryDir();
  const passphrase = 'of-the-tests';
  const mail = { id: 'n-2', emailAddress: 'ana@example.md', subject: 's', text: 't', language: 'ro' } as const;
  let server: TestSmtpServer;
  let ca: string;
  beforeAll(async () => {
    const [key, crt] = [join(folder.dir, 'key.p12'), join(folder.dir, 'ca.crt')];
    const store = ['-storetype', 'PKCS12', '-keystore', key, '-storepass', passphrase, '-alias', 'mail'];
    const what = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=mail', '-ext', 'san=ip:0.0.0.0'];
    execFileSync('keytool', ['-genkeypair', ...store, ...what, '-ext', 'bc:c=ca:true'], { stdio: 'ignore' });
    execFileSync('keytool', ['-exportcert', '-rfc', ...store, '-file', crt], { stdio: 'ignore' });
    ca = readFileSync(crt, 'utf8');
    server = await startSmtpServer(0, { pfx: readFileSync(key), passphrase });
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });
  const send = (more: string, authority?: () => string) =>
    createSmtpMailer(() => `smtps://0.0.0.0:${server.port}${more}`, 'CUPS <no-reply@cups.example>', authority)(mail);

  test('receives email when the CA is trusted', async () => {
    expect(await send('', () => ca)).toEqual({ outcome: 'sent' });
    expect(server.received).toHaveLength(1);
  });

  test.each(['', '?tls.rejectUnauthorized=false'])(
    'receives nothing when the CA is not trusted: smtps://…%s',
    async (more) => {
      const before = server.received.length;
      expect(await send(more)).toEqual({ outcome: 'unavailable', cause: 'smtp-certificate' });
      expect(server.received).toHaveLength(before);
    },
  );
});

describe('email by SMTP', () => {
  test('an email is sent once, and a comma in its address adds no recipient', async () => {
    const id = harness.application(noticeContextResponse('ana@example.md'));
    const two = harness.application(noticeContextResponse('ana@example.md,ion@example.md'));
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'), intakeEvent(two, 1, 'ApplicationSubmitted'));
    await sent(id);
    expect(mailsOf(id)).toEqual([
      expect.objectContaining({
        from: 'no-reply@cups.example',
        to: 'ana@example.md',
        messageId: `${id}-1@cups.example`,
      }),
    ]);
    expect((await printable(two)).notices[0]?.channel).toBe('slip');
    expect(mailsOf(two)).toHaveLength(0);
  });

  test('a temporarily rejected email is retried until accepted', async () => {
    const id = harness.application(noticeContextResponse('ana@example.md'));
    let tries = 0;
    smtp.dataReply = () => (++tries < 3 ? '451 later' : '250 ok');
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
    const thread = await sent(id);
    expect(tries).toBe(3);
    expect(thread.notices[0]?.failCause).toBeUndefined();
  });

  test('a permanently rejected email fails with the code, without a retry', async () => {
    const id = harness.application(noticeContextResponse('nobody@example.md'));
    let tries = 0;
    smtp.rcptReply = (to) => (to === 'nobody@example.md' && ++tries ? '550 no such user' : '250 ok');
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
    const thread = await harness.thread(id, ({ notices }) => notices[0]?.state === 'failed');
    expect(thread).toMatchObject({ notices: [{ failCause: 'smtp-550' }], timer: null });
    expect(tries).toBe(1);
    const { html } = await harness.deskClient().getSlip({ name: `notices/${id}-1` });
    expect(html).toContain('ABCD-EFGH-JKMN-PX');
  });

  test('a changed contact receives the email that its former address rejected or did not receive yet', async () => {
    const former = noticeContextResponse('former@example.md');
    const [rejected, pending] = [harness.application(former), harness.application(former)];
    smtp.rcptReply = (to) => (to === 'former@example.md' ? '550 no such user' : '250 ok');
    await harness.publish(intakeEvent(rejected, 1, 'ApplicationSubmitted'));
    await harness.thread(rejected, ({ notices }) => notices[0]?.state === 'failed');
    smtp.rcptReply = (to) => (to === 'former@example.md' ? '451 later' : '250 ok');
    await harness.publish(intakeEvent(pending, 1, 'ApplicationSubmitted'));
    await harness.thread(pending, ({ notices }) => notices[0]?.failCause === 'smtp-451');

    for (const id of [rejected, pending]) harness.answers.set(id, noticeContextResponse('current@example.md'));
    await harness.publish(intakeEvent(rejected, 2, 'ContactChanged'), intakeEvent(pending, 2, 'ContactChanged'));
    for (const id of [rejected, pending]) {
      await sent(id);
      expect(mailsOf(id).map(({ to }) => to)).toEqual(['current@example.md']);
    }
  });

  test('a slow mail server receives 24 emails at once', async () => {
    const ids = Array.from({ length: 24 }, () => harness.application(noticeContextResponse('ana@example.md')));
    const { promise: allReceived, resolve } = Promise.withResolvers<void>();
    let received = 0;
    smtp.dataReply = async () => {
      if (++received === ids.length) resolve();
      await allReceived;
      return '250 ok';
    };
    await harness.publish(...ids.map((id) => intakeEvent(id, 1, 'ApplicationSubmitted')));
    await Promise.all(ids.map(sent));
    expect(received).toBe(ids.length);
  });

  test('an email waits while the mail server is unavailable, without blocking others', async () => {
    const { port } = smtp;
    await smtp.close();
    const [id, paper] = [
      harness.application(noticeContextResponse('ana@example.md')),
      harness.application(noticeContextResponse('')),
    ];
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'), intakeEvent(paper, 1, 'ApplicationSubmitted'));
    await printable(paper);
    await harness.thread(id, ({ notices }) => notices[0]?.failCause === 'smtp-unavailable');
    smtp = await startSmtpServer(port);
    await sent(id);
    expect(mailsOf(id)).toHaveLength(1);
  });
});

describe('a crash between sending and marking', () => {
  test('a crash between sending and marking repeats the email under the same Message-ID', async () => {
    const id = harness.application(noticeContextResponse('ana@example.md'));
    let crashes = 0;
    loseMark = (notice) => notice === `${id}-1` && ++crashes === 1;
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
    await eventually(() => mailsOf(id).length === 1);
    expect((await harness.thread(id)).notices[0]?.state).toBe('pending');
    await sent(id);
    expect(mailsOf(id).map(({ messageId }) => messageId)).toEqual([`${id}-1@cups.example`, `${id}-1@cups.example`]);
  });

  test('a SIGKILL between sending and marking makes another process repeat the email', async () => {
    const other = await startNotifications({ smtpUrl: () => smtp.url, claimMs: 1_500 });
    await other.service.stop();
    const { config } = other;
    const start = () =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../src/main.ts')], {
        env: {
          ...process.env,
          CUPS_ENV: 'development',
          ...{ MONGODB_URI: config.mongoUri, KAFKA_BROKERS: config.kafkaBrokers.join(','), CUPS_PREFIX: config.prefix },
          ...{ GRPC_PORT: '0', HTTP_PORT: '0', KEYS_DIR: config.keysDir, INTAKE_ADDRESS: config.intakeAddress },
          ...{ SMTP_URL: smtp.url, STATE_DIR: other.root, MAIL_CLAIM_TIMEOUT_MS: '1500', TIMER_POLL_INTERVAL_MS: '50' },
        },
        stdio: 'ignore',
      });
    const id = other.application(noticeContextResponse('ana@example.md'));
    await other.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
    let hasConnected = false;
    smtp.dataReply = () => {
      hasConnected = true;
      return new Promise(() => {});
    };
    const first = start();
    await eventually(() => hasConnected);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect((await other.thread(id)).notices[0]?.state).toBe('pending');
    smtp.dataReply = () => '250 ok';
    const second = start();
    try {
      await other.thread(id, ({ notices }) => notices[0]?.state === 'sent');
    } finally {
      second.kill('SIGTERM');
    }
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).toBe(0);
    expect(mailsOf(id).map(({ messageId }) => messageId)).toEqual([`${id}-1@cups.example`, `${id}-1@cups.example`]);
    await other.stop();
  });
});
