import { describe, expect, test } from '@jest/globals';
import { DOCUMENT_REFUSAL_TEXTS } from '@cups/application/texts';
import { checkFileSize, detectFileType, MAX_FILE_BYTES } from '../src/documents/file-rules.ts';
import { movePage, newPage, rotatePage } from '../src/documents/pages.ts';
import { describeScan, formatBytes } from '../src/documents/scan-state.ts';
import type { StoredDocument } from '../src/documents/types.ts';
import type { UploadStatus } from '../src/documents/uploads.ts';

/** Files before their upload, and the state of a scan in words. */

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)));

test.each([
  ['a PDF', bytes('%PDF-1.7'), 'pdf'],
  ['a PDF after a byte order mark', bytes([0xef, 0xbb, 0xbf], '%PDF-1.4'), 'pdf'],
  ['a JPEG', bytes([0xff, 0xd8, 0xff, 0xe1]), 'jpeg'],
  ['a JPEG that mentions a PDF', bytes([0xff, 0xd8, 0xff, 0xe1], '%PDF-'), 'jpeg'],
  ['a PNG', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a]), 'png'],
  ['a TIFF of Intel order', bytes('II', [0x2a, 0]), 'tiff'],
  ['a TIFF of Motorola order', bytes('MM', [0, 0x2a]), 'tiff'],
  ['a photograph of a telephone', bytes([0, 0, 0, 24], 'ftypheic'), 'HEIC'],
  ['a video', bytes([0, 0, 0, 24], 'ftypmp42'), 'TYPE_UNSUPPORTED'],
  ['a text', bytes('hello'), 'TYPE_UNSUPPORTED'],
  ['nothing', bytes(), 'TYPE_UNSUPPORTED'],
])('detects %s by its content', (_name, header, type) => {
  expect(detectFileType(header)).toBe(type);
});

test('limits the size of a file', () => {
  expect([0, 1, MAX_FILE_BYTES, MAX_FILE_BYTES + 1].map(checkFileSize)).toEqual([
    'EMPTY',
    undefined,
    undefined,
    'TOO_LARGE',
  ]);
});

test('turns and moves pages', () => {
  const pages = [1, 2, 3].map(() => newPage(new Blob()));
  const [first, second, third] = pages.map(({ id }) => id);
  const ids = (moved: typeof pages | readonly (typeof pages)[number][]) => moved.map(({ id }) => id);
  expect(ids(movePage(pages, 0, 1))).toEqual([second, first, third]);
  expect(ids(movePage(pages, 0, -1))).toEqual([first, second, third]);
  expect(ids(movePage(pages, 2, 1))).toEqual([first, second, third]);
  const turned = [1, 2, 3, 4].reduce((now) => rotatePage(now, second!), pages as readonly (typeof pages)[number][]);
  expect(rotatePage(pages, second!).map(({ rotation }) => rotation)).toEqual([0, 90, 0]);
  expect(turned.map(({ rotation }) => rotation)).toEqual([0, 0, 0]);
});

describe('the state of a scan', () => {
  const record = { size: 2_000_000 } as UploadStatus['record'];
  const upload = (state: UploadStatus['state'], sentBytes = 0): UploadStatus => ({ record, state, sentBytes });
  const stored = (facts: Partial<StoredDocument>) => Object.assign({ uploadSize: 2_000_000 } as StoredDocument, facts);
  const describeIn = (language: 'ro' | 'ru', facts: Partial<Parameters<typeof describeScan>[0]>) =>
    describeScan(Object.assign({ upload: undefined, stored: undefined, isNamed: false }, facts), language);

  test('is absent without one', () => {
    expect(describeIn('ro', {})).toBeUndefined();
  });

  test('shows the bytes of an upload', () => {
    expect(describeIn('ro', { upload: upload('sending', 500_000) })).toEqual({
      ...{ tone: 'busy', text: 'Se încarcă', more: '489\u00a0KB din 1,9\u00a0MB', isReady: false, progress: 0.25 },
    });
    expect(describeIn('ru', { upload: upload('interrupted') })?.text).toMatch(/^Связь прервалась/);
  });

  test('shows what the check found', () => {
    const ready = stored({ state: 'ready', pages: 3, size: 640_000, scan: 'not-scanned' });
    expect(describeIn('ro', { stored: ready })).toMatchObject({
      ...{ tone: 'good', isReady: true, more: '3\u00a0pagini, 625\u00a0KB, fără verificare antivirus' },
    });
    expect(describeIn('ru', { stored: stored({ state: 'refused', refusal: 'PDF_SCRIPT' }) })).toMatchObject({
      ...{ tone: 'bad', text: DOCUMENT_REFUSAL_TEXTS.PDF_SCRIPT.ru, isReady: false },
    });
    expect(describeIn('ro', { stored: stored({ state: 'refused', refusal: 'OF_A_LATER_RELEASE' }) })?.text).toBe(
      'Fișierul nu a fost acceptat',
    );
  });

  test('does not go back from sent to uploading', () => {
    const facts = { upload: upload('complete'), stored: stored({ state: 'uploading' }) };
    expect(describeIn('ro', facts)?.text).toBe('Încărcat. Se verifică');
  });

  test('tells an upload of another browser from one of this', () => {
    const uploading = stored({ state: 'uploading', committedSize: 500_000 });
    expect(describeIn('ro', { stored: uploading })).toMatchObject({
      ...{ text: 'Se încarcă din alt browser sau de pe alt calculator', isElsewhere: true, isReady: false },
      ...{ more: '489\u00a0KB din 1,9\u00a0MB', progress: 0.25 },
    });
    expect(describeIn('ro', { stored: uploading, upload: upload('sending') })?.isElsewhere).toBeUndefined();
    expect(describeIn('ro', { stored: stored({ state: 'uploading' }) })).toMatchObject({ isElsewhere: true, more: '' });
  });

  test.each([
    [1, '1\u00a0KB'],
    [1_022_976, '999\u00a0KB'],
    [1_300_000, '1,2\u00a0MB'],
  ])('writes %i bytes as a size', (size, text) => {
    expect(formatBytes(size, 'ro')).toBe(text);
  });
});
