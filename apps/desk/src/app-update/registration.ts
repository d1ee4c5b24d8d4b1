import { isLineCut } from '../api/line.ts';
import { isCodeMissing, reloadForMissingCode } from '../lazy-screens.ts';
import type { RunningMessage, TakeOverMessage, WindowMessage, WorkerMessage } from '../service-worker/messages.ts';
import { RELEASE_LOCK_PREFIX } from '../service-worker/messages.ts';

/**
 * The service worker of this browser: it stores the page, so that the page opens without a network. A new release is
 * stored in the background and waits until no window would lose input.
 */

const WORKER_URL = '/sw.js';
const CHECK_INTERVAL_MS = 15 * 60_000;
/** How often a waiting release tries to take over, in ms. */
const ATTEMPT_INTERVAL_MS = 5_000;

export interface ReleaseState {
  /** Whether this browser opens the page without a network. */
  isStored: boolean;
  /** Whether a newer release is stored than this window runs. */
  isUpdateReady: boolean;
  /** Whether the operator opens the newer release. The browser lets the worker of this one finish first, for up to five minutes. */
  isTaking?: boolean;
  /** Why this browser could not store the newest release. */
  failure?: 'space' | 'other' | undefined;
}

/** URL of this window's main script, which names its release. A development server has none. */
const mainScript = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src;

let state: ReleaseState = { isStored: false, isUpdateReady: false };
const listeners = new Set<() => void>();
let canReload: () => boolean = () => false;
let isReloadDue = false;
/** Until the next reload of this window. */
let isWithdrawn = false;

export const releaseState = (): ReleaseState => state;

export function subscribeToRelease(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function update(change: Partial<ReleaseState>): void {
  state = Object.assign({}, state, change);
  listeners.forEach((listener) => listener());
}

/** Sets what decides whether this window can reload without a loss. */
export function setReloadCondition(condition: () => boolean): void {
  canReload = condition;
}

/** Reloads with the stored release, whatever other windows do. */
export async function takeUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  canReload = () => true;
  if (isReloadDue || !registration?.waiting) return location.reload();
  update({ isTaking: true });
  askToTakeOver(registration.waiting, true);
}

let started: Promise<void> | undefined;

/** Registers the worker, once, and follows its releases. A browser without workers, or a broken worker, changes nothing. */
export function followReleases(): Promise<void> {
  return (started ??= start());
}

async function start(): Promise<void> {
  const container = navigator.serviceWorker;
  // Undefined over plain HTTP to another machine.
  if (container === undefined) return;
  let isControlled = container.controller !== null;
  container.addEventListener('message', onMessage);
  container.startMessages();
  container.addEventListener('controllerchange', () => {
    // The first worker of a browser takes over a window of its own release.
    if (isControlled) markOutdated();
    isControlled = true;
    attemptReload();
    void container.getRegistration().then(askWhetherOutdated, () => undefined);
  });
  holdRelease();
  setInterval(() => void attempt(), ATTEMPT_INTERVAL_MS);
  setInterval(() => void check(), CHECK_INTERVAL_MS);
  window.addEventListener('online', () => void check());
  await check();
}

/** Registers the worker, or checks for a new release. The browser's own check follows navigations only. */
async function check(): Promise<void> {
  if (isLineCut() || isWithdrawn) return;
  try {
    const registration = (await navigator.serviceWorker.getRegistration()) ?? (await register());
    if (registration === undefined) return;
    if (isWithdrawn) return void (await registration.unregister());
    registration.onupdatefound = () => follow(registration);
    follow(registration);
    if (registration.active) await registration.update();
    askWhetherOutdated(registration);
  } catch {
    // The platform is unreachable, the browser refuses workers, or a development server has none: the page works without.
  }
}

async function register(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(trustedWorkerUrl(), { updateViaCache: 'none' });
  // A withdrawn worker that other windows still use is revived without an activation, so this window notifies it.
  registration.active?.postMessage({ kind: 'registered' } satisfies WindowMessage);
  return registration;
}

/** Follows a release that is being stored. */
function follow({ installing, waiting, active }: ServiceWorkerRegistration): void {
  update({ isStored: active !== null, isUpdateReady: waiting !== null || isReloadDue });
  if (installing === null) return;
  installing.onstatechange = () => {
    if (isWithdrawn) return;
    if (installing.state === 'installed') update({ isUpdateReady: active !== null, failure: undefined });
    if (installing.state === 'activated') update({ isStored: true, isUpdateReady: isReloadDue, failure: undefined });
  };
}

/** This window runs another release than the worker: it reloads as soon as it loses nothing, or when the operator asks. */
function markOutdated(): void {
  isReloadDue = true;
  update({ isUpdateReady: true });
}

/**
 * Asks the newest worker whether this window runs another release, once it is active. A window that the browser opened
 * past the worker, as a reload with Shift does, has no controller that changes.
 */
function askWhetherOutdated(registration: ServiceWorkerRegistration | undefined): void {
  if (registration === undefined || mainScript === undefined) return;
  const { installing, waiting, active } = registration;
  if (installing ?? waiting) return;
  active?.postMessage({ kind: 'running', mainScript } satisfies RunningMessage);
}

/** Takes a stored release, if no window would lose input. */
async function attempt(): Promise<void> {
  attemptReload();
  if (isReloadDue || !canReload()) return;
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration?.waiting && registration.active) askToTakeOver(registration.waiting, false);
}

function attemptReload(): void {
  if (!canReload()) return;
  if (!isReloadDue) return void (isCodeMissing() && reloadForMissingCode(() => canReload()));
  isReloadDue = false;
  location.reload();
}

function askToTakeOver(worker: ServiceWorker, isForced: boolean): void {
  worker.postMessage({ kind: 'take-over', isForced } satisfies TakeOverMessage);
}

function onMessage({ data, ports }: MessageEvent<WorkerMessage>): void {
  if (data.kind === 'can-reload') ports[0]?.postMessage(canReload());
  else if (data.kind === 'withdrawn') void withdraw();
  else if (data.kind === 'outdated') markOutdated();
  else update({ failure: data.isOutOfSpace ? 'space' : 'other' });
}

/** A check that ran while the worker unregistered itself may have registered it again. */
async function withdraw(): Promise<void> {
  isWithdrawn = true;
  update({ isStored: false, isUpdateReady: false });
  await (await navigator.serviceWorker.getRegistration())?.unregister();
}

/** Keeps the files of this window's release in the browser, as long as the window lives. */
function holdRelease(): void {
  if (mainScript === undefined) return;
  void navigator.locks?.request(`${RELEASE_LOCK_PREFIX}${mainScript}`, { mode: 'shared' }, () => new Promise(() => {}));
}

/** Chromium requires a Trusted Types policy for the URL of a worker; TypeScript does not declare it. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy('cups-service-worker', { createScriptURL: onlyWorkerUrl });
  return policy?.createScriptURL(WORKER_URL) ?? WORKER_URL;
}
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** @throws TypeError for any other script */
function onlyWorkerUrl(url: string): string {
  if (url !== WORKER_URL) throw new TypeError('Not the service worker of this page.');
  return url;
}
