import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createIntake } from './service.ts';

serve(() => createIntake(readConfig(process.env)));
