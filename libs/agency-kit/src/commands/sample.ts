import { sampleMessages } from '../samples.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';

export const sample: Command = {
  about: 'prints whole messages: topic, key, headers and value',
  help: `sample [type …]

Prints a valid message of each type that is named, or of all, as JSON: topic, key, headers, value. A type is a ce_type or
the end of one, such as decided or application.submitted.v2; without a version it is the first. \`cups-agency validate\` reads what this prints.

  --agency <code>  with the topics, keys and sources of this agency (default asp)
  --list           the types only`,
  options: { agency: { type: 'string' }, list: { type: 'boolean' } },
  async run({ agency, list }, words, { print }) {
    const code = typeof agency === 'string' ? agency : 'asp';
    if (!/^[a-z][a-z0-9-]*$/.test(code)) throw new UsageError('--agency is a code in lower case, such as asp.');
    const all = sampleMessages(code);
    const wanted = words.length === 0 ? all : words.flatMap((word) => findSamples(all, word));
    for (const message of wanted) print(list ? message.headers['ce_type']! : JSON.stringify(message, null, 2));
    return 0;
  },
};

function findSamples(all: ReturnType<typeof sampleMessages>, word: string) {
  const isNamed = (type = '') => type === word || type.endsWith(`.${word}`) || type.endsWith(`.${word}.v1`);
  const found = all.filter(({ headers }) => isNamed(headers['ce_type']));
  if (found.length === 0)
    throw new UsageError(`There is no message ${word}: \`cups-agency sample --list\` names them.`);
  return found;
}
