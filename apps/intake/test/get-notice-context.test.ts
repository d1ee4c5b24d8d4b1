import { describe, expect, test } from '@jest/globals';
import { person } from '@cups/testing';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

const notifications = () => scene.world.clientAt(scene.port, 'notifications');

describe('GetNoticeContext', () => {
  test('returns name, language and contact without the IDNP', async () => {
    const app = await at().open(4, { contact: { phone: '+37360000077' } });
    const { givenName, familyName, language, idnp } = person(4);
    const contact = await notifications().getNoticeContext({ name: app.name });
    expect(contact).toMatchObject({
      language,
      personName: `${givenName} ${familyName}`,
      contact: { phone: '+37360000077', email: '', none: false },
      centreName: 'CU-001',
      serviceTitle: { ro: 'Extras' },
      trackingNumber: app.trackingNumber,
      state: 'STATE_DRAFT',
      decision: null,
    });
    expect(JSON.stringify(contact)).not.toContain(idnp);
  });

  test('returns how the result is delivered and why there is no due date', async () => {
    const { name } = await at().open(4, { delivery: { kind: 'DELIVERY_CHOICE_KIND_ELECTRONIC' } });
    const contact = await notifications().getNoticeContext({ name });
    expect(contact).toMatchObject({ resultDelivery: 'RESULT_DELIVERY_ELECTRONIC', dueDate: '', noDueDateReason: '' });
    const { name: collected } = await at().open(5);
    expect(await notifications().getNoticeContext({ name: collected })).toMatchObject({
      resultDelivery: 'RESULT_DELIVERY_COLLECT',
    });
  });

  test('defaults to Romanian and no contact for an empty draft', async () => {
    const { name } = await at().open(4, { applicant: null, contact: null });
    const contact = await notifications().getNoticeContext({ name });
    expect(contact).toMatchObject({ language: 'ro', personName: '', contact: { none: true } });
  });

  test('rejects other callers and unknown applications', async () => {
    const { name } = await at().open(4);
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    await expect(bridge.getNoticeContext({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(at().getNoticeContext({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    const absent = notifications().getNoticeContext({ name: 'applications/01JD0000000000000000000009' });
    await expect(absent).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});
