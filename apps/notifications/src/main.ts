import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createNotifications } from './service.ts';

serve(() => createNotifications(readConfig(process.env)));
