import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { person } from '@cups/testing';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** GetContact: notifications ask whom to tell, how, and what about. */

let world: World;
let port: number;
const at = (centre = 'CU-001') => world.deskAt(port, centre);

beforeAll(async () => {
  world = await openWorld();
  port = (await world.start()).grpcPort;
});
afterAll(() => world.close());

const notifications = () => world.clientAt(port, 'notifications');

test('Notifications learn the name, the language and the way to reach the person, and no IDNP.', async () => {
  const app = await at().open(4, { contact: { phone: '+37360000077' } });
  const { givenName, familyName, language, idnp } = person(4);
  const contact = await notifications().getContact({ name: app.name });
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

test('Of a draft that says nothing of the person, the language is Romanian and there is no way to reach them.', async () => {
  const { name } = await at().open(4, { applicant: null, contact: null });
  const contact = await notifications().getContact({ name });
  expect(contact).toMatchObject({ language: 'ro', personName: '', contact: { none: true } });
});

test('Nobody but notifications asks for a contact, and of an application that is not there is none.', async () => {
  const { name } = await at().open(4);
  const bridge = world.clientAt(port, 'agency-bridge');
  await expect(bridge.getContact({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  await expect(at().getContact({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  const absent = notifications().getContact({ name: 'applications/01JD0000000000000000000009' });
  await expect(absent).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});
