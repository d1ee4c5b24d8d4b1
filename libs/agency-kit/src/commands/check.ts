import { runScenarios, SCENARIOS } from '../check/run.ts';
import type { ScenarioResult } from '../check/run.ts';
import { AgencyProcess } from '../check/agency-process.ts';
import { DOCUMENT_KINDS } from '../document-kinds.ts';
import { parseSeconds, UsageError } from './command.ts';
import type { Command } from './command.ts';
import { TARGET_HELP, TARGET_OPTIONS, parseTarget, SYSTEM_OPTIONS } from './broker-target.ts';

export const check: Command = {
  about: 'plays the scenarios of the contract against your system, and tells passed or failed',
  help: `check [options]

Plays the platform on a sandbox pair of topics while your system runs on the other side: files applications of synthetic
people, withdraws them, repeats messages, sends all of them again. Each scenario passes, fails (with the message, the rule of
the contract and the mend) or is skipped (with the reason). Never point it at the topics of a platform that serves people.
Exit code 0: nothing failed; 1: something did; 3: the sandbox was not reached.

${TARGET_HELP}
  --system-user <name>    user of your own system, and the file of its password: the scenario connects signs in as it
  --system-password-file <file>
  --scenario <name>       only this one; may be given several times
  --start <command>       starts your system by this command of the shell, kills it between an effect and its commit, and
                          starts it again; without it you start your system, and the scenario restart is skipped
  --system-log <file>     where what your system writes then goes
  --timeout <seconds>     how long a reply is waited for (default 60)
  --settle <seconds>      how long the end waits for what must not come: longer than your system works on a case (default 5)
  --json                  the report as JSON

Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n')}`,
  options: Object.assign({}, TARGET_OPTIONS, SYSTEM_OPTIONS, {
    scenario: { type: 'string', multiple: true },
    start: { type: 'string' },
    'system-log': { type: 'string' },
    timeout: { type: 'string' },
    settle: { type: 'string' },
    json: { type: 'boolean' },
  } as const),
  async run(values, _words, { print, showProgress }) {
    const target = parseTarget(values);
    const scenarios = (values['scenario'] ?? []) as string[];
    const unknown = scenarios.find((name) => !SCENARIOS.some((one) => one.name === name));
    if (unknown) throw new UsageError(`There is no scenario ${unknown}.`);
    const { start, 'system-log': log } = values;
    const system = typeof start === 'string' ? new AgencyProcess(start, log as string | undefined) : undefined;
    const timeoutMs = parseSeconds(values, 'timeout', 60) * 1000;
    const settleMs = parseSeconds(values, 'settle', 5) * 1000;
    system?.start();
    try {
      const options = {
        target,
        documentKinds: DOCUMENT_KINDS,
        scenarios,
        timeoutMs,
        settleMs,
        system,
        onProgress: showProgress,
      };
      const results = await runScenarios(options);
      print(values['json'] ? JSON.stringify({ agency: target.agency, results }, null, 2) : formatReport(results));
      return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
    } finally {
      await system?.stop();
    }
  },
};

function formatReport(results: ScenarioResult[]): string {
  const count = (outcome: ScenarioResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
  const sum = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  return [...results.map(formatResult), '', sum].join('\n');
}

function formatResult(result: ScenarioResult): string {
  const { scenario, title, outcome, note, rule, says, mend, message, violations = [] } = result;
  const lines = [`${outcome.padEnd(8)} ${scenario.padEnd(10)} ${title}`];
  if (note) lines.push(`         ${note}`);
  for (const { field, rule: broken } of violations) lines.push(`           ${field || '(the whole)'}: ${broken}`);
  if (message) lines.push(`         message: ${formatPosition(message)}`);
  if (rule) lines.push(`         rule ${rule}: ${says}`, `         mend: ${mend}`);
  return lines.join('\n');
}

const formatPosition = ({ topic, partition, offset, type, id, key }: NonNullable<ScenarioResult['message']>): string =>
  [`${topic} partition ${partition} offset ${offset}`, type, id && `ce_id ${id}`, key && `key ${key}`]
    .filter(Boolean)
    .join(', ');
