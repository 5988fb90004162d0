#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { scenariosCommand } from './command.ts';

await runCommand(scenariosCommand());
