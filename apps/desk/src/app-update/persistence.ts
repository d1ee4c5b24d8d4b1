/** The browser's promise not to delete what this page stores when the disk is full. */

/** Asks for it once, unless the browser has given it. Firefox asks the operator, Chrome decides by itself. */
export async function requestPersistence(): Promise<void> {
  if (!(await isPersistent())) await navigator.storage?.persist?.().catch(() => false);
}

/** Whether the browser has given it. */
export async function isPersistent(): Promise<boolean> {
  return (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
}
