import { userInfo } from 'node:os';

/** Returns the name of the user who runs the command. A container's user may have none. */
export function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}
