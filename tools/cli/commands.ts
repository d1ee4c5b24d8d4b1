import type { Command } from 'commander';
import { agencyCommand } from './agency/command.ts';
import { alertsCommand } from './alerts/command.ts';
import { backupCommand } from './backup/command.ts';
import { centreCommand } from './centre/command.ts';
import { chaosCommand } from './chaos.ts';
import { fleetCommand } from './fleet.ts';
import { chartsCommand } from './charts/command.ts';
import { clusterCommand } from './cluster/command.ts';
import { contractCommand } from './contract.ts';
import { demoCommand } from './demo/command.ts';
import { deskCommand } from './desk.ts';
import { genCommand } from './gen.ts';
import { imagesCommand } from './images/command.ts';
import { journalCommand } from './journal/command.ts';
import { keysCommand } from './keys/command.ts';
import { migrateCommand } from './migrate/command.ts';
import { operationsCommands } from './operations/command.ts';
import { protoBaselineCommand } from './proto-baseline.ts';
import { restoreCommand } from './restore/command.ts';
import { rolloutCommand } from './rollout/command.ts';
import { scanCommand } from './scan/command.ts';
import { sizingCommand } from './sizing/command.ts';
import { staffCommand } from './staff/command.ts';
import { startCommand } from './start/command.ts';
import { storeCommand } from './store/command.ts';
import { topicsCommand } from './topics/command.ts';
import { wipeCommand } from './wipe.ts';

/** Creates the commands in the order of the help. Each loads its work when it runs. */
export function createCommands(): Command[] {
  return [
    startCommand(),
    demoCommand(),
    wipeCommand(),
    backupCommand(),
    restoreCommand(),
    storeCommand(),
    migrateCommand(),
    centreCommand(),
    agencyCommand(),
    staffCommand(),
    ...operationsCommands(),
    keysCommand(),
    journalCommand(),
    topicsCommand(),
    imagesCommand(),
    chartsCommand(),
    sizingCommand(),
    scanCommand(),
    alertsCommand(),
    clusterCommand(),
    rolloutCommand(),
    genCommand(),
    contractCommand(),
    protoBaselineCommand(),
    chaosCommand(),
    fleetCommand(),
    deskCommand(),
  ];
}
