import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createIntake } from './service.ts';

serve(() => createIntake(readConfig(process.env)));
