#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { detectorCommand } from './commands/command.ts';

await runCommand(detectorCommand());
