#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { scenariosCommand } from './program/command.ts';

await runCommand(scenariosCommand());
