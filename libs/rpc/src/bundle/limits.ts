/** Full name of the service that runs bundles. */
export const BUNDLE_SERVICE = 'cups.rpc.v1.BundleService';

/** Maximum number of calls in a bundle. */
export const MAX_CALLS = 32;
/** Maximum size of a bundled request message. A larger one goes as its own RPC. */
export const MAX_REQUEST_BYTES = 16 * 1024;
/** Maximum size of a bundle that a client sends, below the 256 KiB that a server accepts. */
export const MAX_BUNDLE_BYTES = 192 * 1024;

/** Whether calls of the method may travel in a bundle: its proto has the option `cups.rpc.v1.bundled`. */
export function isBundled(method: object): boolean {
  const { options } = method as { options?: Record<string, unknown> };
  return options?.['(cups.rpc.v1.bundled)'] === true;
}
