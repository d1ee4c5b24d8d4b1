import { useEffect } from 'react';
import { followReleases } from './registration.ts';
import { useReloadCondition } from './reload-condition.ts';

/** Takes new releases while nobody is signed in or the screen is locked. Shows nothing. */
export default function SignedOutUpdate() {
  useReloadCondition(() => true);
  useEffect(() => void followReleases(), []);
  return null;
}
