import { serve } from '@cups/process';
import { createCheckerService } from './check/checker-service.ts';
import { readCheckerConfig } from './check/settings.ts';

serve(() => createCheckerService(readCheckerConfig(process.env)));
