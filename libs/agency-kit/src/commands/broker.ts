import { once } from 'node:events';
import { resolve } from 'node:path';
import { userOf } from '../sandbox/rights.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { SANDBOX_FOLDER } from './broker-target.ts';

export const broker: Command = {
  about: 'starts a local, secured Kafka with the topics and rights of an agency',
  help: `broker --agency <code> [options]

Starts Apache Kafka on this machine with TLS, sign-in (SCRAM-SHA-512), the agency's two topics, cups.centres, and an agency
user with the same rights as on a platform. Runs until Ctrl-C and keeps the messages. Requires a JDK 17 or newer on the
PATH; the first start also requires Apache Maven, which downloads the Kafka jars (54 MB) to the folder .cups beside the
unpacked kit.

  --agency <code>    agency code; can be repeated
  --folder <folder>  folder for data, CA and passwords (default: ${SANDBOX_FOLDER})
  --port <number>    port on 127.0.0.1 (default: a free one, kept for later starts)`,
  options: { agency: { type: 'string', multiple: true }, folder: { type: 'string' }, port: { type: 'string' } },
  async run({ agency = [], folder = SANDBOX_FOLDER, port }, _words, { print, showProgress, signal }) {
    const agencies = agency as string[];
    if (agencies.length === 0 || agencies.some((code) => !/^[a-z][a-z0-9-]*$/.test(code))) {
      throw new UsageError('--agency must be a lower-case code, such as demo.');
    }
    if (port !== undefined && !/^\d{1,5}$/.test(String(port))) throw new UsageError('--port must be a number.');
    const ended = new AbortController();
    const sandbox = await startSandbox({
      folder: String(folder),
      agencies,
      port: port === undefined ? undefined : Number(port),
      onProgress: showProgress,
      onEnd: () => ended.abort(),
    });
    for (const code of agencies) print(formatConnectionGuide(sandbox, code, String(folder)));
    const ending = AbortSignal.any([signal, ended.signal]);
    // A pending promise does not keep the process alive, but the pipe to the broker does.
    if (!ending.aborted) await once(ending, 'abort');
    await sandbox.stop();
    if (!ended.signal.aborted) return 0;
    showProgress(`The broker stopped. Its log is ${resolve(String(folder), 'broker/kafka.log')}.`);
    return 3;
  },
};

const formatConnectionGuide = ({ file, filesOf }: Sandbox, code: string, folder: string): string => `
Settings for your system, as agency ${code}:
  bootstrap.servers   ${file.brokers}
  security.protocol   SASL_SSL, sasl.mechanism SCRAM-SHA-512
  CA (PEM)            ${file.ca}
  user                ${userOf(code)}
  password file       ${filesOf(code).password}
  Java properties     ${filesOf(code).properties}
  reads               agency.${code}.requests and cups.centres, in consumer groups that start with ${code}.
  writes              agency.${code}.replies

Commands that play the platform (run cups-agency as you just did):
  cups-agency simulate --agency ${code} --sandbox ${folder}
  cups-agency check --agency ${code} --sandbox ${folder}
Press Ctrl-C to stop the broker.`;
