import { once } from 'node:events';
import { resolve } from 'node:path';
import { userOf } from '../sandbox/rights.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { SANDBOX_FOLDER } from './broker-target.ts';

export const broker: Command = {
  about: 'starts a closed Kafka of your own, with the topics and rights of an agency',
  help: `broker --agency <code> [options]

Starts Apache Kafka on this machine as an agency meets it: TLS, sign-in (SCRAM-SHA-512), the two topics of the agency and
cups.centres, and a user of the agency with exactly the rights that a platform gives it. It runs until Ctrl-C; what is on the
topics stays. Needs a JDK 17 or newer on the PATH, and at the first start Apache Maven, which fetches the jars of Kafka (54
MB, into the folder .cups beside the unpacked kit).

  --agency <code>    for whom; may be given several times
  --folder <folder>  where its data, the CA and the passwords lie (default ${SANDBOX_FOLDER})
  --port <number>    where it listens on 127.0.0.1 (default: a free one, the same at each start)`,
  options: { agency: { type: 'string', multiple: true }, folder: { type: 'string' }, port: { type: 'string' } },
  async run({ agency = [], folder = SANDBOX_FOLDER, port }, _words, { print, showProgress, signal }) {
    const agencies = agency as string[];
    if (agencies.length === 0 || agencies.some((code) => !/^[a-z][a-z0-9-]*$/.test(code))) {
      throw new UsageError('--agency wants a code in lower case, such as demo.');
    }
    if (port !== undefined && !/^\d{1,5}$/.test(String(port))) throw new UsageError('--port is a number.');
    const ended = new AbortController();
    const sandbox = await startSandbox({
      folder: String(folder),
      agencies,
      port: port === undefined ? undefined : Number(port),
      onProgress: showProgress,
      onEnd: () => ended.abort(),
    });
    for (const code of agencies) print(formatConnectionGuide(sandbox, code, String(folder)));
    const over = AbortSignal.any([signal, ended.signal]);
    // A promise alone does not keep a process alive; the pipe to the broker does.
    if (!over.aborted) await once(over, 'abort');
    await sandbox.stop();
    if (!ended.signal.aborted) return 0;
    showProgress(`The broker ended by itself; its own words are in ${resolve(String(folder), 'broker/kafka.log')}.`);
    return 3;
  },
};

const formatConnectionGuide = ({ file, filesOf }: Sandbox, code: string, folder: string): string => `
Your system, as agency ${code}:
  bootstrap.servers   ${file.brokers}
  security.protocol   SASL_SSL, sasl.mechanism SCRAM-SHA-512
  CA (PEM)            ${file.ca}
  user                ${userOf(code)}
  password in         ${filesOf(code).password}
  all that for Java   ${filesOf(code).properties}
  reads               agency.${code}.requests and cups.centres, in groups whose names begin with ${code}.
  writes              agency.${code}.replies

The platform's side of it (cups-agency: as you called it now):
  cups-agency simulate --agency ${code} --sandbox ${folder}
  cups-agency check --agency ${code} --sandbox ${folder}
Ctrl-C ends the broker.`;
