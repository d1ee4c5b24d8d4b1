import { sampleMessages } from '../samples.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';

export const sample: Command = {
  about: 'prints complete messages: topic, key, headers and value',
  help: `sample [type …]

Prints a valid message of each given type, or of every type, as JSON: topic, key, headers, value. A type is a ce_type or its
ending, such as decided or application.submitted.v2; without a version, v1. \`cups-agency validate\` reads this output.

  --agency <code>  agency code for topics, keys and sources (default: asp)
  --list           prints only the types`,
  options: { agency: { type: 'string' }, list: { type: 'boolean' } },
  async run({ agency, list }, names, { print }) {
    const code = typeof agency === 'string' ? agency : 'asp';
    if (!/^[a-z][a-z0-9-]*$/.test(code)) throw new UsageError('--agency must be a lower-case code, such as asp.');
    const all = sampleMessages(code);
    const wanted = names.length === 0 ? all : names.flatMap((name) => findSamples(all, name));
    for (const message of wanted) print(list ? message.headers['ce_type']! : JSON.stringify(message, null, 2));
    return 0;
  },
};

function findSamples(all: ReturnType<typeof sampleMessages>, name: string) {
  const isNamed = (type = '') => type === name || type.endsWith(`.${name}`) || type.endsWith(`.${name}.v1`);
  const found = all.filter(({ headers }) => isNamed(headers['ce_type']));
  if (found.length === 0)
    throw new UsageError(`Unknown message type: ${name}. List the types with \`cups-agency sample --list\`.`);
  return found;
}
