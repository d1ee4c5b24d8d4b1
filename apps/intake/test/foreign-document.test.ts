import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { person, temporaryDir } from '@cups/testing';
import { useIntake } from './world.ts';

const scene = useIntake();
const data = join(import.meta.dirname, '../../../data');
const foreignDocument = { country: 'IT', kind: 'birth-certificate', number: 'IT-2019-1' };
const child = { ...person(3), idnp: '', foreignDocument };
const forChild = { represented: child, mandate: { kind: 'MANDATE_KIND_KINSHIP', reference: 'IT-2019-1' } } as const;

describe('applicant without IDNP', () => {
  test('files with a foreign document instead of an IDNP, which the bridge receives', async () => {
    const desk = scene.at();
    const { name } = await desk.open(1, forChild);
    expect((await desk.submit(name)).content!.represented).toMatchObject({ idnp: '', foreignDocument });
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    const { content } = await bridge.getSubmission({ name: `${name}/submissions/1` });
    expect(content!.represented).toMatchObject({ idnp: '', foreignDocument });
  });

  test('rejects a foreign document if the agency does not accept them', async () => {
    const { dir, remove } = temporaryDir();
    try {
      for (const kind of ['agencies', 'calendars']) cpSync(join(data, kind), join(dir, kind), { recursive: true });
      const file = join(dir, 'agencies', 'asp.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('acceptsForeignDocuments: true', ''));
      const { grpcPort } = await scene.world.start({ dataDir: dir });
      const desk = scene.world.deskAt(grpcPort);
      const { name } = await desk.open(1, forChild);
      await expect(desk.submit(name)).rejects.toMatchObject({
        reason: 'APPLICATION_INCOMPLETE',
        violations: [{ field: '/represented/foreignDocument', rule: 'FOREIGN_DOCUMENT_NOT_TAKEN' }],
      });
    } finally {
      remove();
    }
  });

  test('rejects a foreign document of Moldova in a draft', async () => {
    const open = (represented: object) => scene.at().open(1, { represented: { ...child, ...represented } });
    await expect(open({ foreignDocument: { ...foreignDocument, country: 'MD' } })).rejects.toMatchObject({
      violations: [{ field: '/represented/foreignDocument/country', rule: 'COUNTRY' }],
    });
  });
});
