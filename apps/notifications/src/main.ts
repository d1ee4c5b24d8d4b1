import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createNotifications } from './service.ts';

serve(() => createNotifications(readConfig(process.env)));
