import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo, Socket } from 'node:net';

/** The email as received, before the response. */
export interface ReceivedMail {
  from: string;
  to: string;
  message: string;
  messageId: string;
}

/** An SMTP server with the minimum of verbs and scripted replies. */
export interface TestSmtpServer {
  url: string;
  port: number;
  received: ReceivedMail[];
  /** Verbs received. */
  verbs: string[];
  /** Reply to RCPT TO; default 250. */
  rcptReply: (to: string) => string;
  /** Reply to a message; a promise that never resolves blocks the sender. */
  dataReply: (mail: ReceivedMail) => string | Promise<string>;
  close(): Promise<void>;
}

/** @param certificate makes the server use TLS from the first byte, on all addresses of this machine */
export async function startSmtpServer(
  port = 0,
  certificate?: { pfx: Buffer; passphrase: string },
): Promise<TestSmtpServer> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const writeLine = (line: string) => socket.write(`${line}\r\n`);
    let buffer = '';
    let inData = false;
    let from = '';
    let to = '';
    const line = (text: string): void => {
      const [verb = '', argument = ''] = [text.slice(0, 4).toUpperCase(), /<(.*)>/.exec(text)?.[1]];
      smtp.verbs.push(verb);
      if (verb === 'EHLO') writeLine('250 test');
      else if (verb === 'STAR') writeLine('502 no TLS here');
      else if (verb === 'MAIL') writeLine(((from = argument), '250 ok'));
      else if (verb === 'RCPT') writeLine(smtp.rcptReply((to = argument)));
      else if (verb === 'DATA') writeLine(((inData = true), '354 go on'));
      else if (verb === 'QUIT') socket.end('221 bye\r\n');
      else writeLine('250 ok');
    };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      buffer += chunk;
      for (;;) {
        const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (!inData) {
          line(text);
          continue;
        }
        inData = false;
        const messageId = /^Message-ID: <(.*)>/im.exec(text)?.[1] ?? '';
        const mail = { from, to, message: text, messageId };
        smtp.received.push(mail);
        void Promise.resolve(smtp.dataReply(mail)).then(writeLine);
      }
    });
    writeLine('220 test');
  };
  const server = certificate ? createTlsServer(certificate, serve) : createServer(serve);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, certificate ? '0.0.0.0' : '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const smtp: TestSmtpServer = {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    received: [],
    verbs: [],
    rcptReply: () => '250 ok',
    dataReply: () => '250 ok',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return smtp;
}
