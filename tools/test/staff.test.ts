import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { appointmentFromFolder } from '../cli/staff/appointment.ts';
import { parseRows } from '../cli/staff/rows.ts';

const HEAD = 'idnp,given_name,family_name,centre,roles,language';

test('parses a staff table with quotes, a byte order mark, empty lines and semicolons', () => {
  const rows = parseRows(
    `\uFEFF${HEAD}\n2900000000012,"Ana, Maria",Exemplu,CU-001,specialist centre-manager,ro\n\n2900000000012,Ana,Exemplu,,supervisor,\n`,
  );
  expect(rows).toEqual([
    {
      line: 2,
      idnp: '2900000000012',
      givenName: 'Ana, Maria',
      familyName: 'Exemplu',
      centre: 'centres/CU-001',
      roles: ['specialist', 'centre-manager'],
      language: 'ro',
      agency: '',
    },
    {
      line: 4,
      idnp: '2900000000012',
      givenName: 'Ana',
      familyName: 'Exemplu',
      centre: '',
      roles: ['supervisor'],
      language: '',
      agency: '',
    },
  ]);
  const [row] = parseRows(`${HEAD.replaceAll(',', ';')}\r\n2900000000012;Ana;Exemplu;CU-001;specialist;ro\r\n`);
  expect(row).toMatchObject({ givenName: 'Ana', roles: ['specialist'] });
  const [clerk] = parseRows(`${HEAD},agency\r\n2900000000012,"Ana\r\nMaria",=1+1,,agency-clerk,ro,asp`);
  expect(clerk).toMatchObject({ centre: '', agency: 'agencies/asp', givenName: 'Ana\r\nMaria', familyName: '=1+1' });
});

test.each([
  ['', 'no lines'],
  [HEAD, 'no lines'],
  ['idnp,roles\n1,specialist', 'lacks given_name, family_name, centre, language'],
  [`${HEAD}\n1,2`, 'Invalid table'],
  [`${HEAD}\n1,"2,3,4,5,6`, 'Invalid table'],
  [`${HEAD},agencia\n1,2,3,4,5,6,7`, 'a column agencia'],
  [Buffer.from(`${HEAD}\n1,Ana,Ț,4,5,6\n1,\xDEurcanu,3,4,5,6`, 'latin1').toString(), 'Line 3 is not UTF-8'],
  [Buffer.from(`${HEAD}\n1`, 'utf16le').toString(), 'Line 1 is not UTF-8'],
])('refuses an invalid table: %j', (text, sentence) => expect(() => parseRows(text)).toThrow(sentence));

test('reads the appointment from files and names all missing ones', () => {
  const { dir, remove } = temporaryDir();
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  try {
    expect(() => appointmentFromFolder(join(dir, 'nowhere'))).toThrow('lacks idnp, given-name, family-name, reason');
    write('idnp', '2900000000012\n');
    write('given-name', 'Ana');
    write('family-name', ' \n');
    expect(() => appointmentFromFolder(dir)).toThrow(/lacks family-name, reason \(keys of the Secret\)\.$/);
    write('family-name', 'Exemplu');
    write('reason', 'Order 12');
    const read = { idnp: '2900000000012', givenName: 'Ana', familyName: 'Exemplu', language: 'ro', reason: 'Order 12' };
    expect(appointmentFromFolder(dir)).toEqual(read);
    write('language', 'ru\n');
    expect(appointmentFromFolder(dir)).toMatchObject({ language: 'ru' });
  } finally {
    remove();
  }
});
