import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '@cups/tools/desk';
import { sendReply } from './agency.ts';
import { runAction, applicant, openDeskFor, fileApplication, waitForState } from './filings.ts';

/** A small sample day at the centre of Lozova, for screenshots and measurements. All persons are synthetic. */

/** Copies the repository's data, with CU-002 in training. */
export function copyDataWithTraining(): string {
  const data = mkdtempSync(join(tmpdir(), 'cups-e2e-desk-data-'));
  cpSync(join(import.meta.dirname, '../../data'), data, { recursive: true });
  const centre = join(data, 'centres/CU-002.yaml');
  writeFileSync(centre, readFileSync(centre, 'utf8').replace('status: active', 'status: training'));
  return data;
}

export interface Sample {
  ready: Application;
  rejected: Application;
  asked: Application;
  underway: Application;
  draft: Application;
  closed: Application;
}

/** Files the sample and waits for the agencies' replies. */
export async function fileSample(): Promise<Sample> {
  const as = (family: string, given: string, more: object = {}) => ({
    content: Object.assign({ applicant: applicant(family, given), contact: { phone: '+373 60000001' } }, more),
  });
  const asp = 'civil-status-extract';
  const [ready, rejected, asked, underway, draft, closed] = await Promise.all([
    fileApplication({ publicService: asp, ending: 'ZQ', ...as('Munteanu', 'Ana') }),
    fileApplication({ publicService: 'pension-reexamination', ending: 'ZR', ...as('Ceban', 'Vasile') }),
    fileApplication({ publicService: asp, ending: 'ZN', ...as('Rotari', 'Elena') }),
    fileApplication({ publicService: 'population-register-extract', ending: 'ZN', ...as('Lungu', 'Petru') }),
    fileApplication({ publicService: 'criminal-record', submit: false, ...as('Sîrbu', 'Natalia') }),
    fileApplication({ publicService: asp, ending: 'ZQ', ...as('Cojocaru', 'Andrei') }),
    fileApplication({ publicService: 'old-age-pension', ending: 'ZN', ...as('Popa', 'Gheorghe') }),
    fileApplication({ publicService: asp, ending: 'ZQ', ...as('Moraru', 'Olga') }),
  ]);
  const message = {
    ro: 'Numele din cerere nu se potrivește cu registrul. Trimiteți certificatul vechi sau actul despre schimbarea numelui.',
    ru: 'Имя в заявлении не совпадает с регистром. Нужно прежнее свидетельство или акт о перемене имени.',
    en: 'The name in the application differs from the register. Send the old certificate or the record of the change.',
  };
  const answerBy = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10);
  await sendReply(asked, 'documentsRequested', { documents: [{ kind: 'previous-certificate' }], message, answerBy });
  await sendReply(underway, 'progressed', { note: 'Dosarul este la verificare.' });
  await waitForState(ready, 'ready');
  await waitForState(closed, 'ready');
  await handOver(closed);
  await waitForState(rejected, 'rejected');
  await waitForState(asked, 'documents-requested');
  await waitForState(underway, 'in-progress');
  const desk = await openDeskFor('cu-001-specialist');
  const text = 'Persoana revine joi dimineața, cu fiica.';
  await desk.call('POST', `/applications/${asked.id}/notes`, { body: { text } });
  return { ready, rejected, asked, underway, draft, closed };
}

async function handOver(application: Application): Promise<void> {
  await runAction(application, 'hand-over', {
    collectedBy: 'applicant',
    idDocumentKind: 'identity-document',
    idDocumentNumber: 'B1',
  });
  await runAction(application, 'confirm-outcome', { needMet: true });
}
