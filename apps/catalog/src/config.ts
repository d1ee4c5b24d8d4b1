import { dataDirSetting, grpcPortSetting, httpPortSetting, PROCESS_SETTINGS } from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';

export const settings = {
  ...PROCESS_SETTINGS,
  grpcPort: grpcPortSetting(7001),
  httpPort: httpPortSetting(7101),
  dataDir: dataDirSetting(
    'public services are in `public-services`, agencies and their calendars in `agencies` and `calendars`, texts for rejections in `rejection-templates`. Changes are read without a restart.',
  ),
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error that names an invalid setting */
export const readConfig = (variables: NodeJS.ProcessEnv): Config => readSettings(settings, variables);
