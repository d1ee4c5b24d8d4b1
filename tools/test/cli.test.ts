import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createCommands } from '../cli/commands.ts';
import { CommandError, UsageError } from '../cli/errors.ts';
import { action, defineCommand, exampleOf, runProgram, wholeNumber } from '../cli/program.ts';
import { renderCliReference } from '../generate/cli-reference.ts';

/** Runs a program with one command that ends as given. */
async function run(args: string[], work: (port: number) => number | void = () => undefined) {
  const errors: string[] = [];
  const command = defineCommand({ name: 'try', summary: 'Tries.' })
    .option('--port <n>', 'port', wholeNumber(0, 9), 1)
    .action(action(({ port }: { port: number }) => work(port)));
  const code = await runProgram([command], args, (sentence) => errors.push(sentence));
  return { code, errors };
}

describe('the program', () => {
  test.each<[string, string[], (() => number) | undefined, number, string[]]>([
    ['0 when it is done', ['try'], undefined, 0, []],
    ['the code of the work', ['try'], () => 1, 1, []],
    ['1 for a refused command', ['try'], () => fail(new CommandError('One.', 'Two.')), 1, ['One.', 'Two.']],
    ['1 for an unexpected error', ['try'], () => fail(new Error('No disk.')), 1, ['No disk.']],
    ['2 for wrong usage', ['try'], () => fail(new UsageError('Name it.')), 2, ['Name it.']],
    ['2 for an unknown option', ['try', '--x'], undefined, 2, ["Unknown option '--x'. See --help."]],
    ['2 for an unknown command', ['nothing'], undefined, 2, ["Unknown command 'nothing'. See --help."]],
    [
      '2 for an invalid value',
      ['try', '--port', 'x'],
      undefined,
      2,
      ["Option '--port <n>' argument 'x' is invalid. Use a whole number from 0 to 9. See --help."],
    ],
  ])('ends with %s', async (_, args, work, code, errors) => {
    expect(await run(args, work)).toEqual({ code, errors });
  });
});

function fail(error: Error): never {
  throw error;
}

const all = (commands: readonly Command[]): Command[] => commands.flatMap((one) => [one, ...all(one.commands)]);

test('every command has a sentence, and an example unless it is a group', () => {
  for (const command of all(createCommands())) {
    expect([command.name(), command.description()]).toEqual([command.name(), expect.stringMatching(/^[A-Z].*\.$/s)]);
    if (command.commands.length === 0) expect([command.name(), exampleOf(command)]).not.toContain(undefined);
  }
});

test('the reference page lists every command and option', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/cli.md'), 'utf8');
  expect(await renderCliReference(page)).toBe(page);
});
