import { existsSync, readFileSync } from 'node:fs';
import { AgencyApiServer } from '../api/agency-api-server.ts';
import { parseRegisteredKey } from '../api/verify-assertion.ts';
import type { RegisteredKey } from '../api/verify-assertion.ts';
import { WebhookCaller } from '../api/webhook-caller.ts';
import { runScenarios, scenariosOf } from '../check/run.ts';
import type { ScenarioResult } from '../check/run.ts';
import type { Scenario } from '../check/scenario.ts';
import { AgencyProcess } from '../check/agency-process.ts';
import { DOCUMENT_KINDS } from '../document-kinds.ts';
import type { PullTarget } from '../platform.ts';
import { parseSeconds, UsageError } from './command.ts';
import type { Command, OptionValues } from './command.ts';
import { TARGET_HELP, TARGET_OPTIONS, parseTarget, SYSTEM_OPTIONS } from './broker-target.ts';

const listScenarios = (scenarios: Scenario[]): string =>
  scenarios.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n');

export const check: Command = {
  about: 'plays the scenarios of the contract against your system and reports the results',
  help: `check [options]

Plays the platform on a sandbox pair of topics while your system runs on the other side: files synthetic applications, withdraws
some, repeats messages and replays all of them. Each scenario passes, fails (with the message, the broken rule and the remedy)
or is skipped (with the reason). Never use it on topics that serve real people.
With --pull it plays the platform towards a system without Kafka: the feed, replies, tokens and the webhook, over HTTP.
Exit codes: 0 no failures, 1 failures, 2 usage error, 3 broker not reachable.

${TARGET_HELP}
  --system-user <name>    user of your own system, for the scenario connects
  --system-password-file <file>  its password file
  --scenario <name>       scenario to play (default: all); can be repeated
  --start <command>       shell command that starts your system; the kit also kills and restarts it. Without it, start
                          your system yourself; the scenario restart is skipped
  --system-log <file>     file for the output of the system started by --start
  --api-port <port>       plays the agency API on http://127.0.0.1:<port>, for the scenarios copies and results. Set this
                          address in your system; --api-key <file> has its public key (JWK with kid, or a JWK set)
  --pull                  your system pulls over HTTPS instead of Kafka; needs --agency, --api-port and --api-key, no
                          broker. The scenarios copies and results are played only by --scenario then
  --webhook <url>         with --pull, the address of your webhook on this machine, for the scenario webhook
  --api-cert <file>       serves the agency API over https with this certificate (PEM); --api-cert-key <file> has its
                          private key
  --timeout <seconds>     time to wait for a reply (default: 60)
  --settle <seconds>      time to wait for unwanted replies at the end (default: 5); choose more than your
                          system takes for a case
  --json                  prints the report as JSON

Scenarios:
${listScenarios(scenariosOf('kafka'))}

Scenarios of --pull only:
${listScenarios(scenariosOf('pull').filter(({ channel }) => channel === 'pull'))}`,
  options: Object.assign({}, TARGET_OPTIONS, SYSTEM_OPTIONS, {
    scenario: { type: 'string', multiple: true },
    start: { type: 'string' },
    'system-log': { type: 'string' },
    'api-port': { type: 'string' },
    'api-key': { type: 'string' },
    'api-cert': { type: 'string' },
    'api-cert-key': { type: 'string' },
    pull: { type: 'boolean' },
    webhook: { type: 'string' },
    timeout: { type: 'string' },
    settle: { type: 'string' },
    json: { type: 'boolean' },
  } as const),
  async run(values, _words, { print, showProgress }) {
    const target = values['pull'] ? parsePullTarget(values) : parseTarget(values);
    const scenarios = (values['scenario'] ?? []) as string[];
    const playable = scenariosOf(values['pull'] ? 'pull' : 'kafka');
    const unknown = scenarios.find((name) => !playable.some((scenario) => scenario.name === name));
    if (unknown) throw new UsageError(`Unknown scenario: ${unknown}.`);
    const { start, 'system-log': log } = values;
    const system = typeof start === 'string' ? new AgencyProcess(start, log as string | undefined) : undefined;
    const timeoutMs = parseSeconds(values, 'timeout', 60) * 1000;
    const settleMs = parseSeconds(values, 'settle', 5) * 1000;
    const api = await startApi(target.agency, values);
    system?.start();
    try {
      const options = {
        target,
        documentKinds: DOCUMENT_KINDS,
        scenarios,
        timeoutMs,
        settleMs,
        system,
        api,
        onProgress: showProgress,
      };
      const results = await runScenarios(options);
      print(values['json'] ? JSON.stringify({ agency: target.agency, results }, null, 2) : formatReport(results));
      return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
    } finally {
      await system?.stop();
      await api?.stop();
    }
  },
};

/** @throws UsageError if an option is missing */
function parsePullTarget({ agency, 'api-port': port }: OptionValues): PullTarget {
  if (typeof agency !== 'string' || !/^[a-z][a-z0-9-]*$/.test(agency))
    throw new UsageError('--pull needs --agency with a lower-case code, such as asp.');
  if (port === undefined) throw new UsageError('--pull needs --api-port and --api-key.');
  return { agency };
}

/** Starts the agency API if it was asked for. @throws UsageError */
async function startApi(agency: string, values: OptionValues): Promise<AgencyApiServer | undefined> {
  const { 'api-port': port, 'api-key': file, pull, webhook } = values;
  if (webhook !== undefined && !pull) throw new UsageError('--webhook needs --pull.');
  if (port === undefined && file === undefined) return undefined;
  if (typeof port !== 'string' || !/^[1-9]\d{0,4}$/.test(port) || typeof file !== 'string')
    throw new UsageError('--api-port needs a port and --api-key a file; give both or none.');
  let key: RegisteredKey;
  try {
    key = parseRegisteredKey(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError('--api-key: no public JWK in this file.');
  }
  const api = new AgencyApiServer(agency, key, readCertificate(values));
  if (typeof webhook === 'string') api.webhook = openWebhook(agency, webhook);
  await api.start(Number(port));
  return api;
}

/** @throws UsageError unless both files are named and exist */
function readCertificate({ 'api-cert': cert, 'api-cert-key': key }: OptionValues) {
  if (cert === undefined && key === undefined) return undefined;
  if (typeof cert !== 'string' || typeof key !== 'string')
    throw new UsageError('--api-cert and --api-cert-key must be set together.');
  for (const file of [cert, key]) if (!existsSync(file)) throw new UsageError(`File not found: ${file}.`);
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** @throws UsageError */
function openWebhook(agency: string, url: string): WebhookCaller {
  try {
    return new WebhookCaller(agency, url);
  } catch {
    throw new UsageError('--webhook must be an http or https address.');
  }
}

function formatReport(results: ScenarioResult[]): string {
  const count = (outcome: ScenarioResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const summary = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  return [...results.map(formatResult), '', summary].join('\n');
}

function formatResult(result: ScenarioResult): string {
  const { scenario, title, outcome, note, rule, says, remedy, message, violations = [] } = result;
  const lines = [`${outcome.padEnd(8)} ${scenario.padEnd(10)} ${title}`];
  if (note) lines.push(`         ${note}`);
  for (const { field, rule: broken } of violations) lines.push(`           ${field || '(content)'}: ${broken}`);
  if (message) lines.push(`         message: ${formatPosition(message)}`);
  if (rule) lines.push(`         rule ${rule}: ${says}`, `         remedy: ${remedy}`);
  return lines.join('\n');
}

const formatPosition = ({ topic, partition, offset, type, id, key }: NonNullable<ScenarioResult['message']>): string =>
  [`${topic} partition ${partition} offset ${offset}`, type, id && `ce_id ${id}`, key && `key ${key}`]
    .filter(Boolean)
    .join(', ');
