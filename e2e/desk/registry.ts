import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { openDeskFor } from './filings.ts';
import { platformUrl, readSetupVariable } from './test-env.ts';

/** Public services that a test adds to the data of the platform and changes while it runs. */

interface Catalog {
  publicServices: { code: string }[];
}

export interface AddedService {
  /** What finds it at the desk. */
  name: string;
  /** Changes its YAML, and resolves once desks can read it. */
  change: (edit: (yaml: string) => string) => Promise<void>;
  remove: () => void;
}

const fileOf = (code: string): string =>
  join(readSetupVariable('CUPS_DESK_REGISTRY'), 'public-services', `${code}.yaml`);

/**
 * Adds a service with the form of `population-register-extract`.
 * @param name one word of letters, by which only this service is found
 * @param provider code of the agency
 */
export async function addPublicService(name: string, provider = 'asp'): Promise<AddedService> {
  const code = `test-${name}`;
  const publish = async (yaml: string): Promise<void> => {
    const before = await readService(code);
    writeFileSync(fileOf(code), yaml);
    await eventually(async () => ((await readService(code)) === before ? undefined : true), { timeoutMs: 30_000 });
  };
  let current = readFileSync(fileOf('population-register-extract'), 'utf8')
    .replace(/^code: .*$/m, `code: ${code}`)
    .replace('ro: Eliberarea extrasului', `ro: Serviciul ${name}`)
    .replace('date din buletin,', `${name},`)
    .replaceAll('provider: asp', `provider: ${provider}`);
  await publish(current);
  return {
    name,
    change: (edit) => publish((current = edit(current))),
    remove: () => rmSync(fileOf(code), { force: true }),
  };
}

/** Adds an agency without a system to a centre, and resolves once its clerk `<code>-clerk` can sign in. */
export async function addPageAgency(code: string, centre: string): Promise<void> {
  const folder = readSetupVariable('CUPS_DESK_REGISTRY');
  const agency = readFileSync(join(folder, 'agencies/asp.yaml'), 'utf8');
  writeFileSync(join(folder, 'agencies', `${code}.yaml`), agency.replace('code: asp', `code: ${code}\nchannel: page`));
  const centreFile = join(folder, 'centres', `${centre}.yaml`);
  writeFileSync(centreFile, readFileSync(centreFile, 'utf8').replace('agencies: [', `agencies: [${code}, `));
  const body = JSON.stringify({ provider: 'local', operator: `${code}-clerk` });
  const signIn = () =>
    fetch(`${platformUrl()}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
  await eventually(async () => (await signIn()).ok, { timeoutMs: 30_000, everyMs: 500 });
}

/** Returns the service as JSON; undefined if no desk is offered it. */
async function readService(code: string): Promise<string | undefined> {
  const desk = await openDeskFor('cu-001-specialist');
  const { body } = await desk.call<Catalog>('GET', '/catalog?centre=CU-001');
  const service = body.publicServices.find((candidate) => candidate.code === code);
  return service && JSON.stringify(service);
}

/** Adds a required field to the form, as a new version does. */
export const withRequiredField = (yaml: string): string =>
  yaml
    .replaceAll("'2024-01-01'", "'2024-02-01'")
    .replace('required: [extractKind]\n      properties:\n        extractKind:', (found) =>
      found.replace('[extractKind]', '[extractKind, usedFor]').replace(
        '        extractKind:',
        `        usedFor:
          type: string
          title: La ce folosește extrasul
          x-title: { ro: La ce folosește extrasul, ru: Для чего выписка, en: Purpose of the extract }
          minLength: 1
          maxLength: 100
        extractKind:`,
      ),
    )
    .replace('extractKind: household\n', 'extractKind: household\n      usedFor: ajutor social\n');

/** Stops the service for a time, with a reason. */
export const paused = (yaml: string): string =>
  yaml.replace(
    /^theme: /m,
    "paused: { since: '2026-01-01', reason: { ro: Registrul se mută, ru: Реестр переезжает, en: The register moves } }\ntheme: ",
  );

export const resumed = (yaml: string): string => yaml.replace(/^paused: .*\n/m, '');
