import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { applicant, file } from '../filings.ts';
import { fileForKnown, Hand } from '../hand.ts';
import { wireOf } from '../wire.ts';
import type { Wire } from '../wire.ts';

/** What the page costs on a slow line, as the browser counts it through the gateway. */

const KB = 1_000;

/** Until the queue can be worked with, and nothing more comes. */
async function openQueue(page: Page, wire: Wire): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await page.getByRole('listitem').first().waitFor();
  await wire.quiet();
}

test('Until the queue can be worked with at most 200 KB come, and at most 20 KB on a repeat visit.', async () => {
  for (let n = 0; n < 6; n += 1) await file({ submit: false });
  const page = await open({ path: 'about:blank', operator: 'cu-001-specialist' });
  const wire = await wireOf(page);
  await openQueue(page, wire);
  const { '/api/v1/queue': queue, '/api/v1/registry': ahead = 0 } = wire.received();
  expect(queue).toBeGreaterThan(0);
  // The registry is for the screens after this one, and comes when this one is there.
  expect(wire.total() - ahead).toBeLessThan(200 * KB);
  // The page, its font and its programs come once: were they not counted, this would be less.
  expect(wire.total()).toBeGreaterThan(100 * KB);

  await page.goto('about:blank');
  wire.reset();
  await openQueue(page, wire);
  expect(wire.total()).toBeLessThan(20 * KB);
  expect(wire.total()).toBeGreaterThan(1 * KB);
});

test('A whole application without papers costs at most 50 KB over the wire, both ways.', async () => {
  await file({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const page = await open({ operator: 'cu-001-specialist' });
  const wire = await wireOf(page);
  await openQueue(page, wire);
  wire.reset();
  await fileForKnown(new Hand(page), 'Vrab');
  await wire.quiet();
  // Programs of the screens come once and are kept.
  const programs = Object.entries(wire.received()).filter(([path]) => path.startsWith('/assets/'));
  const once = programs.reduce((sum, [, bytes]) => sum + bytes, 0);
  expect(wire.total() - once).toBeLessThan(50 * KB);
  expect(wire.total() - once).toBeGreaterThan(5 * KB);
});

test('The page of a citizen comes in at most 120 KB.', async () => {
  const page = await open({ path: 'about:blank' });
  const wire = await wireOf(page);
  await page.goto('/t');
  await wire.quiet();
  expect(wire.total()).toBeLessThan(120 * KB);
});
