import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { isValidIdnp } from '@cups/application';
import { CommandError } from '../errors.ts';

/** Reads the number where no shell history and no list of processes shows it. @throws CommandError */
export async function readPersonalNumber(): Promise<string> {
  const typed = process.stdin.isTTY ? await ask('Personal number: ') : await text(process.stdin);
  const idnp = typed.replaceAll(/\s/g, '');
  if (!isValidIdnp(idnp))
    throw new CommandError('The personal number is invalid: 13 digits, the last is a check digit.');
  return idnp;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
