import { useIntake } from './world.ts';

/** Starts the intake of a group before its files register their tests. */
useIntake({ topics: true });
