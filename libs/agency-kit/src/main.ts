import { parseArgs } from 'node:util';
import { broker } from './commands/broker.ts';
import { check } from './commands/check.ts';
import { checkpoints } from './commands/checkpoints.ts';
import { UsageError } from './commands/command.ts';
import type { Command, Terminal } from './commands/command.ts';
import { sample } from './commands/sample.ts';
import { simulate } from './commands/simulate.ts';
import { validate } from './commands/validate.ts';

const COMMANDS: Record<string, Command> = { check, simulate, validate, sample, checkpoints, broker };

const HELP = `cups-agency: tests an agency's system against the published agency contract by playing the platform.

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  cups-agency ${name.padEnd(11)} ${about}`)
  .join('\n')}

  cups-agency <command> --help  shows the options of a command

Replace cups-agency with the way you run it, such as npx ./cups-agency-<version>.tgz. To start, run a local broker, your system and the kit:
  cups-agency broker --agency demo
  cups-agency simulate
  cups-agency check`;

const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);

/** Ends with npx, which forwards no SIGTERM. */
function stopWithNpx(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npx = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npx) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}

async function main([name, ...words]: string[], terminal: Terminal): Promise<number> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!command) {
    const isHelp = name === undefined || ['--help', '-h', 'help'].includes(name);
    (isHelp ? terminal.print : terminal.showProgress)(isHelp ? HELP : `Unknown command: ${name}.\n\n${HELP}`);
    return isHelp ? 0 : 2;
  }
  try {
    const options = Object.assign({ help: { type: 'boolean', short: 'h' } as const }, command.options);
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    if (values['help']) {
      terminal.print(`cups-agency ${command.help}`);
      return 0;
    }
    return await command.run(values, positionals, terminal);
  } catch (error) {
    const { message, code = '' } = error as Error & { code?: string };
    const isUsageError = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS');
    terminal.showProgress(isUsageError ? `${message}\n\`cups-agency ${name} --help\` shows the options.` : message);
    return isUsageError ? 2 : 3;
  }
}

// A reader such as `head` may close standard output early.
process.stdout.on('error', () => process.exit());
const ending = new AbortController();
stopWithNpx(() => ending.abort());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());
const terminal = { print: line(process.stdout), showProgress: line(process.stderr), signal: ending.signal };
process.exitCode = await main(process.argv.slice(2), terminal);
