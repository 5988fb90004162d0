#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { builderCommand } from './command.ts';

await runCommand(builderCommand());
