import { operationsCommands } from '../../../tools/check/guide-commands.ts';
import { openDesk } from '../../../tools/day/desk.ts';
import { idnp } from '../../../tools/day/filings.ts';
import { expectRefusal } from './kube.ts';
import type { Administrator } from './administrator.ts';

/** Tests the charts' job for the first supervisor: refused, appointed, active, and repeated. */

const HEADING = 'Appoint the first supervisor';
/** A number that no synthetic operator has. */
const PERSON = 990_001;

/** @throws Error when the job deviates from docs/how-to/install.md */
export async function appointFirstSupervisor(operator: Administrator, url: string): Promise<string> {
  const [create = '', upgrade = '', logs = '', remove = ''] = operationsCommands(HEADING);
  const write = (name: string, text: string) => operator.write(`first-supervisor/${name}`, text);
  write('idnp', idnp(PERSON));
  write('given-name', 'Ana');
  write('family-name', 'Exemplu');
  await operator.sh(create);
  await expectRefusal(operator.sh(upgrade));
  expectMatch(await operator.sh(logs), /lacks reason/);
  await operator.sh(remove);
  write('reason', 'a rehearsal');
  await operator.sh(create);
  await operator.sh(upgrade);
  const output = await operator.sh(logs);
  const name = expectMatch(output, /^operators\/(\S+) is a supervisor now\.$/m);
  // A test operator's sign-in, as for all desks of a rehearsal.
  const desk = await openDesk(url, name, { tries: 3 });
  const { status } = await desk.call('GET', '/staff');
  if (status !== 200) throw new Error(`The first supervisor sees no staff: ${status}`);
  await operator.sh(upgrade);
  expectMatch(await operator.sh(logs), /A supervisor is already active .*Nothing was changed/);
  await operator.sh(remove);
  return 'refused without a reason; appointed and at work; done again it changes nothing';
}

/** @returns the first group of the match */
function expectMatch(text: string, pattern: RegExp): string {
  const found = pattern.exec(text);
  if (!found) throw new Error(`Unexpected output of the first supervisor's job: ${text.slice(0, 300)}`);
  return found[1] ?? '';
}
