#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { builderCommand } from './commands/command.ts';

await runCommand(builderCommand());
